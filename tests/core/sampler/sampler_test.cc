#include "core/sampler/sampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <utility>

#include "core/targets/target_registry.h"
#include "tests/core/sampler/test_energies.h"
#include "tests/sanitizers.h"

namespace ttflow {
namespace {

struct Outcome {
  SampleResult result;
  std::vector<StageInfo> stages;
  std::shared_ptr<const Model> model;
};

Outcome Finish(std::unique_ptr<Sampler> sampler) {
  NullInterrupter interrupter;
  while (!sampler->done()) {
    const absl::Status status = sampler->Step(interrupter);
    EXPECT_TRUE(status.ok()) << status.ToString();
  }
  Outcome outcome;
  outcome.result = sampler->TakeResult();
  outcome.stages = sampler->stages();
  outcome.model = sampler->model();
  return outcome;
}

Outcome RunJob(std::shared_ptr<const Energy> energy,
               const SamplerOptions& options,
               int threads = 1) {
  const Executor executor(threads);
  return Finish(*Sampler::Create(std::move(energy), options, executor));
}

SamplerOptions SmallRun(FlowMode mode) {
  SamplerOptions options;
  options.num_particles = 1024;
  options.num_samples = 500;
  options.seed = 17;
  options.flow.mode = mode;
  return options;
}

bool SameBytes(const Matrix& a, const Matrix& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() &&
         std::memcmp(a.data(), b.data(), sizeof(double) * a.size()) == 0;
}

class SamplerOfEachMode : public testing::TestWithParam<FlowMode> {};
INSTANTIATE_TEST_SUITE_P(Modes,
                         SamplerOfEachMode,
                         testing::Values(FlowMode::kAuto,
                                         FlowMode::kOn,
                                         FlowMode::kOff));

TEST_P(SamplerOfEachMode, FindsEvidenceAndMomentsOfAGaussianFarAway) {
  const auto energy = std::make_shared<ShiftedGaussian>(4, 30, 0.5);
  const Outcome outcome = RunJob(energy, SmallRun(GetParam()));
  // Five reported errors and a floor: a false alarm of under 1e-4.
  EXPECT_NEAR(outcome.result.log_evidence,
              energy->LogEvidence(),
              5 * outcome.result.log_evidence_standard_error + 0.02);
  for (const CoordinateSummary& coordinate : outcome.result.coordinates) {
    EXPECT_NEAR(coordinate.mean, 30, 0.15);
    EXPECT_NEAR(coordinate.standard_deviation, 0.5, 0.1);
  }
  EXPECT_EQ(outcome.result.samples.rows(), 500);
  EXPECT_EQ(outcome.stages.back().t, 1);
}

TEST_P(SamplerOfEachMode, KeepsBothModesOfDoubleWells) {
  const auto energy = std::make_shared<DoubleWells>(3);
  const Outcome outcome = RunJob(energy, SmallRun(GetParam()));
  EXPECT_NEAR(outcome.result.log_evidence,
              energy->LogEvidence(),
              5 * outcome.result.log_evidence_standard_error + 0.02);
  for (Index k = 0; k < 3; ++k) {
    const double above =
        (outcome.result.samples.col(k).array() > 0).cast<double>().mean();
    EXPECT_NEAR(above, 0.5, 0.2);
  }
}

TEST_P(SamplerOfEachMode, GivesTheSameBytesForAnyNumberOfThreads) {
  const auto energy = std::make_shared<DoubleWells>(SanitizedSize<Index>(4, 2));
  SamplerOptions options = SmallRun(GetParam());
  // Several blocks, and no multiple of one.
  options.num_particles = SanitizedSize<Index>(1500, 1100);
  const Outcome one = RunJob(energy, options, 1);
  const Outcome two = RunJob(energy, options, 2);
  EXPECT_TRUE(SameBytes(one.result.samples, two.result.samples));
  EXPECT_TRUE(SameBytes(one.result.particles, two.result.particles));
  EXPECT_EQ(one.result.log_evidence, two.result.log_evidence);
}

TEST(Sampler, AnotherSeedGivesOtherSamples) {
  const auto energy = std::make_shared<DoubleWells>(2);
  SamplerOptions options = SmallRun(FlowMode::kOff);
  const Outcome one = RunJob(energy, options);
  options.seed = 18;
  EXPECT_FALSE(
      SameBytes(one.result.samples, RunJob(energy, options).result.samples));
}

TEST(Sampler, CountsEveryEvaluation) {
  class Counted final : public ShiftedGaussian {
   public:
    Counted() : ShiftedGaussian(2, 0, 1) {}
    absl::Status Evaluate(const ConstMatrixRef& x,
                          VectorRef energy,
                          MatrixRef* gradient,
                          Interrupter& interrupter) const override {
      points += x.rows();
      gradients += gradient != nullptr ? x.rows() : 0;
      return ShiftedGaussian::Evaluate(x, energy, gradient, interrupter);
    }
    mutable std::int64_t points = 0;
    mutable std::int64_t gradients = 0;
  };
  const auto energy = std::make_shared<Counted>();
  const Outcome outcome = RunJob(energy, SmallRun(FlowMode::kOn));
  EXPECT_EQ(outcome.result.counts.num_energy_evaluations, energy->points);
  EXPECT_EQ(outcome.result.counts.num_gradient_evaluations, energy->gradients);
  EXPECT_EQ(outcome.stages.back().counts.num_energy_evaluations,
            energy->points);
}

TEST(Sampler, GoesOnWhereEnergiesAreNotFiniteAndReportsThem) {
  const auto energy = std::make_shared<HalfGaussian>(2);
  const Outcome outcome = RunJob(energy, SmallRun(FlowMode::kAuto));
  EXPECT_NEAR(outcome.result.log_evidence,
              energy->LogEvidence() - std::log(2.0),
              5 * outcome.result.log_evidence_standard_error + 0.02);
  EXPECT_GT(outcome.result.samples.col(0).minCoeff(), 0);
  EXPECT_GT(outcome.result.counts.num_nonfinite, 0);
  bool warned = false;
  for (const Warning& warning : outcome.result.warnings) {
    warned |= warning.code == "NONFINITE_ENERGIES";
  }
  EXPECT_TRUE(warned);
}

TEST(Sampler, DeliversMoreSamplesThanParticlesFromFrozenRuns) {
  const auto energy = std::make_shared<ShiftedGaussian>(2, 1, 2);
  SamplerOptions options = SmallRun(FlowMode::kAuto);
  options.density.mode = DensityMode::kOff;
  options.num_samples = 2500;
  const Outcome outcome = RunJob(energy, options);
  EXPECT_EQ(outcome.result.samples.rows(), 2500);
  EXPECT_EQ(outcome.stages.back().pass, 3);
  EXPECT_NEAR(outcome.result.samples.col(0).mean(), 1, 0.3);
}

TEST(Sampler, ReportsFrozenBatchesAsTheirOwnEstimator) {
  const auto energy = std::make_shared<ShiftedGaussian>(2, 1, 2);
  SamplerOptions options = SmallRun(FlowMode::kOn);
  options.evidence.frozen_batches = 8;
  const Outcome outcome = RunJob(energy, options);
  EXPECT_EQ(outcome.result.estimator, EvidenceEstimator::kFrozenBatches);
  EXPECT_NEAR(outcome.result.log_evidence,
              energy->LogEvidence(),
              6 * outcome.result.log_evidence_standard_error + 0.01);
}

TEST(Sampler, DrawsFromATrainedModel) {
  const auto energy = std::make_shared<DoubleWells>(2);
  const Outcome trained = RunJob(energy, SmallRun(FlowMode::kOn));
  const Executor executor(1);
  DrawOptions draw;
  draw.num_samples = 3000;
  draw.seed = 5;
  const Outcome drawn =
      Finish(*Sampler::CreateDraw(energy, trained.model, draw, executor));
  EXPECT_EQ(drawn.result.samples.rows(), 3000);
  EXPECT_NEAR(drawn.result.log_evidence,
              energy->LogEvidence(),
              5 * drawn.result.log_evidence_standard_error + 0.02);
  const Outcome again =
      Finish(*Sampler::CreateDraw(energy, trained.model, draw, executor));
  EXPECT_TRUE(SameBytes(drawn.result.samples, again.result.samples));
}

TEST(Sampler, DrawsFromAFoundDensity) {
  const auto energy = std::make_shared<DoubleWells>(3);
  const Outcome found = RunJob(energy, SmallRun(FlowMode::kAuto));
  EXPECT_EQ(found.result.estimator, EvidenceEstimator::kImportance);
  ASSERT_NE(found.model->density, nullptr);
  EXPECT_GT(found.model->density_ess_fraction, 0.03);
  EXPECT_EQ(found.stages.front().pass, 0);
  EXPECT_EQ(found.stages.back().pass, 2);
  const Executor executor(1);
  DrawOptions draw;
  draw.num_samples = 3000;
  draw.seed = 5;
  const Outcome drawn =
      Finish(*Sampler::CreateDraw(energy, found.model, draw, executor));
  EXPECT_EQ(drawn.result.samples.rows(), 3000);
  EXPECT_EQ(drawn.result.estimator, EvidenceEstimator::kImportance);
  EXPECT_NEAR(drawn.result.log_evidence,
              energy->LogEvidence(),
              5 * drawn.result.log_evidence_standard_error + 0.002);
  const Outcome again =
      Finish(*Sampler::CreateDraw(energy, found.model, draw, executor));
  EXPECT_TRUE(SameBytes(drawn.result.samples, again.result.samples));
}

TEST(Sampler, MovesNothingWhereThatIsAsked) {
  const auto energy = std::make_shared<ShiftedGaussian>(2, 0.5, 1);
  SamplerOptions options = SmallRun(FlowMode::kOn);
  options.moves.kind = MoveChoice::kNone;
  const Executor executor(1);
  auto sampler = *Sampler::Create(energy, options, executor);
  NullInterrupter interrupter;
  while (!sampler->done()) ASSERT_TRUE(sampler->Step(interrupter).ok());
  bool flowed = false;
  for (const StageInfo& stage : sampler->stages()) {
    if (stage.pass == 0) continue;
    EXPECT_EQ(stage.acceptance_rate, 0);
    flowed |= stage.flow_used;
  }
  EXPECT_TRUE(flowed);
  EXPECT_NEAR(sampler->TakeResult().log_evidence, energy->LogEvidence(), 0.2);
}

// Two modes apart, one of them narrow: mass has to cross a gap on the way, and
// the transport is of little use there, or not used. A Gaussian needs nothing
// of the kind.
TEST(Sampler, SaysWhereItsTransportIsNotToBeTrusted) {
  constexpr int kSeeds = 4;
  const auto count_warned = [](const std::shared_ptr<const Energy>& energy) {
    SamplerOptions options = SmallRun(FlowMode::kOn);
    options.num_particles = 2048;
    options.base.scale = {6};
    options.resampling.ess_threshold = 0;  // the weights keep what they got
    int warned = 0;
    for (int seed = 0; seed < kSeeds; ++seed) {
      options.seed = static_cast<std::uint64_t>(seed);
      const std::vector<Warning> warnings =
          RunJob(energy, options).result.warnings;
      warned += std::any_of(
          warnings.begin(), warnings.end(), [](const Warning& warning) {
            return warning.code == "FLOW_DISTRUSTED";
          });
    }
    return warned;
  };
  Violations violations;
  const auto gap = MakeTarget("gaussian_mixture",
                              2,
                              {{"means", {-4, 0, 4, 0}}, {"std", {1, 0.3}}},
                              violations);
  ASSERT_TRUE(violations.empty());
  EXPECT_GE(count_warned(gap), kSeeds / 2);
  EXPECT_EQ(count_warned(std::make_shared<ShiftedGaussian>(2, 4, 0.5)), 0);
}

// A budget that a full run would exceed: fewer draws, and a word about it.
TEST(Sampler, ASearchSpendsTheRestOfABudgetOnDraws) {
  const auto energy = std::make_shared<DoubleWells>(8);
  SamplerOptions options = SmallRun(FlowMode::kAuto);
  options.num_samples = 20000;
  const std::int64_t full =
      RunJob(energy, options, 1).result.counts.num_energy_evaluations;
  options.max_energy_evaluations = full - 3000;
  const SampleResult result = RunJob(energy, options, 1).result;
  EXPECT_LE(result.counts.num_energy_evaluations, full - 3000);
  EXPECT_NEAR(result.log_evidence,
              energy->LogEvidence(),
              5 * result.log_evidence_standard_error + 0.002);
  const auto told = [](const Warning& warning) {
    return warning.code == "BUDGET_REACHED";
  };
  EXPECT_TRUE(
      std::any_of(result.warnings.begin(), result.warnings.end(), told));
}

TEST(Sampler, ASearchKeepsToTheBudgetToo) {
  SamplerOptions options = SmallRun(FlowMode::kAuto);
  options.max_energy_evaluations = 9000;
  const Executor executor(1);
  auto sampler =
      *Sampler::Create(std::make_shared<DoubleWells>(8), options, executor);
  NullInterrupter interrupter;
  absl::Status status;
  while (status.ok() && !sampler->done()) status = sampler->Step(interrupter);
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status.ToString();
  for (const StageInfo& stage : sampler->stages()) {
    EXPECT_LE(stage.counts.num_energy_evaluations, 9000);
  }
}

TEST(Sampler, StopsWithinABatchWhenInterrupted) {
  class StopAfter final : public Interrupter {
   public:
    explicit StopAfter(int calls) : calls_(calls) {}
    absl::Status Check() override {
      return --calls_ < 0 ? absl::CancelledError("stop") : absl::OkStatus();
    }

   private:
    int calls_;
  };
  const Executor executor(1);
  auto sampler = *Sampler::Create(
      std::make_shared<DoubleWells>(2), SmallRun(FlowMode::kOn), executor);
  StopAfter interrupter(40);
  absl::Status status;
  while (status.ok() && !sampler->done()) status = sampler->Step(interrupter);
  EXPECT_TRUE(absl::IsCancelled(status));
  EXPECT_TRUE(sampler->done());
}

TEST(Sampler, RefusesToExceedItsBudget) {
  SamplerOptions options = SmallRun(FlowMode::kOff);
  options.max_energy_evaluations = 20000;
  const Executor executor(1);
  auto sampler =
      *Sampler::Create(std::make_shared<DoubleWells>(8), options, executor);
  NullInterrupter interrupter;
  absl::Status status;
  while (status.ok() && !sampler->done()) status = sampler->Step(interrupter);
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status.ToString();
  EXPECT_LE(sampler->stages().back().counts.num_energy_evaluations, 20000);
}

TEST(Sampler, RefusesInvalidOptionsAndModelsOfAnotherDimension) {
  const Executor executor(1);
  SamplerOptions options;
  options.schedule.conditional_ess = 2;
  EXPECT_TRUE(absl::IsInvalidArgument(
      Sampler::Create(std::make_shared<DoubleWells>(2), options, executor)
          .status()));
  const Outcome trained =
      RunJob(std::make_shared<DoubleWells>(2), SmallRun(FlowMode::kOff));
  EXPECT_TRUE(absl::IsInvalidArgument(
      Sampler::CreateDraw(
          std::make_shared<DoubleWells>(3), trained.model, {}, executor)
          .status()));
}

TEST(Sampler, SaysWhereTheEnergyIsFiniteNowhere) {
  class Nowhere final : public ShiftedGaussian {
   public:
    Nowhere() : ShiftedGaussian(2, 0, 1) {}
    absl::Status Evaluate(const ConstMatrixRef&,
                          VectorRef energy,
                          MatrixRef* gradient,
                          Interrupter&) const override {
      energy.setConstant(std::nan(""));
      if (gradient != nullptr) gradient->setZero();
      return absl::OkStatus();
    }
  };
  const Executor executor(1);
  auto sampler = *Sampler::Create(
      std::make_shared<Nowhere>(), SmallRun(FlowMode::kOff), executor);
  NullInterrupter interrupter;
  EXPECT_TRUE(absl::IsFailedPrecondition(sampler->Step(interrupter)));
}

}  // namespace
}  // namespace ttflow
