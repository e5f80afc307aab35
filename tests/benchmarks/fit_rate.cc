// How fast fits are, as a share of the rate of Eigen's SYRK on the same sizes:
// the Gram matrices of all cores, and all that a fit does besides.
//
//   fit_rate [--rows N] [--dim D] [--repeats K]
//
// One thread. Repeats alternate between the fit and the SYRK alone, and the
// median of their ratios is reported: a busy machine slows both.

#include <Eigen/Core>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <vector>

#include "CLI/CLI.hpp"
#include "core/als/als_solver.h"
#include "core/als/regression_problem.h"
#include "core/density/squared_train_als.h"
#include "core/density/squared_train_fit.h"
#include "core/density/squared_train_starts.h"
#include "core/targets/target_registry.h"
#include "core/tensor_train/evaluate.h"
#include "core/tensor_train/factories.h"
#include "tests/core/als/regression_data.h"

namespace ttflow::benchmarks {
namespace {

constexpr Index kBasisSize = 8;

double SecondsOf(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double> wall =
      std::chrono::steady_clock::now() - begin;
  return wall.count();
}

// One Gram matrix of a fit: `rows` rows of `unknowns` numbers.
struct Gram {
  Index rows = 0;
  Index unknowns = 0;
};

// Adds up all Gram matrices, each from its rows at once.
void RunSyrk(const std::vector<Gram>& grams, const Matrix& numbers) {
  for (const Gram& gram : grams) {
    Matrix sum = Matrix::Zero(gram.unknowns, gram.unknowns);
    sum.selfadjointView<Eigen::Lower>().rankUpdate(
        numbers.topLeftCorner(gram.rows, gram.unknowns).transpose());
    if (!(sum(0, 0) > 0)) std::printf("no sum\n");
  }
}

void Report(const char* what,
            Index rank,
            const std::vector<Gram>& grams,
            int repeats,
            const std::function<void()>& fit) {
  Index most_rows = 0;
  Index most_unknowns = 0;
  double operations = 0;
  for (const Gram& gram : grams) {
    most_rows = std::max(most_rows, gram.rows);
    most_unknowns = std::max(most_unknowns, gram.unknowns);
    operations += static_cast<double>(gram.rows) *
                  static_cast<double>(gram.unknowns) *
                  static_cast<double>(gram.unknowns + 1);
  }
  const Matrix numbers = Matrix::Random(most_rows, most_unknowns);
  std::vector<double> ratio;
  std::vector<double> rate;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    const double syrk = SecondsOf([&] { RunSyrk(grams, numbers); });
    const double whole = SecondsOf(fit);
    ratio.push_back(syrk / whole);
    rate.push_back(operations / whole * 1e-9);
  }
  std::sort(ratio.begin(), ratio.end());
  std::sort(rate.begin(), rate.end());
  const std::size_t middle = ratio.size() / 2;
  std::printf("| %s | %d | %d | %.2f | %.0f %% [%.0f, %.0f] |\n",
              what,
              static_cast<int>(rank),
              static_cast<int>(most_unknowns),
              rate[middle],
              100 * ratio[middle],
              100 * ratio.front(),
              100 * ratio.back());
}

std::vector<Index> Ranks(Index dimension, Index rank) {
  std::vector<Index> ranks(static_cast<std::size_t>(dimension + 1), rank);
  ranks.front() = ranks.back() = 1;
  return ranks;
}

// The flow's solver: alternating least squares, two half sweeps.
void MeasureAls(Index rows, Index dimension, Index rank, int repeats) {
  const Executor executor(1);
  const BasisTable table = UniformTable(rows, dimension, kBasisSize);
  const Vector rhs =
      EvaluateTrain(RandomTrain(dimension, kBasisSize, rank, 1), table);
  const RegressionProblem problem(table, Vector::Ones(rows), rhs);
  const std::vector<RowRole> roles = Roles(rows, 4);
  const TensorTrain start = RandomTrain(dimension, kBasisSize, rank, 2);
  AlsOptions options;
  options.num_half_sweeps = 2;
  options.min_relative_gain = 0;
  std::vector<Gram> grams;
  const std::vector<Index> ranks = Ranks(dimension, rank);
  for (int half = 0; half < options.num_half_sweeps; ++half) {
    // A half sweep begins at the core that the last one has just solved.
    for (Index k = half == 0 ? 0 : 1; k < dimension; ++k) {
      grams.push_back({rows, ranks[k] * kBasisSize * ranks[k + 1]});
    }
  }
  Report("flow", rank, grams, repeats, [&] {
    NullInterrupter interrupter;
    const auto result =
        SolveAls(problem, roles, start, options, executor, interrupter);
    if (!result.ok()) std::printf("failed\n");
  });
}

// The squared train's, with gradient rows: one sweep.
void MeasureSquaredTrain(Index rows, Index dimension, Index rank, int repeats) {
  const Executor executor(1);
  const RandomKey key(5);
  Violations violations;
  const auto target = MakeTarget("coupled_wells", dimension, {}, violations);
  const Matrix x = *target->SampleExactly(rows, key);
  Vector energy(rows);
  Matrix gradient(rows, dimension);
  MatrixRef view = gradient;
  NullInterrupter interrupter;
  if (!target->Evaluate(x, energy, &view, interrupter).ok()) return;
  const Vector weights = Vector::Constant(rows, 1 / static_cast<double>(rows));
  const Vector log_target = -energy;
  const Coordinates coordinates = DiagonalCoordinates(x, weights);
  const Matrix position = coordinates.ToLocal(x);
  gradient = coordinates.GradientToLocal(gradient);
  const DensityProblem problem = {position, weights, log_target, gradient};
  SquaredTrainOptions options;
  options.basis_size = kBasisSize;
  options.max_rank = rank;
  options.num_sweeps = 1;
  const std::vector<MarginalFit> marginals =
      FitMarginals({position, weights, gradient, weights}, executor);
  const SquaredTrainDensity product(MakeProductParameters(
      coordinates, marginals, position, weights, options));
  const SquaredTrainRows fitted =
      MakeSquaredTrainRows(product.parameters(), problem, options, key);
  TensorTrain start = product.parameters().train;
  for (Index r = 1; r < rank; ++r) {
    start = GrowRanks(start, rank, key, static_cast<std::uint32_t>(r));
  }
  std::vector<Gram> grams;
  for (const TrainCore& core : start.cores) {
    // Values and slopes.
    const Gram gram = {fitted.num_training, core.unfolding.size()};
    grams.insert(grams.end(), {gram, gram});
  }
  const SquaredTrainAls als(
      product.bases(), fitted, options, executor, interrupter);
  Report("squared train", rank, grams, repeats, [&] {
    if (!als.Fit(start).ok()) std::printf("failed\n");
  });
}

}  // namespace
}  // namespace ttflow::benchmarks

int main(int argc, char** argv) {
  CLI::App app("Rate of fits against Eigen's SYRK");
  int rows = 6000;
  int dimension = 16;
  int repeats = 7;
  app.add_option("--rows", rows, "points")->check(CLI::Range(100, 1000000));
  app.add_option("--dim", dimension, "coordinates")->check(CLI::Range(2, 256));
  app.add_option("--repeats", repeats, "repeats")->check(CLI::Range(1, 1000));
  CLI11_PARSE(app, argc, argv);
  std::printf(
      "| fit | rank | unknowns a core | Gflop/s of Gram matrices | share of "
      "SYRK's rate |\n|---|---|---|---|---|\n");
  for (const int rank : {1, 2, 4, 8}) {
    ttflow::benchmarks::MeasureAls(rows, dimension, rank, repeats);
  }
  for (const int rank : {1, 2, 4, 8}) {
    ttflow::benchmarks::MeasureSquaredTrain(rows, dimension, rank, repeats);
  }
  return 0;
}
