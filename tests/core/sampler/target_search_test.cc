#include "core/sampler/target_search.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <numbers>
#include <string>

#include "core/evidence/importance.h"
#include "core/sampler/wide_base.h"
#include "core/targets/target_registry.h"
#include "tests/core/sampler/test_energies.h"

namespace ttflow {
namespace {

// x_0 ~ N(0, 1), x_k given x_{k-1} ~ N(x_{k-1}^2, 1 / 4), not normalised.
class CurvedValley final : public Energy {
 public:
  explicit CurvedValley(Index dimension) : dimension_(dimension) {}
  Index dimension() const override { return dimension_; }
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter&) const override {
    energy = 0.5 * x.col(0).cwiseAbs2();
    if (gradient != nullptr) {
      gradient->setZero();
      gradient->col(0) = x.col(0);
    }
    for (Index k = 1; k < dimension_; ++k) {
      const Vector off = x.col(k) - x.col(k - 1).cwiseAbs2();
      energy += 2 * off.cwiseAbs2();
      if (gradient == nullptr) continue;
      gradient->col(k) += 4 * off;
      gradient->col(k - 1) -= 8 * off.cwiseProduct(x.col(k - 1));
    }
    return absl::OkStatus();
  }
  double LogEvidence() const {
    return 0.5 * std::log(2 * std::numbers::pi) +
           0.5 * static_cast<double>(dimension_ - 1) *
               std::log(2 * std::numbers::pi / 4);
  }

 private:
  Index dimension_;
};

struct Outcome {
  FoundDensity found;
  bool straightened = false;
  double error = 0;     // of log Z by 5000 fresh draws
  double standard = 0;  // what they say of it
};

Outcome Search(const std::shared_ptr<const Energy>& energy,
               double log_evidence,
               std::uint64_t seed,
               const DensityOptions& options = {}) {
  const Executor executor(1);
  const RandomKey key(seed);
  NullInterrupter interrupter;
  CountingEnergy counting(energy, executor);
  const auto base =
      FindWideBase(counting, BaseOptions(), key.AtStage(0, 0), interrupter);
  EXPECT_TRUE(base.ok());
  Outcome outcome;
  {
    const EvaluationBudget budget(0, counting);
    TargetSearch search(options, *base, counting, budget, key, executor);
    while (!search.done()) {
      StageInfo info;
      const absl::Status status = search.Step(interrupter, info);
      EXPECT_TRUE(status.ok()) << status;
      if (!status.ok()) return outcome;
    }
    outcome.found = search.Found();
    outcome.straightened = search.map() != nullptr;
    EXPECT_EQ(search.Position().cols(), energy->dimension());
  }
  // As the user states it again.
  EXPECT_EQ(counting.shared_energy(), energy);
  constexpr Index kDraws = 5000;
  const Matrix x =
      outcome.found.density->Sample(kDraws, key.AtStage(5, 0), executor, 0);
  Vector values;
  EXPECT_TRUE(counting.Evaluate(x, values, nullptr, interrupter).ok());
  Vector log_density;
  outcome.found.density->LogDensity(x, executor, log_density, nullptr);
  const ImportanceEvidence evidence =
      EstimateImportanceEvidence(-values - log_density);
  outcome.error = evidence.log_evidence - log_evidence;
  outcome.standard = evidence.standard_error;
  return outcome;
}

TEST(TargetSearchTest, AFunnelIsStraightened) {
  Violations violations;
  const auto funnel = MakeTarget("funnel", 8, {}, violations);
  for (const std::uint64_t seed : {1, 2}) {
    const Outcome outcome = Search(funnel, 0, seed);
    EXPECT_TRUE(outcome.straightened);
    EXPECT_GT(outcome.found.ess_fraction, 0.8);
    EXPECT_LT(std::abs(outcome.error), 5 * outcome.standard + 1e-3);
  }
}

TEST(TargetSearchTest, ACurvedValleyIsStraightened) {
  const auto valley = std::make_shared<CurvedValley>(4);
  const Outcome outcome = Search(valley, valley->LogEvidence(), 3);
  EXPECT_TRUE(outcome.straightened);
  EXPECT_GT(outcome.found.ess_fraction, 0.5);
  EXPECT_LT(std::abs(outcome.error), 5 * outcome.standard + 1e-3);
}

TEST(TargetSearchTest, OtherTargetsKeepTheirCoordinates) {
  const auto wells = std::make_shared<DoubleWells>(4);
  const Outcome outcome = Search(wells, wells->LogEvidence(), 4);
  EXPECT_FALSE(outcome.straightened);
  EXPECT_LT(std::abs(outcome.error), 5 * outcome.standard + 1e-3);
}

// Two normals at +-(20, 20), the base about one of them alone.
TEST(TargetSearchTest, AnEvenTargetIsWholeWhereHalfWasMissed) {
  Violations violations;
  const auto target =
      MakeTarget("gaussian_mixture",
                 2,
                 {{"means", {20, 20, -20, -20}}, {"weights", {0.5, 0.5}}},
                 violations);
  ASSERT_NE(target, nullptr);
  const Executor executor(1);
  NullInterrupter interrupter;
  for (const bool even : {false, true}) {
    CountingEnergy counting(target, executor);
    const EvaluationBudget budget(0, counting);
    BaseParameters base;
    base.mean = Vector::Constant(2, 20);
    base.scale = Vector::Constant(2, 2);
    DensityOptions options;
    options.even = even;
    TargetSearch search(
        options, base, counting, budget, RandomKey(3), executor);
    while (!search.done()) {
      StageInfo info;
      ASSERT_TRUE(search.Step(interrupter, info).ok());
    }
    const FoundDensity found = search.Found();
    const Matrix x = found.density->Sample(4000, RandomKey(9), executor, 0);
    Vector energy;
    ASSERT_TRUE(counting.Evaluate(x, energy, nullptr, interrupter).ok());
    Vector log_density;
    found.density->LogDensity(x, executor, log_density, nullptr);
    const ImportanceEvidence evidence =
        EstimateImportanceEvidence(-energy - log_density);
    EXPECT_NEAR(evidence.log_evidence,
                even ? 0 : -std::numbers::ln2,
                5 * evidence.standard_error + 1e-3);
    if (even) {
      EXPECT_EQ(found.modes.size(), 2u);
    }
  }
}

TEST(TargetSearchTest, AnEnergyThatIsNotEvenIsRefused) {
  const auto energy = std::make_shared<ShiftedGaussian>(3, 0.5, 1);
  const Executor executor(1);
  NullInterrupter interrupter;
  CountingEnergy counting(energy, executor);
  const EvaluationBudget budget(0, counting);
  BaseParameters base;
  base.mean = Vector::Zero(3);
  base.scale = Vector::Ones(3);
  DensityOptions options;
  options.even = true;
  TargetSearch search(options, base, counting, budget, RandomKey(1), executor);
  StageInfo info;
  const absl::Status status = search.Step(interrupter, info);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(status.message().find("density.even"), std::string::npos);
}

TEST(TargetSearchTest, NothingIsStraightenedWhereThatIsOff) {
  DensityOptions options;
  options.triangular = false;
  Violations violations;
  const auto funnel = MakeTarget("funnel", 3, {}, violations);
  EXPECT_FALSE(Search(funnel, 0, 5, options).straightened);
}

}  // namespace
}  // namespace ttflow
