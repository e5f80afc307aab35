#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "core/als/als_solver.h"
#include "core/basis/basis_table.h"
#include "core/tensor_train/factories.h"
#include "core/transport/continuity_problem.h"
#include "core/transport/fit.h"
#include "tests/core/transport/cloud.h"
#include "tests/core/transport/random_potential.h"
#include "tests/sanitizers.h"

namespace ttflow {
namespace {

constexpr PairEnergy kCoupled{.well = 0.3, .coupling = 1.0};

TEST(ContinuityProblemTest, CarriesTheOperatorAlongTheTrain) {
  const Index d = 4, n = 70;
  const Potential potential =
      MakeRandomPotential(d, 51, {.additive = false, .pairs = false});
  const Matrix u = RandomPoints(n, d, 52), gradient = RandomPoints(n, d, 53);
  const Executor executor(1);
  NullInterrupter interrupter;
  const ContinuityTable table = *ComputeContinuityTable(
      MakeBases(potential.train_basis), u, gradient, executor, interrupter);
  const ContinuityProblem problem(table, Vector::Ones(n), Vector::Zero(n));
  const Vector expected = *ApplyContinuityOperator(
      Velocity{potential}, u, gradient, executor, interrupter);
  const Vector image =
      *ApplyProblem(problem, potential.train, executor, interrupter);
  EXPECT_LT((image - expected).norm(), 1e-10 * expected.norm());
  // The local system of every core times the core is the same again.
  std::vector<Matrix> left(d + 1), right(d + 1);
  left[0] = right[d] = Matrix::Zero(n, 2);
  left[0].col(0).setOnes();
  right[d].col(0).setOnes();
  for (Index k = d - 1; k > 0; --k) {
    const TrainCore& core = potential.train.cores[k];
    right[k].resize(n, 2 * core.left_rank);
    problem.ExtendRight(k, core, 0, n, right[k + 1], right[k]);
  }
  for (Index k = 0; k < d; ++k) {
    const TrainCore& core = potential.train.cores[k];
    Matrix design(n, core.unfolding.size());
    problem.FillLocalSystem(k, 0, n, left[k], right[k + 1], design);
    EXPECT_LT((design * core.unfolding.reshaped() - expected).norm(),
              1e-10 * expected.norm())
        << "core " << k;
    left[k + 1].resize(n, 2 * core.right_rank);
    problem.ExtendLeft(k, core, 0, n, left[k], left[k + 1]);
  }
}

TEST(TrainFitTest, SeparableTargetNeedsNoTrain) {
  const Cloud cloud =
      PairCloud(4000, 6, {.well = 0.8, .coupling = 0}, 1.5, 0.4);
  const auto result = Fit(cloud, {});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_GT(result->additive_r2, 0.97);
  EXPECT_GE(result->validation_r2, result->additive_r2 - 1e-3);
}

TEST(TrainFitTest, FindsCouplingsInManyDimensions) {
  const Cloud cloud =
      PairCloud(4000, SanitizedSize<Index>(16, 6), kCoupled, 1.5, 0.4);
  const auto result = Fit(cloud, {});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_LT(1 - result->validation_r2, 0.4 * (1 - result->additive_r2));
}

class RankRuleTest : public testing::TestWithParam<RankRule> {
 protected:
  FitOptions options() const {
    FitOptions options;
    options.rank_rule = GetParam();
    return options;
  }
};

std::string RuleName(const testing::TestParamInfo<RankRule>& info) {
  switch (info.param) {
    case RankRule::kEma:
      return "Ema";
    case RankRule::kResidual:
      return "Residual";
    case RankRule::kAmen:
      return "Amen";
  }
  return "";
}

INSTANTIATE_TEST_SUITE_P(Rules,
                         RankRuleTest,
                         testing::Values(RankRule::kEma,
                                         RankRule::kResidual,
                                         RankRule::kAmen),
                         RuleName);

TEST_P(RankRuleTest, TrainLowersTheHeldOutResidualOfACoupledQuartic) {
  const Cloud cloud = PairCloud(4000, 4, kCoupled, 1.5, 0.4);
  FitOptions without = options();
  without.max_rank = 0;
  const auto linear = Fit(cloud, without);
  const auto result = Fit(cloud, options());
  ASSERT_TRUE(linear.ok() && result.ok());
  EXPECT_TRUE(result->velocity.potential.has_train());
  EXPECT_EQ(result->ranks.size(), 5u);
  EXPECT_LT(1 - result->validation_r2, 0.3 * (1 - linear->validation_r2));
  // The refit on all rows agrees with the folds' on fresh particles.
  const Cloud fresh = PairCloud(4000, 4, kCoupled, 1.5, 0.4, 42);
  NullInterrupter interrupter;
  const Vector residual =
      fresh.energy_difference - *ApplyContinuityOperator(result->velocity,
                                                         fresh.position,
                                                         fresh.gradient,
                                                         Executor(1),
                                                         interrupter);
  const auto variance = [](const Vector& x) {
    return (x.array() - x.mean()).square().mean();
  };
  const double fresh_r2 =
      1 - variance(residual) / variance(fresh.energy_difference);
  EXPECT_NEAR(fresh_r2, result->validation_r2, 0.03);
}

TEST_P(RankRuleTest, WarmStartIsAtLeastAsGood) {
  const Cloud before = PairCloud(3000, 4, kCoupled, 1.5, 0.38, 43);
  const Cloud now = PairCloud(3000, 4, kCoupled, 1.5, 0.4, 44);
  const auto previous = Fit(before, options());
  ASSERT_TRUE(previous.ok() && previous->velocity.potential.has_train());
  const auto cold = Fit(now, options());
  const auto warm = Fit(now, options(), &*previous);
  ASSERT_TRUE(cold.ok() && warm.ok());
  EXPECT_GT(warm->validation_r2, cold->validation_r2 - 0.02);
  // Intervals that still fit are kept, so trains need no re-expansion.
  EXPECT_EQ(warm->velocity.potential.train_basis,
            previous->velocity.potential.train_basis);
}

TEST_P(RankRuleTest, DoesNotDependOnThreads) {
  const Cloud cloud = PairCloud(1500, 4, kCoupled, 1.5, 0.4);
  const auto one = Fit(cloud, options(), nullptr, 1);
  const auto two = Fit(cloud, options(), nullptr, 2);
  ASSERT_TRUE(one.ok() && two.ok());
  ASSERT_TRUE(one->velocity.potential.has_train());
  EXPECT_EQ(one->residual, two->residual);
  for (Index k = 0; k < 4; ++k) {
    EXPECT_EQ(one->velocity.potential.train.cores[k].unfolding,
              two->velocity.potential.train.cores[k].unfolding);
  }
}

TEST(TrainFitTest, CancelStopsTheFit) {
  class CountDown final : public Interrupter {
   public:
    explicit CountDown(int calls) : calls_(calls) {}
    absl::Status Check() override {
      return calls_-- > 0 ? absl::OkStatus() : absl::CancelledError("stop");
    }

   private:
    int calls_;
  };
  const Cloud cloud = PairCloud(1000, 4, kCoupled, 1.5, 0.4);
  for (const int calls : {0, 1, 5}) {
    CountDown interrupter(calls);
    EXPECT_EQ(FitVelocity(cloud.problem(),
                          {},
                          nullptr,
                          RandomKey(1),
                          Executor(1),
                          interrupter)
                  .status()
                  .code(),
              absl::StatusCode::kCancelled);
  }
}

}  // namespace
}  // namespace ttflow
