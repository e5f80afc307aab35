#include "core/als/enrichment.h"

#include <gtest/gtest.h>

#include "core/als/als_solver.h"
#include "core/tensor_train/arithmetic.h"
#include "core/tensor_train/round.h"
#include "tests/core/als/regression_data.h"

namespace ttflow {
namespace {

double Variance(const Vector& y) {
  return (y.array() - y.mean()).square().mean();
}

TEST(EnrichTest, RaisesRanksWithoutChangingTheFunction) {
  const TensorTrain train = RandomTrain(4, 5, 2, 1);
  const TensorTrain grown = Enrich(train, 2, 0, RandomKey(3), 0);
  EXPECT_EQ(grown.ranks(), (std::vector<Index>{1, 4, 4, 4, 1}));
  EXPECT_LE(Norm(Add(grown, train, 1, -1)), 1e-6 * Norm(train));
  const BasisTable table = UniformTable(100, 4, 5);
  EXPECT_TRUE(
      EvaluateTrain(grown, table).isApprox(EvaluateTrain(train, table), 1e-12));
}

TEST(EnrichTest, KeepsToTheBoundAndToWhatCoresCanFill) {
  const TensorTrain train = RandomTrain(3, 2, 1, 1);
  EXPECT_EQ(Enrich(train, 9, 0, RandomKey(3), 0).ranks(),
            (std::vector<Index>{1, 2, 2, 1}));
  const TensorTrain wide = RandomTrain(4, 6, 3, 1);
  EXPECT_EQ(Enrich(wide, 5, 4, RandomKey(3), 0).ranks(),
            (std::vector<Index>{1, 4, 4, 4, 1}));
  // A bound below the present rank does not cut.
  EXPECT_EQ(Enrich(wide, 5, 2, RandomKey(3), 0).ranks(), wide.ranks());
}

TEST(EnrichTest, GivesTheSolverDirectionsToUse) {
  const Index n = 2000;
  const BasisTable table = UniformTable(n, 3, 4);
  const TensorTrain truth = RandomTrain(3, 4, 2, 1);
  const RegressionProblem problem(
      table, Vector::Ones(n), EvaluateTrain(truth, table));
  TensorTrain poor = truth;
  Round(poor, 0, 1);
  NullInterrupter interrupter;
  AlsOptions options;
  options.ridges = {1e-12};
  options.num_half_sweeps = 30;
  options.min_relative_gain = 0;
  const auto result = SolveAls(problem,
                               Roles(n, 0),
                               Enrich(poor, 1, 0, RandomKey(3), 0),
                               options,
                               Executor(1),
                               interrupter);
  ASSERT_TRUE(result.ok());
  EXPECT_LE(result->training_risk, 1e-12 * Variance(problem.rhs()));
}

// A train of rank two and its best of rank one.
class EnrichByResidualTest : public ::testing::Test {
 protected:
  static constexpr Index kRows = 2000;
  static constexpr Index kDimension = 5;

  EnrichByResidualTest() {
    AlsOptions options;
    options.ridges = {1e-12};
    options.num_half_sweeps = 60;
    options.min_relative_gain = 1e-12;
    TensorTrain start = truth_;
    Round(start, 0, 1);
    poor_ =
        SolveAls(problem_, roles_, start, options, Executor(1), interrupter_)
            ->train;
  }

  TensorTrain Enriched(Index increment, int threads = 1) {
    return *EnrichByResidual(problem_,
                             roles_,
                             poor_,
                             EvaluateTrain(poor_, table_),
                             false,
                             increment,
                             0,
                             RandomKey(3),
                             0,
                             Executor(threads),
                             interrupter_);
  }

  // Training risk after one forward half sweep.
  double RiskAfterOneSweep(const TensorTrain& start) {
    AlsOptions options;
    options.ridges = {1e-10};
    options.num_half_sweeps = 1;
    return SolveAls(problem_, roles_, start, options, Executor(1), interrupter_)
        ->training_risk;
  }

  NullInterrupter interrupter_;
  BasisTable table_ = UniformTable(kRows, kDimension, 6);
  TensorTrain truth_ = RandomTrain(kDimension, 6, 2, 1);
  RegressionProblem problem_{
      table_, Vector::Ones(kRows), EvaluateTrain(truth_, table_)};
  std::vector<RowRole> roles_ = Roles(kRows, 0);
  TensorTrain poor_;
};

TEST_F(EnrichByResidualTest, RaisesRanksWithoutChangingTheFunction) {
  const TensorTrain grown = Enriched(1);
  EXPECT_EQ(grown.ranks(), (std::vector<Index>{1, 2, 2, 2, 2, 1}));
  EXPECT_TRUE(EvaluateTrain(grown, table_)
                  .isApprox(EvaluateTrain(poor_, table_), 1e-12));
}

TEST_F(EnrichByResidualTest, NewRowsAreOrthonormal) {
  const TensorTrain grown = Enriched(2);
  const TrainCore& core = grown.cores[2];
  ASSERT_EQ(core.left_rank, 3);
  double dot = 0, first = 0, second = 0;
  for (Index j = 0; j < core.size; ++j) {
    dot += core.slice(j).row(1).dot(core.slice(j).row(2));
    first += core.slice(j).row(1).squaredNorm();
    second += core.slice(j).row(2).squaredNorm();
  }
  EXPECT_NEAR(dot, 0, 1e-12);
  EXPECT_NEAR(first, 1, 1e-12);
  EXPECT_NEAR(second, 1, 1e-12);
}

TEST_F(EnrichByResidualTest, ItsDirectionsAreBetterThanRandomOnes) {
  const double directed = RiskAfterOneSweep(Enriched(1));
  int better = 0;
  for (int trial = 0; trial < 10; ++trial) {
    better += directed <
              RiskAfterOneSweep(Enrich(poor_, 1, 0, RandomKey(100 + trial), 0));
  }
  EXPECT_EQ(better, 10);
}

TEST_F(EnrichByResidualTest, SameBytesForAnyNumberOfThreads) {
  const TensorTrain one = Enriched(2), three = Enriched(2, 3);
  for (Index k = 0; k < kDimension; ++k) {
    EXPECT_EQ(one.cores[k].unfolding, three.cores[k].unfolding);
  }
}

}  // namespace
}  // namespace ttflow
