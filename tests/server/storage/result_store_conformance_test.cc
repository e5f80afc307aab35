// Stages, samples and flows: what every implementation must do with them.

#include <string>
#include <vector>

#include "tests/conformance/job_store_conformance.h"
#include "tests/server/storage/sqlite_fixture.h"

namespace ttflow::server {
namespace {

class ResultStoreConformance : public DatabaseConformance {
 protected:
  // Creates, claims and completes a job.
  std::string CompleteJob(const Completion& completion) {
    Create("spec");
    const Claim claim = ClaimOf(ClaimOne());
    const absl::Status status = database().Complete(claim, completion);
    EXPECT_TRUE(status.ok()) << status;
    return claim.job_id;
  }

  // Reads a whole table in pieces of `max_rows`.
  std::vector<double> ReadAll(const std::string& id,
                              SampleKind kind,
                              int max_rows) {
    std::vector<double> values;
    std::int64_t offset = 0;
    while (true) {
      const auto block = database().samples().Read(id, kind, offset, max_rows);
      EXPECT_TRUE(block.ok()) << block.status();
      if (!block.ok() || block->rows == 0) {
        return values;
      }
      EXPECT_EQ(block->offset, offset);
      EXPECT_LE(block->rows, max_rows);
      values.insert(values.end(), block->values.begin(), block->values.end());
      offset += block->rows;
    }
  }

  static std::vector<double> AllValues(const RowSource& source) {
    std::vector<double> values(
        static_cast<std::size_t>(source.rows * source.columns));
    source.fill(0, source.rows, values);
    return values;
  }
};

TEST_P(ResultStoreConformance, StagesAreNumberedOverAttempts) {
  const JobRecord job = Create("1");
  const Claim first = ClaimOf(ClaimOne());
  EXPECT_EQ(*database().stages().Append(first, "a"), 1);
  EXPECT_EQ(*database().stages().Append(first, std::string("\0b", 2)), 2);
  ASSERT_TRUE(jobs().RecoverRunning(3).ok());
  const Claim second = ClaimOf(ClaimOne());
  EXPECT_EQ(*database().stages().Append(second, "c"), 3);
  const auto stages = database().stages().List(job.id, 1, 10);
  ASSERT_EQ(stages->size(), 2U);
  EXPECT_EQ((*stages)[0].sequence, 2);
  EXPECT_EQ((*stages)[0].attempt, 1);
  EXPECT_EQ((*stages)[0].stage, std::string("\0b", 2));
  EXPECT_EQ((*stages)[1].sequence, 3);
  EXPECT_EQ((*stages)[1].attempt, 2);
  EXPECT_EQ(Get(job.id).last_sequence, 3);
  EXPECT_EQ(Get(job.id).latest_stage, "c");
}

TEST_P(ResultStoreConformance, ChangesTellWhetherMoreStagesWait) {
  const JobRecord job = Create("1");
  const Claim claim = ClaimOf(ClaimOne());
  for (const char* stage : {"a", "b", "c"}) {
    ASSERT_TRUE(database().stages().Append(claim, stage).ok());
  }
  const auto some = database().ReadChanges(job.id, 0, 2);
  EXPECT_EQ(some->stages.size(), 2U);
  EXPECT_FALSE(some->complete);
  const auto rest = database().ReadChanges(job.id, 2, 2);
  EXPECT_EQ(rest->stages.size(), 1U);
  EXPECT_TRUE(rest->complete);
  EXPECT_TRUE(database().ReadChanges(job.id, 3, 2)->complete);
}

TEST_P(ResultStoreConformance, CompletionKeepsEverything) {
  const std::string id = CompleteJob(MakeCompletion(1000, 3));
  fixture_->Reopen();
  const JobRecord job = Get(id);
  EXPECT_EQ(job.state, JobState::kSucceeded);
  EXPECT_EQ(job.result, "result");
  EXPECT_EQ(job.flow_id, id);
  EXPECT_TRUE(job.end_time.has_value());
  EXPECT_EQ(ReadAll(id, SampleKind::kSamples, 70),
            AllValues(MakeRows(1000, 3)));
  EXPECT_EQ(ReadAll(id, SampleKind::kParticles, 1000),
            AllValues(MakeRows(500, 3)));
  EXPECT_EQ(ReadAll(id, SampleKind::kLogWeights, 1000),
            AllValues(MakeRows(500, 1)));
  const auto flow = database().flows().Get(id);
  ASSERT_TRUE(flow.ok()) << flow.status();
  EXPECT_EQ(flow->model, std::string("model\0bytes", 11));
  EXPECT_EQ(flow->target, "target");
  EXPECT_EQ(flow->dimension, 3);
  EXPECT_EQ(flow->num_stages, 7);
  EXPECT_EQ(flow->model_bytes, 11);
}

TEST_P(ResultStoreConformance, LargeTablesAreReadChunkByChunk) {
  // 3.2 MB: several chunks, of which one read returns at most one.
  Completion completion{.result = "r", .samples = MakeRows(100000, 4)};
  const std::string id = CompleteJob(completion);
  const auto block =
      database().samples().Read(id, SampleKind::kSamples, 5, 100000);
  ASSERT_TRUE(block.ok()) << block.status();
  EXPECT_EQ(block->total_rows, 100000);
  EXPECT_LE(block->values.size() * sizeof(double), std::size_t{1} << 20);
  EXPECT_EQ(block->values[0], 5.0);
  EXPECT_EQ(ReadAll(id, SampleKind::kSamples, 100000),
            AllValues(MakeRows(100000, 4)));
  EXPECT_REASON(
      database().samples().Read(id, SampleKind::kParticles, 0, 1).status(),
      kSamplesNotFound);
}

TEST_P(ResultStoreConformance, OffsetsAreChecked) {
  const std::string id = CompleteJob(MakeCompletion(10, 2));
  const auto end = database().samples().Read(id, SampleKind::kSamples, 10, 5);
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(end->rows, 0);
  EXPECT_EQ(end->total_rows, 10);
  EXPECT_EQ(end->columns, 2);
  const auto past = database().samples().Read(id, SampleKind::kSamples, 11, 5);
  EXPECT_EQ(past.status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_REASON(past.status(), kOffsetPastEnd);
  EXPECT_EQ(database()
                .samples()
                .Read(id, SampleKind::kSamples, -1, 5)
                .status()
                .code(),
            absl::StatusCode::kOutOfRange);
}

TEST_P(ResultStoreConformance, DamagedSamplesAreDataLoss) {
  const std::string id = CompleteJob(MakeCompletion(10, 2));
  fixture_->DamageSamples(id);
  const auto block = database().samples().Read(id, SampleKind::kSamples, 0, 5);
  EXPECT_EQ(block.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_REASON(block.status(), kChecksumMismatch);
}

TEST_P(ResultStoreConformance, FlowsAreListedWithoutTheirModelsAndDeleted) {
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    ids.push_back(CompleteJob(MakeCompletion(4, 2)));
  }
  const auto first = database().flows().List(2, "");
  ASSERT_EQ(first->flows.size(), 2U);
  EXPECT_EQ(first->flows[0].id, ids[2]);
  EXPECT_TRUE(first->flows[0].model.empty());
  EXPECT_EQ(first->flows[0].model_bytes, 11);
  const auto second = database().flows().List(2, first->next_cursor);
  ASSERT_EQ(second->flows.size(), 1U);
  EXPECT_EQ(second->flows[0].id, ids[0]);
  EXPECT_TRUE(second->next_cursor.empty());
  EXPECT_TRUE(database().flows().Delete(ids[0]).ok());
  EXPECT_REASON(database().flows().Get(ids[0]).status(), kFlowNotFound);
  EXPECT_REASON(database().flows().Delete(ids[0]), kFlowNotFound);
  EXPECT_EQ(Get(ids[0]).state, JobState::kSucceeded) << "the job stays";
}

TEST_P(ResultStoreConformance, RestartKeepsQueueAndStages) {
  const JobRecord running = Create("1");
  const JobRecord queued = Create("2");
  ASSERT_TRUE(database().stages().Append(ClaimOf(ClaimOne()), "a").ok());
  fixture_->Reopen();
  EXPECT_EQ(Get(running.id).state, JobState::kRunning);
  EXPECT_EQ(Get(queued.id).state, JobState::kQueued);
  EXPECT_EQ(database().stages().List(running.id, 0, 10)->size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Sqlite,
                         ResultStoreConformance,
                         testing::Values(&MakeSqliteFixture));

}  // namespace
}  // namespace ttflow::server
