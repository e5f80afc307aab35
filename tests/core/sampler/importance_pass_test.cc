#include "core/sampler/importance_pass.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "core/density/gaussian.h"
#include "tests/core/sampler/test_energies.h"

namespace ttflow {
namespace {

std::shared_ptr<const Density> Wide(Index d, double mean, double scale) {
  return std::make_shared<const GaussianDensity>(Vector::Constant(d, mean),
                                                 Vector::Constant(d, scale));
}

struct Outcome {
  absl::Status status;
  SampleResult result;
  std::vector<StageInfo> stages;
  EvaluationCounts counts;
};

Outcome DrawAll(std::shared_ptr<const Energy> energy,
                std::shared_ptr<const Density> density,
                Index num_draws,
                Index num_samples,
                int threads = 1) {
  const Executor executor(threads);
  CountingEnergy counting(std::move(energy), executor);
  NullInterrupter interrupter;
  ImportancePass pass(std::move(density), num_draws, RandomKey(5));
  Outcome outcome;
  while (!pass.done()) {
    EXPECT_LT(pass.progress(), 1);
    StageInfo info;
    EXPECT_TRUE(pass.Step(counting, executor, interrupter, info).ok());
    outcome.stages.push_back(info);
  }
  EXPECT_EQ(pass.progress(), 1);
  outcome.status = std::move(pass).Finish(num_samples, outcome.result);
  outcome.counts = counting.counts();
  return outcome;
}

TEST(ImportancePass, FindsEvidenceMomentsAndSamples) {
  const auto energy = std::make_shared<ShiftedGaussian>(3, 2, 0.5);
  const Outcome outcome = DrawAll(energy, Wide(3, 1.8, 0.8), 10000, 2000);
  ASSERT_TRUE(outcome.status.ok());
  EXPECT_EQ(outcome.result.estimator, EvidenceEstimator::kImportance);
  // Five standard errors: a false alarm of under 1e-6.
  EXPECT_NEAR(outcome.result.log_evidence,
              energy->LogEvidence(),
              5 * outcome.result.log_evidence_standard_error);
  EXPECT_LT(outcome.result.log_evidence_standard_error, 0.05);
  EXPECT_EQ(outcome.result.samples.rows(), 2000);
  EXPECT_EQ(outcome.result.particles.rows(), 10000);
  EXPECT_EQ(outcome.result.log_weights.size(), 10000);
  for (Index k = 0; k < 3; ++k) {
    EXPECT_NEAR(outcome.result.samples.col(k).mean(), 2, 0.1);
    EXPECT_NEAR(outcome.result.coordinates[k].standard_deviation, 0.5, 0.05);
  }
  EXPECT_EQ(outcome.counts.num_energy_evaluations, 10000);
  EXPECT_EQ(outcome.counts.num_gradient_evaluations, 0);
}

TEST(ImportancePass, DescribesItsBatches) {
  const auto energy = std::make_shared<ShiftedGaussian>(2, 0, 1);
  const Outcome outcome = DrawAll(energy, Wide(2, 0, 1), 10000, 10);
  ASSERT_EQ(outcome.stages.size(), 3u);  // 4096, 4096, 1808
  for (std::size_t b = 0; b < 3; ++b) {
    EXPECT_EQ(outcome.stages[b].stage, static_cast<int>(b));
    EXPECT_EQ(outcome.stages[b].t, 1);
    EXPECT_NEAR(outcome.stages[b].fresh_ess_fraction, 1, 1e-9);
    EXPECT_NEAR(outcome.stages[b].log_evidence, energy->LogEvidence(), 1e-9);
  }
}

TEST(ImportancePass, SamplesAreDrawsInRandomOrder) {
  const auto energy = std::make_shared<ShiftedGaussian>(1, 0, 1);
  const Outcome outcome = DrawAll(energy, Wide(1, 0, 1), 1000, 1000);
  // Equal weights: every draw once, not in the order of the draws.
  const Vector samples = outcome.result.samples.col(0);
  const Vector draws = outcome.result.particles.col(0);
  EXPECT_EQ(std::set<double>(samples.begin(), samples.end()),
            std::set<double>(draws.begin(), draws.end()));
  EXPECT_NE(samples, draws);
}

TEST(ImportancePass, EnergiesThatAreNotFiniteHaveNoWeight) {
  const auto energy = std::make_shared<HalfGaussian>(2);
  const Outcome outcome = DrawAll(energy, Wide(2, 0, 1), 10000, 1000);
  EXPECT_NEAR(outcome.result.log_evidence,
              energy->LogEvidence() - std::log(2.0),
              5 * outcome.result.log_evidence_standard_error);
  EXPECT_GT(outcome.result.samples.col(0).minCoeff(), 0);
}

TEST(ImportancePass, SaysWhereNoDrawHasWeight) {
  class Nowhere final : public ShiftedGaussian {
   public:
    Nowhere() : ShiftedGaussian(1, 0, 1) {}
    absl::Status Evaluate(const ConstMatrixRef&,
                          VectorRef energy,
                          MatrixRef*,
                          Interrupter&) const override {
      energy.setConstant(std::nan(""));
      return absl::OkStatus();
    }
  };
  EXPECT_TRUE(absl::IsFailedPrecondition(
      DrawAll(std::make_shared<Nowhere>(), Wide(1, 0, 1), 300, 10).status));
}

TEST(ImportancePass, HandsOnACancel) {
  class Stop final : public Interrupter {
   public:
    absl::Status Check() override { return absl::CancelledError("stop"); }
  };
  const Executor executor(1);
  CountingEnergy energy(std::make_shared<ShiftedGaussian>(1, 0, 1), executor);
  ImportancePass pass(Wide(1, 0, 1), 300, RandomKey(5));
  Stop stop;
  StageInfo info;
  EXPECT_TRUE(absl::IsCancelled(pass.Step(energy, executor, stop, info)));
  EXPECT_FALSE(pass.done());
}

TEST(ImportancePass, SameBytesForAnyNumberOfThreads) {
  const auto energy = std::make_shared<DoubleWells>(3);
  const Outcome one = DrawAll(energy, Wide(3, 0, 2.5), 5000, 700, 1);
  const Outcome two = DrawAll(energy, Wide(3, 0, 2.5), 5000, 700, 2);
  EXPECT_EQ(one.result.samples, two.result.samples);
  EXPECT_EQ(one.result.log_weights, two.result.log_weights);
  EXPECT_EQ(one.result.log_evidence, two.result.log_evidence);
}

}  // namespace
}  // namespace ttflow
