#include "core/als/rank_adaptation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>

#include "core/tensor_train/arithmetic.h"
#include "core/tensor_train/round.h"
#include "tests/core/als/regression_data.h"

namespace ttflow {
namespace {

TensorTrain Zero(Index d, Index size) {
  const std::vector<Index> sizes(d, size);
  return MakeZeroTrain(sizes);
}

double Variance(const Vector& y) {
  return (y.array() - y.mean()).square().mean();
}

// What every rank rule keeps.
struct RuleCase {
  std::string name;
  RankRule rule;
};

void PrintTo(const RuleCase& rule, std::ostream* out) { *out << rule.name; }

class RankRuleConformance : public ::testing::TestWithParam<RuleCase> {
 protected:
  static constexpr Index kRows = 3000;

  absl::StatusOr<AlsResult> Fit(const RegressionProblem& problem,
                                const RankAdaptationOptions& options,
                                const TensorTrain* previous = nullptr,
                                int threads = 1) const {
    NullInterrupter interrupter;
    return MakeRankAdaptation(GetParam().rule, options)
        ->Fit(problem,
              Roles(kRows, 4),
              Zero(3, 5),
              previous,
              RandomKey(5),
              Executor(threads),
              interrupter);
  }

  BasisTable table_ = UniformTable(kRows, 3, 5);
  Vector truth_ = EvaluateTrain(RandomTrain(3, 5, 2, 1), table_);
};

TEST_P(RankRuleConformance, KeepsToTheBounds) {
  const RegressionProblem problem(table_, Vector::Ones(kRows), truth_);
  RankAdaptationOptions options;
  options.max_rank = 1;
  const auto bounded = Fit(problem, options);
  ASSERT_TRUE(bounded.ok());
  EXPECT_EQ(bounded->train.max_rank(), 1);
  options.max_rank = 0;
  options.max_unknowns = 5 * 2 * 2;
  const auto limited = Fit(problem, options);
  ASSERT_TRUE(limited.ok());
  EXPECT_LE(limited->train.max_rank(), 2);
  EXPECT_LE(limited->num_unknowns, 5 * 2 * 2);
}

TEST_P(RankRuleConformance, ReportsTheRisksOfTheTrainItReturns) {
  const RegressionProblem problem(
      table_, Vector::Ones(kRows), truth_ + Noise(kRows, 0.2));
  const auto result = Fit(problem, RankAdaptationOptions());
  ASSERT_TRUE(result.ok());
  const Vector prediction = EvaluateTrain(result->train, table_);
  EXPECT_NEAR(
      result->heldout_risk,
      Risk(problem, prediction, Roles(kRows, 4), RowRole::kHeldOut, false),
      1e-9 * result->heldout_risk);
  EXPECT_NEAR(
      result->training_risk,
      Risk(problem, prediction, Roles(kRows, 4), RowRole::kTraining, false),
      1e-9 * result->training_risk);
}

TEST_P(RankRuleConformance, RepeatedStagesReachTheTruth) {
  const RegressionProblem problem(table_, Vector::Ones(kRows), truth_);
  RankAdaptationOptions options;
  options.als.ridges = {1e-10, 1e-6};
  options.als.num_half_sweeps = 20;
  options.relative_tolerance = 1e-4;
  TensorTrain previous = Zero(3, 5);
  double risk = 0;
  for (int stage = 0; stage < 20; ++stage) {
    const auto result = Fit(problem, options, stage > 0 ? &previous : nullptr);
    ASSERT_TRUE(result.ok());
    previous = result->train;
    risk = result->heldout_risk;
  }
  EXPECT_LE(risk, 1e-3 * Variance(truth_));
  EXPECT_EQ(previous.max_rank(), 2);
}

TEST_P(RankRuleConformance, SameBytesForAnyNumberOfThreads) {
  const RegressionProblem problem(
      table_, Vector::Ones(kRows), truth_ + Noise(kRows, 0.2));
  const auto one = Fit(problem, RankAdaptationOptions(), nullptr, 1);
  const auto three = Fit(problem, RankAdaptationOptions(), nullptr, 3);
  ASSERT_TRUE(one.ok() && three.ok());
  ASSERT_EQ(one->train.ranks(), three->train.ranks());
  for (Index k = 0; k < 3; ++k) {
    EXPECT_EQ(one->train.cores[k].unfolding, three->train.cores[k].unfolding);
  }
}

INSTANTIATE_TEST_SUITE_P(Rules,
                         RankRuleConformance,
                         ::testing::Values(RuleCase{"Residual",
                                                    RankRule::kResidual},
                                           RuleCase{"Amen", RankRule::kAmen},
                                           RuleCase{"Ema", RankRule::kEma}),
                         [](const auto& info) { return info.param.name; });

class GrowingRuleTest : public ::testing::TestWithParam<RuleCase> {};

INSTANTIATE_TEST_SUITE_P(Rules,
                         GrowingRuleTest,
                         ::testing::Values(RuleCase{"Residual",
                                                    RankRule::kResidual},
                                           RuleCase{"Amen", RankRule::kAmen}),
                         [](const auto& info) { return info.param.name; });

TEST_P(GrowingRuleTest, FindsTheRankOfANoisyFunction) {
  const Index n = 6000;
  const BasisTable table = UniformTable(n, 3, 5);
  for (const Index rank : {1, 2, 3}) {
    const Vector truth = EvaluateTrain(RandomTrain(3, 5, rank, 7), table);
    const Vector y = truth + Noise(n, 0.02 * std::sqrt(Variance(truth)));
    const RegressionProblem problem(table, Vector::Ones(n), y);
    NullInterrupter interrupter;
    RankAdaptationOptions options;
    options.als.num_half_sweeps = 12;
    const auto result = MakeRankAdaptation(GetParam().rule, options)
                            ->Fit(problem,
                                  Roles(n, 4),
                                  Zero(3, 5),
                                  nullptr,
                                  RandomKey(5),
                                  Executor(1),
                                  interrupter);
    ASSERT_TRUE(result.ok());
    EXPECT_EQ(result->train.max_rank(), rank);
    EXPECT_LE(result->heldout_risk, 2 * 4e-4 * Variance(truth));
  }
}

TEST_P(GrowingRuleTest, DoesNotGrowOnNoise) {
  const Index n = 2000;
  const BasisTable table = UniformTable(n, 4, 4);
  const RegressionProblem problem(table, Vector::Ones(n), Noise(n, 1));
  NullInterrupter interrupter;
  const auto result = MakeRankAdaptation(GetParam().rule, {})
                          ->Fit(problem,
                                Roles(n, 2),
                                Zero(4, 4),
                                nullptr,
                                RandomKey(5),
                                Executor(1),
                                interrupter);
  ASSERT_TRUE(result.ok());
  EXPECT_LE(result->train.max_rank(), 2);
  EXPECT_LE(result->heldout_risk, 1.05 * Variance(problem.rhs()));
}

TEST(EmaRankAdaptationTest, IsTheRoundedMovingAverage) {
  const Index n = 2000;
  const BasisTable table = UniformTable(n, 3, 4);
  const TensorTrain truth = RandomTrain(3, 4, 1, 1);
  const TensorTrain previous = RandomTrain(3, 4, 1, 2);
  const RegressionProblem problem(
      table, Vector::Ones(n), EvaluateTrain(truth, table));
  NullInterrupter interrupter;
  RankAdaptationOptions options;
  options.ema_rate = 0.25;
  options.relative_tolerance = 1e-6;
  options.als.ridges = {1e-12};
  options.als.num_half_sweeps = 60;
  options.als.min_relative_gain = 0;
  const auto result = MakeRankAdaptation(RankRule::kEma, options)
                          ->Fit(problem,
                                Roles(n, 4),
                                Zero(3, 4),
                                &previous,
                                RandomKey(5),
                                Executor(1),
                                interrupter);
  ASSERT_TRUE(result.ok());
  const TensorTrain expected = Add(previous, truth, 0.75, 0.25);
  EXPECT_LE(Norm(Add(result->train, expected, 1, -1)), 1e-4 * Norm(expected));
  EXPECT_EQ(result->train.max_rank(), 2);
}

}  // namespace
}  // namespace ttflow
