#include "server/handlers/job_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/server/handlers/service_fixture.h"

namespace ttflow::server {
namespace {

using JobServiceTest = ServiceFixture;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

constexpr char kRequestId[] = "0192f3c1-0000-7000-8000-000000000001";

TEST_F(JobServiceTest, AJobRunsToItsResult) {
  const v1::Job job = Wait(Create(SmallJob()));
  EXPECT_EQ(job.state(), v1::Job::STATE_SUCCEEDED) << job.error().message();
  EXPECT_EQ(job.result().num_samples(), 100);
  EXPECT_EQ(job.result().dimension(), 2);
  EXPECT_EQ(job.result().seed(), 7u);
  EXPECT_EQ(job.spec().seed(), 7u);
  EXPECT_GT(job.result().num_stages(), 0);
  EXPECT_EQ(job.progress().fraction(), 1);
  EXPECT_EQ(job.progress().sequence(), job.result().num_stages());
}

TEST_F(JobServiceTest, EveryFaultIsAnsweredAtOnce) {
  v1::CreateJobRequest request = SmallJob();
  request.set_request_id("not a uuid");
  request.mutable_job_spec()->set_num_samples(0);
  auto* work = request.mutable_job_spec()->mutable_sample();
  work->mutable_target()->mutable_builtin()->set_dimension(0);
  work->mutable_options()->mutable_flow()->set_max_rank(-1);
  Context context;
  v1::CreateJobResponse response;
  const grpc::Status status = jobs_->CreateJob(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(FieldsOf(status),
              UnorderedElementsAre("request_id",
                                   "job_spec.num_samples",
                                   "job_spec.sample.target.builtin.dimension",
                                   "job_spec.sample.options.flow.max_rank"));
}

TEST_F(JobServiceTest, ValidateOnlyQueuesNothing) {
  v1::CreateJobRequest request = SmallJob();
  request.set_validate_only(true);
  Context context;
  v1::CreateJobResponse response;
  ASSERT_TRUE(jobs_->CreateJob(&context, request, &response).ok());
  EXPECT_TRUE(response.job().name().empty());
  EXPECT_GT(response.estimate().memory_bytes(), 0);
  EXPECT_GT(response.estimate().num_energy_evaluations(), 0);
  EXPECT_TRUE(response.job().spec().sample().options().flow().has_max_rank());
  Context list_context;
  v1::ListJobsResponse list;
  ASSERT_TRUE(jobs_->ListJobs(&list_context, {}, &list).ok());
  EXPECT_EQ(list.jobs_size(), 0);
}

TEST_F(JobServiceTest, ARequestIdMakesOneJobWhoeverAsks) {
  v1::CreateJobRequest request = SmallJob();
  request.set_request_id(kRequestId);
  request.mutable_job_spec()
      ->clear_seed();  // the server's pick must not matter
  std::vector<std::string> names(8);
  {
    std::vector<std::jthread> threads;
    for (std::string& name : names) {
      threads.emplace_back([&] { name = Create(request); });
    }
  }
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), 1u);

  request.mutable_job_spec()->set_num_samples(3);
  Context context;
  v1::CreateJobResponse response;
  const grpc::Status status = jobs_->CreateJob(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(ReasonOf(status), "REQUEST_ID_CONFLICT");
}

TEST_F(JobServiceTest, AFullQueueIsRefusedWithADelay) {
  ServerOptions options;
  options.runs_jobs = false;
  options.limits.max_queued_jobs = 2;
  Serve(options);
  Create(SmallJob());
  Create(SmallJob());
  Context context;
  v1::CreateJobResponse response;
  const grpc::Status status = jobs_->CreateJob(&context, SmallJob(), &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(status), "QUEUE_FULL");
}

TEST_F(JobServiceTest, PagesCoverTheListOnceNewestFirst) {
  ServerOptions options;
  options.runs_jobs = false;
  Serve(options);
  std::vector<std::string> names;
  for (int i = 0; i < 5; ++i) {
    v1::CreateJobRequest request = SmallJob();
    if (i % 2 == 0)
      (*request.mutable_job_spec()->mutable_labels())["even"] = "";
    names.push_back(Create(request));
  }
  v1::ListJobsRequest request;
  request.set_page_size(2);
  std::vector<std::string> listed;
  do {
    Context context;
    v1::ListJobsResponse page;
    ASSERT_TRUE(jobs_->ListJobs(&context, request, &page).ok());
    EXPECT_LE(page.jobs_size(), 2);
    for (const v1::Job& job : page.jobs()) listed.push_back(job.name());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(listed, testing::ElementsAreArray(names.rbegin(), names.rend()));

  v1::ListJobsRequest even;
  (*even.mutable_labels())["even"] = "";
  even.add_states(v1::Job::STATE_QUEUED);
  Context context;
  v1::ListJobsResponse page;
  ASSERT_TRUE(jobs_->ListJobs(&context, even, &page).ok());
  EXPECT_EQ(page.jobs_size(), 3);
}

TEST_F(JobServiceTest, AListsFaultsAreAnswered) {
  v1::ListJobsRequest request;
  request.set_page_size(-1);
  request.set_page_token("made up");
  request.add_states(v1::Job::STATE_UNSPECIFIED);
  Context context;
  v1::ListJobsResponse response;
  EXPECT_THAT(FieldsOf(jobs_->ListJobs(&context, request, &response)),
              UnorderedElementsAre("page_size", "page_token", "states[0]"));
}

TEST_F(JobServiceTest, CancelEndsARunningJobAndLeavesAFinishedOne) {
  const std::string name = Create(EndlessJob());
  AwaitRunning(name);
  Cancel(name);
  EXPECT_EQ(Wait(name).state(), v1::Job::STATE_CANCELLED);
  Cancel(name);
  EXPECT_EQ(Get(name).state(), v1::Job::STATE_CANCELLED);
}

TEST_F(JobServiceTest, DeleteTakesOnlyWhatHasEnded) {
  const std::string name = Create(EndlessJob());
  AwaitRunning(name);
  v1::DeleteJobRequest request;
  request.set_name(name);
  v1::DeleteJobResponse response;
  {
    Context context;
    const grpc::Status status = jobs_->DeleteJob(&context, request, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
    EXPECT_EQ(ReasonOf(status), "JOB_NOT_TERMINAL");
  }
  Cancel(name);
  Wait(name);
  {
    Context context;
    EXPECT_TRUE(jobs_->DeleteJob(&context, request, &response).ok());
  }
  {
    Context context;
    const grpc::Status status = jobs_->DeleteJob(&context, request, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
    EXPECT_EQ(ReasonOf(status), "JOB_NOT_FOUND");
  }
  request.set_allow_missing(true);
  Context context;
  EXPECT_TRUE(jobs_->DeleteJob(&context, request, &response).ok());
}

TEST_F(JobServiceTest, NamesAreCheckedEverywhere) {
  v1::GetJobRequest request;
  request.set_name("flows/1");
  Context context;
  v1::GetJobResponse response;
  EXPECT_THAT(FieldsOf(jobs_->GetJob(&context, request, &response)),
              ElementsAre("name"));
}

TEST_F(JobServiceTest, ASpecBeyondItsLimitIsRefused) {
  ServerOptions options;
  options.limits.max_spec_bytes = 100;
  Serve(options);
  v1::CreateJobRequest request = SmallJob();
  (*request.mutable_job_spec()->mutable_labels())["note"] =
      std::string(100, 'x');
  Context context;
  v1::CreateJobResponse response;
  EXPECT_THAT(FieldsOf(jobs_->CreateJob(&context, request, &response)),
              ElementsAre("job_spec"));
}

TEST_F(JobServiceTest, FinishedJobsSurviveARestart) {
  const v1::Job before = Wait(Create(SmallJob()));
  Serve({});
  EXPECT_EQ(Get(before.name()).SerializeAsString(), before.SerializeAsString());
}

}  // namespace
}  // namespace ttflow::server
