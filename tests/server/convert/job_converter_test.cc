#include "server/convert/job_converter.h"

#include <gtest/gtest.h>

#include "server/convert/diagnostics_converter.h"

namespace ttflow::server {
namespace {

JobRecord Queued() {
  v1::JobSpec spec;
  spec.set_num_samples(3);
  JobRecord record;
  record.id = "17";
  record.spec = spec.SerializeAsString();
  record.create_time = absl::FromUnixSeconds(100);
  return record;
}

TEST(JobConverter, StatesRoundTrip) {
  for (const JobState state : AllJobStates()) {
    EXPECT_EQ(StateFromProto(StateToProto(state)), state);
    EXPECT_EQ(v1::Job::State_Name(StateToProto(state)),
              "STATE_" + std::string(JobStateName(state)));
  }
  EXPECT_FALSE(StateFromProto(v1::Job::STATE_UNSPECIFIED).has_value());
  EXPECT_FALSE(StateFromProto(static_cast<v1::Job::State>(99)).has_value());
}

TEST(JobConverter, TimesRoundDownToNanoseconds) {
  const auto time =
      TimeToProto(absl::UnixEpoch() + absl::Seconds(5) + absl::Nanoseconds(7));
  EXPECT_EQ(time.seconds(), 5);
  EXPECT_EQ(time.nanos(), 7);
  const auto before = TimeToProto(absl::UnixEpoch() - absl::Milliseconds(250));
  EXPECT_EQ(before.seconds(), -1);
  EXPECT_EQ(before.nanos(), 750'000'000);
}

TEST(JobConverter, AQueuedJobHasNothingOfLater) {
  const auto job = JobToProto(Queued());
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->name(), "jobs/17");
  EXPECT_EQ(job->state(), v1::Job::STATE_QUEUED);
  EXPECT_EQ(job->spec().num_samples(), 3);
  EXPECT_EQ(job->create_time().seconds(), 100);
  EXPECT_FALSE(job->has_start_time());
  EXPECT_FALSE(job->has_end_time());
  EXPECT_FALSE(job->has_progress());
  EXPECT_FALSE(job->has_result());
  EXPECT_FALSE(job->has_error());
}

TEST(JobConverter, AFinishedJobHasProgressAndResult) {
  JobRecord record = Queued();
  record.state = JobState::kSucceeded;
  record.attempt = 2;
  record.cancel_requested = true;
  record.start_time = absl::FromUnixSeconds(101);
  record.end_time = absl::FromUnixSeconds(102);
  record.last_sequence = 9;
  StageInfo stage;
  stage.t = 1;
  record.latest_stage = EncodeStage(stage, 1);
  v1::Result result;
  result.set_log_evidence(2.5);
  record.result = result.SerializeAsString();
  record.flow_id = "17";
  const auto job = JobToProto(record);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->attempt(), 2);
  EXPECT_TRUE(job->cancel_requested());
  EXPECT_EQ(job->progress().sequence(), 9);
  EXPECT_EQ(job->progress().stage().t(), 1);
  EXPECT_EQ(job->result().log_evidence(), 2.5);
  EXPECT_EQ(job->result().flow(), "flows/17");
  EXPECT_EQ(job->end_time().seconds(), 102);
}

TEST(JobConverter, ADrawKeepsTheFlowOfItsResult) {
  JobRecord record = Queued();
  record.state = JobState::kSucceeded;
  v1::Result result;
  result.set_flow("flows/3");
  record.result = result.SerializeAsString();
  EXPECT_EQ(JobToProto(record)->result().flow(), "flows/3");
}

TEST(JobConverter, AFailedJobSaysWhy) {
  JobRecord record = Queued();
  record.state = JobState::kFailed;
  record.error =
      JobError{.code = 9, .reason = "RUN_FAILED", .message = "all weights 0"};
  const auto job = JobToProto(record);
  ASSERT_TRUE(job.ok());
  EXPECT_EQ(job->error().code(), 9);
  EXPECT_EQ(job->error().reason(), "RUN_FAILED");
  EXPECT_EQ(job->error().message(), "all weights 0");
  EXPECT_FALSE(job->has_result());
}

TEST(JobConverter, DamagedBytesAreDataLoss) {
  JobRecord record = Queued();
  record.spec = "\xFF";
  EXPECT_EQ(JobToProto(record).status().code(), absl::StatusCode::kDataLoss);
  record = Queued();
  record.last_sequence = 1;
  record.latest_stage = "\xFF";
  EXPECT_EQ(JobToProto(record).status().code(), absl::StatusCode::kDataLoss);
  record = Queued();
  record.state = JobState::kSucceeded;
  record.result = "\xFF";
  EXPECT_EQ(JobToProto(record).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace ttflow::server
