#include "server/jobs/job_manager.h"

#include <gmock/gmock.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "tests/server/jobs/job_manager_fixture.h"

namespace ttflow::server {
namespace {

class JobManagerTest : public JobManagerFixture {};

TEST_F(JobManagerTest, FullQueueIsRefusedWithItsReason) {
  Open({.max_queued_jobs = 2});
  Create("succeed");
  Create("succeed");
  const auto refused = manager_->CreateJob({.spec = "succeed"});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(refused.status()), kQueueFull);
}

TEST_F(JobManagerTest, RepeatedRequestReturnsTheFirstJob) {
  const auto first =
      manager_->CreateJob({.spec = "succeed", .request_id = "r"});
  const auto again =
      manager_->CreateJob({.spec = "succeed", .request_id = "r"});
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_TRUE(first->is_new);
  EXPECT_FALSE(again->is_new);
  EXPECT_EQ(first->job.id, again->job.id);
}

TEST_F(JobManagerTest, RefusesJobsWhileItDrains) {
  Start();
  EXPECT_FALSE(manager_->draining());
  ASSERT_TRUE(manager_->Shutdown(absl::Seconds(10)).ok());
  EXPECT_TRUE(manager_->draining());
  const auto refused = manager_->CreateJob({.spec = "succeed"});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(refused.status()), kServerDraining);
}

TEST_F(JobManagerTest, WaitForChangeFollowsAJobWithoutGap) {
  Start();
  const std::string id = Create("gate");
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  const auto first = manager_->WaitForChange(id, 0, deadline);
  ASSERT_EQ(first->stages.size(), 1U);
  EXPECT_EQ(first->stages[0].stage, "stage 1");
  EXPECT_EQ(first->job.state, JobState::kRunning);
  std::thread opener([this] {
    absl::SleepFor(absl::Milliseconds(20));
    runner_->OpenGate();
  });
  std::vector<std::string> seen;
  std::int64_t sequence = 1;
  JobState state = JobState::kRunning;
  while (!IsTerminal(state)) {
    const auto changes = manager_->WaitForChange(id, sequence, deadline);
    ASSERT_TRUE(changes.ok()) << changes.status();
    for (const StageRecord& stage : changes->stages) {
      EXPECT_EQ(stage.sequence, ++sequence);
      seen.push_back(stage.stage);
    }
    state = changes->job.state;
    ASSERT_LT(absl::Now(), deadline);
  }
  opener.join();
  EXPECT_EQ(state, JobState::kSucceeded);
  EXPECT_THAT(seen, testing::ElementsAre("stage 2", "stage 3"));
}

TEST_F(JobManagerTest, WaitsEndAtTheirDeadline) {
  const std::string id = Create("succeed");
  const absl::Time begin = absl::Now();
  const auto changes =
      manager_->WaitForChange(id, 0, begin + absl::Milliseconds(30));
  EXPECT_EQ(changes->job.state, JobState::kQueued);
  EXPECT_EQ(manager_->WaitForEnd(id, begin + absl::Milliseconds(60))->state,
            JobState::kQueued);
  EXPECT_GE(absl::Now() - begin, absl::Milliseconds(60));
  EXPECT_LT(absl::Now() - begin, absl::Seconds(10));
}

TEST_F(JobManagerTest, ShutdownWakesThoseWhoWait) {
  const std::string id = Create("succeed");
  std::thread waiter([&] {
    EXPECT_TRUE(manager_->WaitForEnd(id, absl::InfiniteFuture()).ok());
  });
  EXPECT_TRUE(manager_->Shutdown(absl::Seconds(10)).ok());
  waiter.join();
}

TEST_F(JobManagerTest, DeletionWakesThoseWhoWait) {
  const std::string id = Create("succeed");
  ASSERT_TRUE(manager_->CancelJob(id).ok());
  std::atomic<bool> changed{false};
  const auto subscription = manager_->Subscribe(id, [&] { changed = true; });
  ASSERT_TRUE(manager_->DeleteJob(id).ok());
  EXPECT_TRUE(changed);
  EXPECT_EQ(ReasonOf(manager_->ReadChanges(id, 0, 1).status()), kJobNotFound);
}

TEST_F(JobManagerTest, SubscriberHearsStagesAndTheEnd) {
  Start();
  const std::string id = Create("gate");
  ASSERT_TRUE(runner_->AwaitStarted(1));
  std::atomic<int> calls{0};
  const auto subscription = manager_->Subscribe(id, [&] { ++calls; });
  const int before = calls;
  runner_->OpenGate();
  Finish(id);
  EXPECT_GE(calls - before, 3) << "two stages and the end";
}

TEST_F(JobManagerTest, SamplesAreReadOnceTheJobHasSucceeded) {
  const std::string id = Create("succeed");
  const auto early = manager_->ReadSamples(id, SampleKind::kSamples, 0, 10);
  EXPECT_EQ(early.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(early.status()), kSamplesNotReady);
  Start();
  Finish(id);
  const auto block = manager_->ReadSamples(id, SampleKind::kSamples, 1, 10);
  ASSERT_TRUE(block.ok()) << block.status();
  EXPECT_THAT(block->values, testing::ElementsAre(1.0));
  EXPECT_EQ(
      ReasonOf(manager_->ReadSamples(id, SampleKind::kSamples, 3, 1).status()),
      kOffsetPastEnd);
  EXPECT_EQ(
      ReasonOf(
          manager_->ReadSamples("none", SampleKind::kSamples, 0, 1).status()),
      kJobNotFound);
}

TEST_F(JobManagerTest, FlowsOutliveTheirJobs) {
  Start();
  const std::string id = Create("succeed");
  Finish(id);
  ASSERT_TRUE(manager_->DeleteJob(id).ok());
  EXPECT_EQ(manager_->GetFlow(id)->model, "m");
  EXPECT_EQ(manager_->ListFlows(10, "")->flows.size(), 1U);
  EXPECT_TRUE(manager_->DeleteFlow(id).ok());
  EXPECT_EQ(ReasonOf(manager_->GetFlow(id).status()), kFlowNotFound);
}

TEST_F(JobManagerTest, CountsJobsByState) {
  Start();
  Finish(Create("succeed"));
  Finish(Create("fail"));
  Create("block");
  ASSERT_TRUE(runner_->AwaitStarted(3));
  Create("block");
  const auto counts = manager_->CountJobs();
  EXPECT_EQ(counts->at(JobState::kQueued), 1);
  EXPECT_EQ(counts->at(JobState::kRunning), 1);
  EXPECT_EQ(counts->at(JobState::kSucceeded), 1);
  EXPECT_EQ(counts->at(JobState::kFailed), 1);
  EXPECT_EQ(counts->at(JobState::kCancelled), 0);
}

}  // namespace
}  // namespace ttflow::server
