// What the workers do with jobs: order, ends, interruption, shutdown.

#include "server/jobs/worker_pool.h"

#include <gmock/gmock.h>

#include <string>
#include <thread>
#include <vector>

#include "tests/server/jobs/job_manager_fixture.h"

namespace ttflow::server {
namespace {

class WorkerPoolTest : public JobManagerFixture {};

// A database whose disk is full whenever a result comes.
class FullDatabase final : public Database {
 public:
  explicit FullDatabase(Database& database) : database_(database) {}

  JobStore& jobs() override { return database_.jobs(); }
  StageStore& stages() override { return database_.stages(); }
  SampleStore& samples() override { return database_.samples(); }
  FlowStore& flows() override { return database_.flows(); }
  absl::Status Complete(const Claim&, const Completion&) override {
    return ErrorWithReason(
        absl::StatusCode::kResourceExhausted, kDiskFull, "the disk is full");
  }
  absl::StatusOr<JobChanges> ReadChanges(std::string_view job_id,
                                         std::int64_t after_sequence,
                                         int max_stages) override {
    return database_.ReadChanges(job_id, after_sequence, max_stages);
  }

 private:
  Database& database_;
};

TEST_F(WorkerPoolTest, RunsJobsThatWaitedBeforeTheStartInOrder) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(Create("succeed"));
  }
  Start();
  for (const std::string& id : ids) {
    EXPECT_EQ(Finish(id).state, JobState::kSucceeded);
  }
  EXPECT_EQ(runner_->started(), ids);
  EXPECT_EQ(runner_->max_concurrent(), 1);
}

TEST_F(WorkerPoolTest, RunsAsManyAtOnceAsThereAreWorkers) {
  Open({.num_workers = 3});
  Start();
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(Create("gate"));
  }
  ASSERT_TRUE(runner_->AwaitStarted(3));
  EXPECT_EQ(manager_->CountJobs()->at(JobState::kQueued), 2);
  runner_->OpenGate();
  for (const std::string& id : ids) {
    EXPECT_EQ(Finish(id).state, JobState::kSucceeded);
  }
  EXPECT_EQ(runner_->max_concurrent(), 3);
}

TEST_F(WorkerPoolTest, KeepsTheReasonOfAFailure) {
  Start();
  const JobRecord job = Finish(Create("fail"));
  EXPECT_EQ(job.state, JobState::kFailed);
  EXPECT_EQ(job.error->reason, "ESS_COLLAPSE");
  EXPECT_EQ(job.error->code,
            static_cast<int>(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(job.error->message, "all weights are zero");
}

TEST_F(WorkerPoolTest, ExceptionFailsTheJobAndNotTheWorker) {
  Start();
  EXPECT_EQ(Finish(Create("throw")).error->reason, "INTERNAL");
  EXPECT_EQ(Finish(Create("exhaust")).error->reason, "OUT_OF_MEMORY");
  EXPECT_EQ(Finish(Create("succeed")).state, JobState::kSucceeded);
}

TEST_F(WorkerPoolTest, ResultThatCannotBeKeptFailsTheJob) {
  FullDatabase full(*database_);
  JobManager manager(full, *runner_, {});
  ASSERT_TRUE(manager.Start().ok());
  const std::string id = manager.CreateJob({.spec = "succeed"})->job.id;
  const auto job = manager.WaitForEnd(id, absl::Now() + absl::Seconds(10));
  ASSERT_EQ(job->state, JobState::kFailed);
  EXPECT_EQ(job->error->reason, kDiskFull);
}

TEST_F(WorkerPoolTest, CancelEndsARunningJob) {
  Start();
  const std::string id = Create("block");
  ASSERT_TRUE(runner_->AwaitStarted(1));
  const auto asked = manager_->CancelJob(id);
  ASSERT_TRUE(asked.ok());
  EXPECT_TRUE(asked->cancel_requested);
  EXPECT_EQ(Finish(id).state, JobState::kCancelled);
}

TEST_F(WorkerPoolTest, CancelOfAQueuedJobIsImmediate) {
  Start();
  const std::string running = Create("gate");
  ASSERT_TRUE(runner_->AwaitStarted(1));
  const std::string queued = Create("succeed");
  EXPECT_EQ(manager_->CancelJob(queued)->state, JobState::kCancelled);
  runner_->OpenGate();
  EXPECT_EQ(Finish(running).state, JobState::kSucceeded);
  EXPECT_THAT(runner_->started(), testing::ElementsAre(running));
}

// Whoever wins, there is one end, and a worker never hangs.
TEST_F(WorkerPoolTest, CancelRacesWithClaimAndEnd) {
  Open({.num_workers = 2});
  Start();
  for (int i = 0; i < 50; ++i) {
    const std::string id = Create(i % 2 == 0 ? "succeed" : "block");
    ASSERT_TRUE(manager_->CancelJob(id).ok());
    const JobState state = Finish(id).state;
    if (i % 2 == 0) {
      EXPECT_TRUE(state == JobState::kSucceeded ||
                  state == JobState::kCancelled);
    } else {
      EXPECT_EQ(state, JobState::kCancelled);
    }
  }
}

TEST_F(WorkerPoolTest, ShutdownGivesRunningJobsBack) {
  Start();
  const std::string id = Create("block");
  ASSERT_TRUE(runner_->AwaitStarted(1));
  const absl::Status status = manager_->Shutdown(absl::Seconds(10));
  EXPECT_TRUE(status.ok()) << status;
  const JobRecord job = *manager_->GetJob(id);
  EXPECT_EQ(job.state, JobState::kQueued);
  EXPECT_EQ(job.attempt, 1);
  EXPECT_EQ(job.num_worker_losses, 0);
  EXPECT_EQ(job.last_sequence, 1);
}

TEST_F(WorkerPoolTest, NextServerRunsWhatTheLastGaveBack) {
  Start();
  const std::string id = Create("gate");
  ASSERT_TRUE(runner_->AwaitStarted(1));
  ASSERT_TRUE(manager_->Shutdown(absl::Seconds(10)).ok());
  Open();
  runner_->OpenGate();
  Start();
  const JobRecord job = Finish(id);
  EXPECT_EQ(job.state, JobState::kSucceeded);
  EXPECT_EQ(job.attempt, 2);
  EXPECT_EQ(job.last_sequence, 4)
      << "one stage of the first attempt, three after";
}

TEST_F(WorkerPoolTest, ServerThatDiedCostsTheJobOneLoss) {
  const std::string id = Create("succeed");
  ASSERT_TRUE(database_->jobs().ClaimNext().ok());
  Open();
  Start();
  const JobRecord job = Finish(id);
  EXPECT_EQ(job.state, JobState::kSucceeded);
  EXPECT_EQ(job.num_worker_losses, 1);
}

TEST_F(WorkerPoolTest, JobThatKillsItsServersFails) {
  const std::string id = Create("succeed");
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(database_->jobs().ClaimNext().ok());
    ASSERT_TRUE(database_->jobs().RecoverRunning(3).ok());
  }
  EXPECT_EQ(manager_->GetJob(id)->error->reason, kWorkerLost);
}

TEST_F(WorkerPoolTest, ManyJobsFromManyThreadsEndOnceEach) {
  Open({.num_workers = 4});
  Start();
  std::vector<std::vector<std::string>> ids(4);
  std::vector<std::thread> threads;
  for (auto& mine : ids) {
    threads.emplace_back([this, &mine] {
      for (int i = 0; i < 15; ++i) {
        mine.push_back(Create("succeed"));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (const auto& mine : ids) {
    for (const std::string& id : mine) {
      const JobRecord job = Finish(id);
      EXPECT_EQ(job.state, JobState::kSucceeded);
      EXPECT_EQ(job.attempt, 1);
    }
  }
  EXPECT_EQ(runner_->started().size(), 60U);
}

TEST_F(WorkerPoolTest, StopBeforeStartIsFinal) {
  JobNotifier notifier;
  WorkerPool pool(*database_, *runner_, notifier, 1);
  EXPECT_TRUE(pool.Stop(absl::Seconds(1)).ok());
  pool.Start();
  Create("succeed");
  pool.Wake();
  EXPECT_EQ(pool.num_running(), 0);
  EXPECT_TRUE(pool.Stop(absl::Seconds(1)).ok());
  EXPECT_TRUE(runner_->started().empty());
}

}  // namespace
}  // namespace ttflow::server
