#include "core/als/als_solver.h"

#include <gtest/gtest.h>

#include <Eigen/Cholesky>
#include <limits>

#include "core/als/rank_adaptation.h"
#include "core/tensor_train/arithmetic.h"
#include "tests/core/als/regression_data.h"

namespace ttflow {
namespace {

// Weighted mean square of y about zero or its mean.
double Variance(const Vector& y) {
  return (y.array() - y.mean()).square().mean();
}

AlsOptions Exact() {
  AlsOptions options;
  options.ridges = {1e-14};
  options.num_half_sweeps = 60;
  options.min_relative_gain = 0;
  return options;
}

TEST(AlsSolverTest, RecoversAnExactLowRankFunction) {
  const Index n = 3000;
  const BasisTable table = UniformTable(n, 4, 5);
  const TensorTrain truth = RandomTrain(4, 5, 2, 1);
  const Vector y = EvaluateTrain(truth, table);
  const RegressionProblem problem(table, Vector::Ones(n), y);
  NullInterrupter interrupter;
  const auto result = SolveAls(problem,
                               Roles(n, 4),
                               RandomTrain(4, 5, 2, 2),
                               Exact(),
                               Executor(2),
                               interrupter);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_LE((EvaluateTrain(result->train, table) - y).cwiseAbs().maxCoeff(),
            1e-8 * y.cwiseAbs().maxCoeff());
  EXPECT_LE(Norm(Add(result->train, truth, 1, -1)), 1e-6 * Norm(truth));
  EXPECT_EQ(result->num_skipped, 0);
  EXPECT_EQ(result->num_unknowns, 2 * 5 * 2);
}

TEST(AlsSolverTest, OneDimensionIsOneLeastSquaresSolve) {
  const Index n = 200;
  const BasisTable table = UniformTable(n, 1, 6);
  const Vector y = Noise(n, 1);
  const Vector weights = Noise(n, 1).cwiseAbs();
  const RegressionProblem problem(table, weights, y);
  NullInterrupter interrupter;
  const auto result = SolveAls(problem,
                               Roles(n, 0),
                               RandomTrain(1, 6, 1, 2),
                               Exact(),
                               Executor(1),
                               interrupter);
  ASSERT_TRUE(result.ok());
  const Matrix gram =
      table.values[0].transpose() * weights.asDiagonal() * table.values[0];
  const Vector expected =
      gram.ldlt().solve(table.values[0].transpose() * weights.cwiseProduct(y));
  EXPECT_TRUE(result->train.cores[0].unfolding.isApprox(expected, 1e-8));
}

TEST(AlsSolverTest, TrainingRiskFallsWithEveryHalfSweep) {
  const Index n = 1500;
  const BasisTable table = UniformTable(n, 3, 5);
  const Vector y =
      EvaluateTrain(RandomTrain(3, 5, 3, 1), table) + Noise(n, 0.3);
  const RegressionProblem problem(table, Vector::Ones(n), y);
  NullInterrupter interrupter;
  double previous = std::numeric_limits<double>::infinity();
  for (int half_sweeps = 1; half_sweeps <= 6; ++half_sweeps) {
    AlsOptions options = Exact();
    options.num_half_sweeps = half_sweeps;
    const auto result = SolveAls(problem,
                                 Roles(n, 0),
                                 RandomTrain(3, 5, 2, 2),
                                 options,
                                 Executor(1),
                                 interrupter);
    ASSERT_TRUE(result.ok());
    EXPECT_LT(result->training_risk, previous);
    EXPECT_EQ(result->num_half_sweeps, half_sweeps);
    previous = result->training_risk;
  }
}

TEST(AlsSolverTest, ReportsTheRisksOfTheTrainItReturns) {
  const Index n = 1100;
  const BasisTable table = UniformTable(n, 3, 4);
  const Vector y =
      EvaluateTrain(RandomTrain(3, 4, 2, 1), table) + Noise(n, 0.5);
  const Vector weights = Noise(n, 1).cwiseAbs();
  const RegressionProblem problem(table, weights, y);
  const std::vector<RowRole> roles = Roles(n, 3);
  NullInterrupter interrupter;
  for (const bool profile : {false, true}) {
    AlsOptions options;
    options.profile_constant = profile;
    const auto result = SolveAls(problem,
                                 roles,
                                 RandomTrain(3, 4, 2, 2),
                                 options,
                                 Executor(1),
                                 interrupter);
    ASSERT_TRUE(result.ok());
    const Vector prediction = EvaluateTrain(result->train, table);
    EXPECT_NEAR(result->training_risk,
                Risk(problem, prediction, roles, RowRole::kTraining, profile),
                1e-9 * result->training_risk);
    EXPECT_NEAR(result->heldout_risk,
                Risk(problem, prediction, roles, RowRole::kHeldOut, profile),
                1e-9 * result->heldout_risk);
    EXPECT_TRUE(ApplyProblem(problem, result->train, Executor(1), interrupter)
                    ->isApprox(prediction));
  }
}

// Few rows, many unknowns, noise: the ridge that the held-out rows choose must
// predict better than none, on the average over starts.
TEST(AlsSolverTest, HeldOutRidgeBeatsNoneWhereRowsAreFew) {
  const Index n = 160;
  const Index fresh = 2000;
  const BasisTable table = UniformTable(n + fresh, 3, 8);
  const Vector truth = EvaluateTrain(RandomTrain(3, 8, 1, 1), table);
  const Vector y = truth + Noise(n + fresh, 0.5 * std::sqrt(Variance(truth)));
  // Training and held-out rows first, fresh rows after them.
  std::vector<RowRole> roles = Roles(n + fresh, 3);
  std::fill(roles.begin() + n, roles.end(), RowRole::kIgnored);
  const RegressionProblem problem(table, Vector::Ones(n + fresh), y);
  NullInterrupter interrupter;
  const auto fresh_error = [&](const std::vector<double>& ridges) {
    double sum = 0;
    for (std::uint64_t seed = 2; seed < 12; ++seed) {
      AlsOptions options;
      options.ridges = ridges;
      const auto result = SolveAls(problem,
                                   roles,
                                   RandomTrain(3, 8, 2, seed),
                                   options,
                                   Executor(1),
                                   interrupter);
      EXPECT_TRUE(result.ok());
      const Vector error = EvaluateTrain(result->train, table) - truth;
      sum += error.tail(fresh).squaredNorm() / fresh;
    }
    return sum / 10 / Variance(truth);
  };
  const double none = fresh_error({1e-12});
  const double chosen = fresh_error({1e-12, 1e-4, 1e-3, 1e-2, 1e-1});
  EXPECT_LT(chosen, 0.7 * none) << none;
}

TEST(AlsSolverTest, ProfilesTheConstantOut) {
  const Index n = 900;
  const BasisTable table = UniformTable(n, 2, 4);
  // A function without a constant, and rows far from zero.
  TensorTrain truth = RandomTrain(2, 4, 1, 1);
  const Vector y = EvaluateTrain(truth, table).array() + 1000;
  const RegressionProblem problem(table, Vector::Ones(n), y);
  NullInterrupter interrupter;
  AlsOptions options = Exact();
  options.profile_constant = true;
  const auto result = SolveAls(problem,
                               Roles(n, 4),
                               RandomTrain(2, 4, 2, 3),
                               options,
                               Executor(1),
                               interrupter);
  ASSERT_TRUE(result.ok());
  EXPECT_LE(result->heldout_risk, 1e-14 * Variance(y));
}

TEST(AlsSolverTest, IgnoredAndWeightlessRowsDoNotMatter) {
  const Index n = 1000;
  const BasisTable table = UniformTable(n, 3, 4);
  Vector y = EvaluateTrain(RandomTrain(3, 4, 2, 1), table) + Noise(n, 0.1);
  std::vector<RowRole> roles = Roles(n, 4);
  Vector weights = Vector::Ones(n);
  for (Index i = 1; i < n; i += 4) roles[i] = RowRole::kIgnored;
  for (Index i = 2; i < n; i += 4) weights[i] = 0;
  NullInterrupter interrupter;
  const auto fit = [&](const Vector& rhs) {
    const RegressionProblem problem(table, weights, rhs);
    return SolveAls(problem,
                    roles,
                    RandomTrain(3, 4, 2, 2),
                    AlsOptions(),
                    Executor(1),
                    interrupter);
  };
  const auto before = fit(y);
  for (Index i = 1; i < n; i += 4) y[i] = 1e6;
  for (Index i = 2; i < n; i += 4) {
    y[i] = std::numeric_limits<double>::quiet_NaN();
  }
  const auto after = fit(y);
  ASSERT_TRUE(before.ok() && after.ok());
  for (Index k = 0; k < 3; ++k) {
    EXPECT_EQ(before->train.cores[k].unfolding,
              after->train.cores[k].unfolding);
  }
}

TEST(AlsSolverTest, ProximalRidgeDoesNotBiasAnExactStart) {
  const Index n = 800;
  const BasisTable table = UniformTable(n, 3, 4);
  const TensorTrain truth = RandomTrain(3, 4, 2, 1);
  const RegressionProblem problem(
      table, Vector::Ones(n), EvaluateTrain(truth, table));
  NullInterrupter interrupter;
  AlsOptions options;
  options.ridges = {1.0};
  options.proximal = true;
  const auto result =
      SolveAls(problem, Roles(n, 0), truth, options, Executor(1), interrupter);
  ASSERT_TRUE(result.ok());
  EXPECT_LE(result->training_risk, 1e-20 * problem.rhs().squaredNorm());
  // From elsewhere it converges to the same, slowly.
  options.num_half_sweeps = 40;
  options.min_relative_gain = 0;
  options.ridges = {1e-3};
  const auto far = SolveAls(problem,
                            Roles(n, 0),
                            RandomTrain(3, 4, 2, 2),
                            options,
                            Executor(1),
                            interrupter);
  ASSERT_TRUE(far.ok());
  EXPECT_LE(far->training_risk, 1e-6 * Variance(problem.rhs()));
}

TEST(AlsSolverTest, SameBytesForAnyNumberOfThreads) {
  const Index n = 5000;
  const BasisTable table = UniformTable(n, 3, 5);
  const RegressionProblem problem(
      table,
      Vector::Ones(n),
      EvaluateTrain(RandomTrain(3, 5, 2, 1), table) + Noise(n, 0.5));
  NullInterrupter interrupter;
  const auto fit = [&](int threads) {
    return SolveAls(problem,
                    Roles(n, 4),
                    RandomTrain(3, 5, 2, 2),
                    AlsOptions(),
                    Executor(threads),
                    interrupter);
  };
  const auto one = fit(1);
  const auto three = fit(3);
  ASSERT_TRUE(one.ok() && three.ok());
  for (Index k = 0; k < 3; ++k) {
    EXPECT_EQ(one->train.cores[k].unfolding, three->train.cores[k].unfolding);
  }
  EXPECT_EQ(one->heldout_risk, three->heldout_risk);
}

class StopAfter final : public Interrupter {
 public:
  explicit StopAfter(int calls) : calls_(calls) {}
  absl::Status Check() override {
    return calls_-- > 0 ? absl::OkStatus() : absl::CancelledError("stop");
  }

 private:
  int calls_;
};

TEST(AlsSolverTest, AsksTheInterrupterBeforeEveryCore) {
  const Index n = 300;
  const BasisTable table = UniformTable(n, 3, 3);
  const RegressionProblem problem(table, Vector::Ones(n), Noise(n, 1));
  for (const int calls : {0, 1, 4}) {
    StopAfter interrupter(calls);
    const auto result = SolveAls(problem,
                                 Roles(n, 0),
                                 RandomTrain(3, 3, 2, 2),
                                 AlsOptions(),
                                 Executor(1),
                                 interrupter);
    EXPECT_EQ(result.status().code(), absl::StatusCode::kCancelled);
  }
}

TEST(AlsSolverTest, NoTrainingWeightIsAFailedPrecondition) {
  const Index n = 64;
  const BasisTable table = UniformTable(n, 2, 3);
  const RegressionProblem problem(table, Vector::Zero(n), Noise(n, 1));
  NullInterrupter interrupter;
  EXPECT_EQ(SolveAls(problem,
                     Roles(n, 0),
                     RandomTrain(2, 3, 1, 1),
                     AlsOptions(),
                     Executor(1),
                     interrupter)
                .status()
                .code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace ttflow
