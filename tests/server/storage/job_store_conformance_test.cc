// JobStore: what every implementation must do with jobs.

#include "tests/conformance/job_store_conformance.h"

#include <algorithm>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/server/storage/sqlite_fixture.h"

namespace ttflow::server {
namespace {

class JobStoreConformance : public DatabaseConformance {};

TEST_P(JobStoreConformance, CreatedJobIsQueuedAndComplete) {
  const auto created =
      jobs().Create({.spec = std::string("a\0b", 3),
                     .labels = {{"team", "blue"}, {"run", "7"}}},
                    kNoLimit);
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_TRUE(created->second);
  const JobRecord job = Get(created->first.id);
  EXPECT_EQ(job.spec, std::string("a\0b", 3));
  EXPECT_EQ(job.state, JobState::kQueued);
  EXPECT_EQ(job.attempt, 0);
  EXPECT_FALSE(job.cancel_requested);
  EXPECT_FALSE(job.start_time.has_value());
  EXPECT_FALSE(job.end_time.has_value());
  EXPECT_FALSE(job.error.has_value());
  EXPECT_EQ(job.labels, (Labels{{"team", "blue"}, {"run", "7"}}));
}

TEST_P(JobStoreConformance, UnknownJobIsNotFound) {
  const std::string id = "01900000-0000-7000-8000-000000000000";
  EXPECT_REASON(jobs().Get(id).status(), kJobNotFound);
  EXPECT_REASON(jobs().RequestCancel(id).status(), kJobNotFound);
  EXPECT_REASON(jobs().Delete(id), kJobNotFound);
  EXPECT_REASON(database().ReadChanges(id, 0, 1).status(), kJobNotFound);
}

TEST_P(JobStoreConformance, RequestIdMakesOneJob) {
  const NewJob job{
      .spec = "seed 1", .request_id = "r", .request_fingerprint = "f"};
  const auto first = jobs().Create(job, kNoLimit);
  ASSERT_TRUE(first.ok());
  // The seed differs, which the server picked; what the caller sent is the
  // same.
  const auto second = jobs().Create(
      {.spec = "seed 2", .request_id = "r", .request_fingerprint = "f"},
      kNoLimit);
  ASSERT_TRUE(second.ok());
  EXPECT_FALSE(second->second);
  EXPECT_EQ(second->first.id, first->first.id);
  EXPECT_EQ(second->first.spec, "seed 1");
  const auto conflict = jobs().Create(
      {.spec = "seed 1", .request_id = "r", .request_fingerprint = "g"},
      kNoLimit);
  EXPECT_EQ(conflict.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_REASON(conflict.status(), kRequestIdConflict);
}

TEST_P(JobStoreConformance, RequestIdFromManyThreadsMakesOneJob) {
  std::vector<std::string> ids(8);
  std::vector<std::thread> threads;
  for (std::string& id : ids) {
    threads.emplace_back([this, &id] {
      const auto created =
          jobs().Create({.spec = "s", .request_id = "r"}, kNoLimit);
      id = created.ok() ? created->first.id : created.status().ToString();
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 1U);
  EXPECT_EQ(jobs().CountByState()->at(JobState::kQueued), 1);
}

TEST_P(JobStoreConformance, FullQueueRefusesButKnowsItsRequests) {
  ASSERT_TRUE(jobs().Create({.spec = "a", .request_id = "r"}, 1).ok());
  const auto refused = jobs().Create({.spec = "b"}, 1);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_REASON(refused.status(), kQueueFull);
  EXPECT_TRUE(jobs().Create({.spec = "a", .request_id = "r"}, 1).ok());
  ClaimOne();
  EXPECT_TRUE(jobs().Create({.spec = "b"}, 1).ok());
}

TEST_P(JobStoreConformance, ClaimsOldestFirst) {
  const JobRecord first = Create("1");
  const JobRecord second = Create("2");
  const JobRecord claimed = ClaimOne();
  EXPECT_EQ(claimed.id, first.id);
  EXPECT_EQ(claimed.state, JobState::kRunning);
  EXPECT_EQ(claimed.attempt, 1);
  EXPECT_TRUE(claimed.start_time.has_value());
  EXPECT_EQ(ClaimOne().id, second.id);
  EXPECT_FALSE(jobs().ClaimNext()->has_value());
}

TEST_P(JobStoreConformance, ConcurrentClaimsTakeEachJobOnce) {
  constexpr int kJobs = 40;
  std::set<std::string> created;
  for (int i = 0; i < kJobs; ++i) {
    created.insert(Create("s").id);
  }
  std::vector<std::vector<std::string>> claimed(8);
  std::vector<std::thread> threads;
  for (auto& mine : claimed) {
    threads.emplace_back([this, &mine] {
      while (true) {
        const auto job = jobs().ClaimNext();
        if (!job.ok() || !job->has_value()) {
          return;
        }
        mine.push_back((*job)->id);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  std::multiset<std::string> all;
  for (const auto& mine : claimed) {
    all.insert(mine.begin(), mine.end());
  }
  EXPECT_EQ(all, std::multiset<std::string>(created.begin(), created.end()));
}

TEST_P(JobStoreConformance, CancelsQueuedAtOnceAndMarksRunning) {
  const JobRecord running = Create("1");
  const JobRecord queued = Create("2");
  ClaimOne();
  EXPECT_EQ(jobs().RequestCancel(queued.id)->state, JobState::kCancelled);
  EXPECT_TRUE(Get(queued.id).end_time.has_value());
  const auto asked = jobs().RequestCancel(running.id);
  EXPECT_EQ(asked->state, JobState::kRunning);
  EXPECT_TRUE(asked->cancel_requested);
  EXPECT_FALSE(asked->end_time.has_value());
  ASSERT_TRUE(jobs().MarkCancelled({running.id, 1}).ok());
  EXPECT_EQ(Get(running.id).state, JobState::kCancelled);
  EXPECT_FALSE(jobs().ClaimNext()->has_value());
}

TEST_P(JobStoreConformance, CancelLeavesTerminalJobsAlone) {
  Create("1");
  const JobRecord job = ClaimOne();
  ASSERT_TRUE(database().Complete(ClaimOf(job), MakeCompletion(4, 2)).ok());
  const auto cancelled = jobs().RequestCancel(job.id);
  EXPECT_EQ(cancelled->state, JobState::kSucceeded);
  EXPECT_FALSE(cancelled->cancel_requested);
}

TEST_P(JobStoreConformance, FailureKeepsItsReason) {
  Create("1");
  const JobRecord job = ClaimOne();
  fixture_->Advance(absl::Seconds(3));
  ASSERT_TRUE(
      jobs()
          .Fail(ClaimOf(job),
                {.code = 9, .reason = "ESS_COLLAPSE", .message = "all zero"})
          .ok());
  const JobRecord failed = Get(job.id);
  EXPECT_EQ(failed.state, JobState::kFailed);
  ASSERT_TRUE(failed.error.has_value());
  EXPECT_EQ(failed.error->code, 9);
  EXPECT_EQ(failed.error->reason, "ESS_COLLAPSE");
  EXPECT_EQ(failed.error->message, "all zero");
  EXPECT_EQ(*failed.end_time - *failed.start_time, absl::Seconds(3));
}

TEST_P(JobStoreConformance, StaleAttemptWritesNothing) {
  Create("1");
  const JobRecord lost = ClaimOne();
  ASSERT_TRUE(jobs().RecoverRunning(3).ok());
  const JobRecord current = ClaimOne();
  ASSERT_EQ(current.id, lost.id);
  ASSERT_EQ(current.attempt, 2);
  const Claim stale = ClaimOf(lost);
  EXPECT_REASON(jobs().Fail(stale, {}), kClaimLost);
  EXPECT_REASON(jobs().MarkCancelled(stale), kClaimLost);
  EXPECT_REASON(jobs().GiveBack(stale), kClaimLost);
  EXPECT_REASON(database().stages().Append(stale, "s").status(), kClaimLost);
  EXPECT_REASON(database().Complete(stale, MakeCompletion(4, 2)), kClaimLost);
  EXPECT_EQ(Get(lost.id).state, JobState::kRunning);
  EXPECT_TRUE(database().stages().List(lost.id, 0, 10)->empty());
  EXPECT_REASON(
      database().samples().Read(lost.id, SampleKind::kSamples, 0, 1).status(),
      kSamplesNotFound);
  EXPECT_TRUE(database().flows().List(10, "")->flows.empty());
  EXPECT_TRUE(database().Complete(ClaimOf(current), MakeCompletion(4, 2)).ok());
}

TEST_P(JobStoreConformance, EndsOnceOnly) {
  Create("1");
  const Claim claim = ClaimOf(ClaimOne());
  ASSERT_TRUE(database().Complete(claim, MakeCompletion(4, 2)).ok());
  EXPECT_REASON(jobs().Fail(claim, {}), kClaimLost);
  EXPECT_REASON(jobs().MarkCancelled(claim), kClaimLost);
  EXPECT_REASON(jobs().GiveBack(claim), kClaimLost);
  EXPECT_REASON(database().Complete(claim, MakeCompletion(4, 2)), kClaimLost);
  EXPECT_EQ(Get(claim.job_id).state, JobState::kSucceeded);
}

TEST_P(JobStoreConformance, GivenBackJobKeepsItsPlaceAndLosesNothing) {
  const JobRecord first = Create("1");
  Create("2");
  ASSERT_TRUE(jobs().GiveBack(ClaimOf(ClaimOne())).ok());
  const JobRecord back = Get(first.id);
  EXPECT_EQ(back.state, JobState::kQueued);
  EXPECT_EQ(back.num_worker_losses, 0);
  EXPECT_FALSE(back.start_time.has_value());
  const JobRecord again = ClaimOne();
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(again.attempt, 2);
}

TEST_P(JobStoreConformance, GivingBackAJobToCancelCancelsIt) {
  const JobRecord job = Create("1");
  const Claim claim = ClaimOf(ClaimOne());
  ASSERT_TRUE(jobs().RequestCancel(job.id).ok());
  ASSERT_TRUE(jobs().GiveBack(claim).ok());
  EXPECT_EQ(Get(job.id).state, JobState::kCancelled);
}

TEST_P(JobStoreConformance, RecoveryCountsLossesAndGivesUp) {
  const JobRecord job = Create("1");
  for (int loss = 1; loss <= 2; ++loss) {
    ClaimOne();
    fixture_->Reopen();
    EXPECT_EQ(*jobs().RecoverRunning(3), 1);
    const JobRecord back = Get(job.id);
    EXPECT_EQ(back.state, JobState::kQueued);
    EXPECT_EQ(back.num_worker_losses, loss);
    EXPECT_FALSE(back.start_time.has_value());
  }
  ClaimOne();
  EXPECT_EQ(*jobs().RecoverRunning(3), 1);
  const JobRecord failed = Get(job.id);
  EXPECT_EQ(failed.state, JobState::kFailed);
  EXPECT_EQ(failed.error->reason, kWorkerLost);
  EXPECT_TRUE(failed.end_time.has_value());
  EXPECT_EQ(*jobs().RecoverRunning(3), 0);
}

TEST_P(JobStoreConformance, RecoveryHonoursACancel) {
  const JobRecord job = Create("1");
  ClaimOne();
  ASSERT_TRUE(jobs().RequestCancel(job.id).ok());
  EXPECT_EQ(*jobs().RecoverRunning(3), 1);
  EXPECT_EQ(Get(job.id).state, JobState::kCancelled);
  EXPECT_TRUE(Get(job.id).end_time.has_value());
}

TEST_P(JobStoreConformance, ListsNewestFirstInPages) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(Create("s").id);
  }
  std::reverse(ids.begin(), ids.end());
  std::vector<std::string> listed;
  JobQuery query{.page_size = 2};
  do {
    const auto page = jobs().List(query);
    ASSERT_TRUE(page.ok()) << page.status();
    ASSERT_LE(page->jobs.size(), 2U);
    for (const JobRecord& job : page->jobs) {
      listed.push_back(job.id);
    }
    query.cursor = page->next_cursor;
  } while (!query.cursor.empty());
  EXPECT_EQ(listed, ids);
}

TEST_P(JobStoreConformance, ListFiltersByStateAndLabels) {
  ASSERT_TRUE(
      jobs().Create({.spec = "1", .labels = {{"a", "x"}, {"b", "y"}}}, 9).ok());
  ASSERT_TRUE(jobs().Create({.spec = "2", .labels = {{"a", "x"}}}, 9).ok());
  ASSERT_TRUE(jobs().Create({.spec = "3"}, 9).ok());
  ClaimOne();
  const auto specs = [this](const JobQuery& query) {
    std::vector<std::string> found;
    const auto page = jobs().List(query);
    for (const JobRecord& job : page->jobs) {
      found.push_back(job.spec);
    }
    return found;
  };
  EXPECT_THAT(specs({.states = {JobState::kRunning}}),
              testing::ElementsAre("1"));
  EXPECT_THAT(specs({.states = {JobState::kQueued, JobState::kFailed}}),
              testing::ElementsAre("3", "2"));
  EXPECT_THAT(specs({.labels = {{"a", "x"}}}), testing::ElementsAre("2", "1"));
  EXPECT_THAT(specs({.labels = {{"a", "x"}, {"b", "y"}}}),
              testing::ElementsAre("1"));
  EXPECT_THAT(specs({.labels = {{"a", "'; DROP TABLE jobs"}}}),
              testing::IsEmpty());
}

TEST_P(JobStoreConformance, ListPageEndsAtItsBytes) {
  Create(std::string(1000, 'a'));
  Create(std::string(1000, 'b'));
  const auto page = jobs().List({.page_size = 10, .max_bytes = 1500});
  ASSERT_EQ(page->jobs.size(), 1U);
  // Even one that is larger alone is delivered: a list must get on.
  const auto next = jobs().List(
      {.page_size = 10, .cursor = page->next_cursor, .max_bytes = 500});
  ASSERT_EQ(next->jobs.size(), 1U);
  EXPECT_EQ(next->jobs[0].spec[0], 'a');
  EXPECT_TRUE(next->next_cursor.empty());
}

TEST_P(JobStoreConformance, ForeignCursorIsRefused) {
  EXPECT_EQ(jobs().List({.cursor = "x"}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(database().flows().List(5, "x").status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_P(JobStoreConformance, DeletesTerminalJobsOnly) {
  const JobRecord job = Create("1");
  EXPECT_REASON(jobs().Delete(job.id), kJobNotTerminal);
  const Claim claim = ClaimOf(ClaimOne());
  EXPECT_EQ(jobs().Delete(job.id).code(),
            absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(database().stages().Append(claim, "s").ok());
  ASSERT_TRUE(database().Complete(claim, MakeCompletion(4, 2)).ok());
  ASSERT_TRUE(jobs().Delete(job.id).ok());
  EXPECT_REASON(jobs().Get(job.id).status(), kJobNotFound);
  EXPECT_TRUE(database().stages().List(job.id, 0, 10)->empty());
  EXPECT_REASON(
      database().samples().Read(job.id, SampleKind::kSamples, 0, 1).status(),
      kSamplesNotFound);
  EXPECT_TRUE(database().flows().Get(job.id).ok()) << "a flow outlives its job";
}

INSTANTIATE_TEST_SUITE_P(Sqlite,
                         JobStoreConformance,
                         testing::Values(&MakeSqliteFixture));

}  // namespace
}  // namespace ttflow::server
