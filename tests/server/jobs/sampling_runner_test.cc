// Jobs through the real engine, without gRPC: spec in, result, samples, flow
// out.

#include "server/jobs/sampling_runner.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "google/protobuf/util/json_util.h"
#include "server/convert/diagnostics_converter.h"
#include "server/convert/flow_converter.h"
#include "server/convert/job_spec_validation.h"
#include "server/convert/resource_names.h"
#include "server/jobs/job_manager.h"
#include "server/storage/sqlite/sqlite_database.h"
#include "server/storage/store_error.h"
#include "tests/server/storage/temporary_directory.h"
#include "ttflow/v1/job.pb.h"

namespace ttflow::server {
namespace {

constexpr char kGaussian[] = R"json({
  "sample": {
    "target": {"builtin": {"name": "gaussian", "dimension": 2}},
    "options": {"num_particles": 512}},
  "num_samples": 700, "seed": 7})json";
// E = |x|^2 / 2 in two dimensions: Z = 2 pi.
const double kLogEvidence = std::log(2 * std::numbers::pi);

class SamplingRunnerTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = OpenSqliteDatabase({.directory = directory_.path()});
    ASSERT_TRUE(opened.ok()) << opened.status();
    database_ = *std::move(opened);
    runner_ = std::make_unique<SamplingRunner>(
        database_->flows(), executor_, limits_);
    manager_ =
        std::make_unique<JobManager>(*database_, *runner_, JobManagerOptions{});
    ASSERT_TRUE(manager_->Start().ok());
  }

  static v1::JobSpec ParseSpec(const std::string& json) {
    v1::JobSpec spec;
    const auto status =
        google::protobuf::util::JsonStringToMessage(json, &spec);
    EXPECT_TRUE(status.ok()) << status.ToString();
    return spec;
  }

  // Queues the spec as the handler does: prepared.
  std::string Create(const v1::JobSpec& spec, const v1::Flow* flow = nullptr) {
    Violations violations;
    const PreparedJob prepared = PrepareJob(spec, flow, 1, limits_, violations);
    for (const Violation& violation : violations.items()) {
      ADD_FAILURE() << violation.field << " " << violation.description;
    }
    return manager_->CreateJob({.spec = prepared.effective.SerializeAsString()})
        ->job.id;
  }

  JobRecord Finish(const std::string& id) {
    const auto job = manager_->WaitForEnd(id, absl::Now() + absl::Seconds(60));
    EXPECT_TRUE(job.ok()) << job.status();
    EXPECT_TRUE(IsTerminal(job->state));
    if (job->error.has_value()) {
      EXPECT_EQ(job->error->message, "");
    }
    return *job;
  }

  static v1::Result ResultOf(const JobRecord& job) {
    v1::Result result;
    EXPECT_TRUE(result.ParseFromString(job.result));
    return result;
  }

  v1::Flow DescribeFlow(const std::string& id) {
    return *FlowToProto(*manager_->GetFlow(id));
  }

  TemporaryDirectory directory_;
  Executor executor_{2};
  Limits limits_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<SamplingRunner> runner_;
  std::unique_ptr<JobManager> manager_;
};

TEST_F(SamplingRunnerTest, JobThatTrainsKeepsResultSamplesAndFlow) {
  const JobRecord job = Finish(Create(ParseSpec(kGaussian)));
  ASSERT_EQ(job.state, JobState::kSucceeded);
  const v1::Result result = ResultOf(job);
  EXPECT_EQ(result.num_samples(), 700);
  EXPECT_EQ(result.dimension(), 2);
  EXPECT_EQ(result.seed(), 7U);
  EXPECT_GT(result.wall_seconds(), 0);
  EXPECT_GT(result.num_energy_evaluations(), 512);
  EXPECT_EQ(result.num_stages(), job.last_sequence);
  EXPECT_NEAR(result.log_evidence(),
              kLogEvidence,
              6 * result.log_evidence_standard_error() + 1e-6);
  const auto samples =
      manager_->ReadSamples(job.id, SampleKind::kSamples, 0, 1000);
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_EQ(samples->rows, 700);
  EXPECT_EQ(samples->columns, 2);
  double sum = 0;
  for (double value : samples->values) {
    ASSERT_TRUE(std::isfinite(value));
    sum += value;
  }
  // 1400 standard normal numbers; dependent by resampling, hence the wide
  // margin.
  EXPECT_LT(std::abs(sum / 1400), 0.3);
  const auto particles =
      manager_->ReadSamples(job.id, SampleKind::kParticles, 0, 10000);
  const auto log_weights =
      manager_->ReadSamples(job.id, SampleKind::kLogWeights, 0, 10000);
  ASSERT_TRUE(particles.ok() && log_weights.ok());
  EXPECT_EQ(particles->total_rows, result.num_particles());
  EXPECT_EQ(log_weights->total_rows, result.num_particles());
  EXPECT_EQ(log_weights->columns, 1);
  EXPECT_EQ(DescribeFlow(job.flow_id).dimension(), 2);
}

TEST_F(SamplingRunnerTest, StagesReachTheTarget) {
  const std::string id = Create(ParseSpec(kGaussian));
  const JobRecord job = Finish(id);
  const auto changes = manager_->ReadChanges(id, 0, 10000);
  ASSERT_TRUE(changes.ok());
  ASSERT_FALSE(changes->stages.empty());
  double fraction = 0;
  for (const StageRecord& stage : changes->stages) {
    const auto progress = DecodeStage(stage.stage);
    ASSERT_TRUE(progress.ok());
    EXPECT_GE(progress->fraction(), fraction);
    fraction = progress->fraction();
    EXPECT_EQ(stage.attempt, 1);
  }
  EXPECT_EQ(DecodeStage(changes->stages.back().stage)->stage().t(), 1.0);
}

TEST_F(SamplingRunnerTest, SameSeedGivesTheSameSamples) {
  const JobRecord first = Finish(Create(ParseSpec(kGaussian)));
  const JobRecord second = Finish(Create(ParseSpec(kGaussian)));
  EXPECT_EQ(
      manager_->ReadSamples(first.id, SampleKind::kSamples, 0, 1000)->values,
      manager_->ReadSamples(second.id, SampleKind::kSamples, 0, 1000)->values);
  EXPECT_EQ(manager_->GetFlow(first.id)->model,
            manager_->GetFlow(second.id)->model);
}

TEST_F(SamplingRunnerTest, DrawsFromAStoredFlow) {
  const JobRecord trained = Finish(Create(ParseSpec(kGaussian)));
  v1::JobSpec spec;
  spec.mutable_draw()->set_flow(FlowName(trained.flow_id));
  spec.set_num_samples(300);
  spec.set_seed(11);
  const v1::Flow flow = DescribeFlow(trained.flow_id);
  const JobRecord job = Finish(Create(spec, &flow));
  ASSERT_EQ(job.state, JobState::kSucceeded);
  const v1::Result result = ResultOf(job);
  EXPECT_EQ(result.num_samples(), 300);
  EXPECT_EQ(result.flow(), FlowName(trained.flow_id));
  EXPECT_NEAR(result.log_evidence(), kLogEvidence, 0.2);
  EXPECT_TRUE(job.flow_id.empty()) << "a draw trains nothing";
}

TEST_F(SamplingRunnerTest, DrawOfADeletedFlowFails) {
  const JobRecord trained = Finish(Create(ParseSpec(kGaussian)));
  v1::JobSpec spec;
  spec.mutable_draw()->set_flow(FlowName(trained.flow_id));
  spec.set_num_samples(10);
  ASSERT_TRUE(manager_->DeleteFlow(trained.flow_id).ok());
  const auto created = manager_->CreateJob({.spec = spec.SerializeAsString()});
  const auto job =
      manager_->WaitForEnd(created->job.id, absl::Now() + absl::Seconds(60));
  ASSERT_EQ(job->state, JobState::kFailed);
  EXPECT_EQ(job->error->reason, kFlowNotFound);
}

TEST_F(SamplingRunnerTest, RunThatCannotGoOnFailsWithItsReason) {
  v1::JobSpec spec = ParseSpec(kGaussian);
  spec.mutable_sample()->mutable_options()->set_max_energy_evaluations(600);
  const std::string id = Create(spec);
  const auto job = manager_->WaitForEnd(id, absl::Now() + absl::Seconds(60));
  ASSERT_EQ(job->state, JobState::kFailed);
  EXPECT_EQ(job->error->reason, kRunFailed);
  EXPECT_NE(job->error->message.find("max_energy_evaluations"),
            std::string::npos)
      << job->error->message;
}

TEST_F(SamplingRunnerTest, CancelInterruptsTheEngine) {
  v1::JobSpec spec = ParseSpec(R"json({
    "sample": {
      "target": {"builtin": {"name": "many_well", "dimension": 32}},
      "options": {"num_particles": 20000,
                  "density": {"mode": "DENSITY_MODE_OFF"}}},
    "seed": 1})json");
  const std::string id = Create(spec);
  while (manager_->GetJob(id)->state == JobState::kQueued) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  absl::SleepFor(absl::Milliseconds(100));
  const absl::Time asked = absl::Now();
  ASSERT_TRUE(manager_->CancelJob(id).ok());
  const auto job = manager_->WaitForEnd(id, asked + absl::Seconds(60));
  EXPECT_EQ(job->state, JobState::kCancelled);
  // A batch takes milliseconds; the rest is for a loaded machine.
  EXPECT_LT(absl::Now() - asked, absl::Seconds(5));
}

}  // namespace
}  // namespace ttflow::server
