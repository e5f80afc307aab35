#include "core/transport/linear_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "core/als/ridge_path.h"
#include "core/transport/linear_design.h"
#include "core/transport/pair_screening.h"

namespace ttflow {
namespace {

// Relative to trace / p; falling, so that the walk can stop once the risk
// rises: small ridges are for data without noise, where it never does.
constexpr std::array kRidges = {1e-1, 1e-2, 1e-3, 1e-4, 1e-6, 1e-8};

// Linear and quadratic: what moves a Gaussian.
constexpr Index kLeastAdditiveSize = 3;
constexpr Index kMiddleAdditiveSize = 6;
// A held-out R^2 beyond which no other size is tried.
constexpr double kGoodEnough = 0.995;
// No solve grows beyond this by pairs: a Cholesky of it takes about 20 ms.
constexpr Index kMostUnknowns = 1024;
// Least relative gain for which pairs are kept.
constexpr double kLeastGain = 0.005;

enum Model { kFold0 = 0, kFold1 = 1, kAll = 2 };

// Columns of each model and the solution on them.
struct Solution {
  double ridge = 0;
  double heldout_risk = std::numeric_limits<double>::infinity();
  std::array<std::vector<Index>, 3> columns;
  std::array<Vector, 3> coefficients;
};

NormalSums Restrict(const NormalSums& sums, const std::vector<Index>& columns) {
  if (static_cast<Index>(columns.size()) == sums.size()) return sums;
  NormalSums restricted;
  restricted.weight = sums.weight;
  restricted.row = sums.row(columns);
  restricted.rhs = sums.rhs;
  restricted.gram = sums.gram(columns, columns);
  restricted.cross = sums.cross(columns);
  restricted.rhs_square = sums.rhs_square;
  return restricted;
}

// Chooses one ridge for both folds by their held-out risks; then solves on all
// rows. Columns may differ between the models.
Solution SolveCrossFitted(const std::vector<NormalSums>& folds,
                          std::array<std::vector<Index>, 3> columns,
                          const Executor& executor) {
  Solution best;
  best.columns = std::move(columns);
  std::array<NormalSums, 2> training, heldout;
  for (int f = 0; f < 2; ++f) {
    training[f] = Restrict(folds[1 - f], best.columns[f]).Centered();
    heldout[f] = Restrict(folds[f], best.columns[f]).Centered();
  }
  int rises = 0;
  double last_risk = std::numeric_limits<double>::infinity();
  for (const double ridge : kRidges) {
    std::array<std::optional<Vector>, 2> solved;
    executor.ForEach(
        2, [&](Index f) { solved[f] = SolveRidge(training[f], ridge); });
    if (!solved[0] || !solved[1]) break;
    double risk = 0;
    for (int f = 0; f < 2; ++f) {
      risk += heldout[f].weight * heldout[f].MeanSquare(*solved[f]);
    }
    if (risk < best.heldout_risk) {
      best.heldout_risk = risk;
      best.ridge = ridge;
      best.coefficients[kFold0] = *std::move(solved[0]);
      best.coefficients[kFold1] = *std::move(solved[1]);
    }
    rises = risk > last_risk ? rises + 1 : 0;
    if (rises == 2) break;
    last_risk = risk;
  }
  if (std::isfinite(best.heldout_risk)) {
    NormalSums all = folds[0];
    all += folds[1];
    std::optional<Vector> solved =
        SolveRidge(Restrict(all, best.columns[kAll]).Centered(), best.ridge);
    if (solved) {
      best.coefficients[kAll] = *std::move(solved);
    } else {
      best.heldout_risk = std::numeric_limits<double>::infinity();
    }
  }
  return best;
}

std::vector<NormalSums> Sums(const FitRows& rows,
                             const LinearDesign& design,
                             const Executor& executor) {
  return ComputeNormalSums(
      design.size(),
      rows.weights,
      rows.energy_difference,
      rows.fold,
      2,
      [&](Index begin, Index end, MatrixRef block) {
        design.Fill(begin, end, block);
      },
      executor);
}

std::vector<Index> FirstColumns(Index count) {
  std::vector<Index> columns(static_cast<std::size_t>(count));
  std::iota(columns.begin(), columns.end(), Index{0});
  return columns;
}

// What the additive part leaves of h, for each model about the mean of its own
// rows, [n, 3].
Matrix AdditiveResiduals(const FitRows& rows,
                         const LinearDesign& design,
                         const Solution& solution,
                         const Executor& executor) {
  Matrix coefficients(design.size(), 3);
  for (int model = 0; model < 3; ++model) {
    coefficients.col(model) = solution.coefficients[model];
  }
  Matrix residuals(rows.size(), 3);
  executor.ForBlocks(rows.size(), [&](Index begin, Index end) {
    Matrix block(end - begin, design.size());
    design.Fill(begin, end, block);
    residuals.middleRows(begin, end - begin) =
        (-block * coefficients).colwise() +
        rows.energy_difference.segment(begin, end - begin);
  });
  return residuals;
}

// The weights of the rows that a model is fitted on; zero elsewhere.
Vector TrainingWeights(const FitRows& rows, int model) {
  Vector weights = rows.weights;
  for (Index i = 0; i < rows.size(); ++i) {
    if (rows.fold[i] == model) weights[i] = 0;  // no fold is kAll
  }
  return weights;
}

Index NumPairs(const FitRows& rows,
               const FitOptions& options,
               Index num_additive) {
  const Index d = rows.dimension();
  const Index all = d * (d - 1) / 2;
  if (options.max_pairs >= 0) return std::min(all, options.max_pairs);
  const Index budget =
      std::min(rows.UnknownBudget(options.rows_per_unknown), kMostUnknowns);
  return std::min(all, std::max(2 * d, budget - num_additive));
}

// Scales pair columns to the additive ones, so that one ridge fits both.
double PairScale(const std::vector<NormalSums>& additive,
                 const std::vector<CoordinatePair>& pairs,
                 const Matrix& mean_squares) {
  const double additive_square =
      (additive[0].gram.trace() + additive[1].gram.trace()) /
      std::max<double>(1, static_cast<double>(additive[0].size()));
  double pair_square = 0;
  for (const auto& [i, j] : pairs) pair_square += mean_squares(i, j);
  pair_square /= static_cast<double>(pairs.size());
  const double scale = std::sqrt(additive_square / pair_square);
  return std::isfinite(scale) && scale > 0 ? scale : 1;
}

struct JointFit {
  LinearDesign design;
  Solution solution;
};

// Fits additive part and pairs together.
JointFit FitWithPairs(const FitRows& rows,
                      const std::vector<BasisSpec>& specs,
                      const LinearDesign& additive_design,
                      const std::vector<NormalSums>& additive_sums,
                      const Solution& additive,
                      Index num_pairs,
                      const Executor& executor) {
  const Matrix mean_squares = PairMeanSquares(rows, executor);
  std::array<std::vector<CoordinatePair>, 3> chosen;
  std::vector<CoordinatePair> pairs;
  const Index d = rows.dimension();
  if (num_pairs >= d * (d - 1) / 2) {
    pairs = AllPairs(d);
    chosen.fill(pairs);
  } else {
    const Matrix residuals =
        AdditiveResiduals(rows, additive_design, additive, executor);
    for (int model = 0; model < 3; ++model) {
      const Vector weights = TrainingWeights(rows, model);
      const double mean = weights.dot(residuals.col(model)) / weights.sum();
      chosen[model] = ScreenPairs(rows,
                                  weights,
                                  residuals.col(model).array() - mean,
                                  mean_squares,
                                  num_pairs,
                                  executor);
      pairs.insert(pairs.end(), chosen[model].begin(), chosen[model].end());
    }
    std::sort(pairs.begin(), pairs.end());
    pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  }
  JointFit fit{
      LinearDesign(
          rows, specs, pairs, PairScale(additive_sums, pairs, mean_squares)),
      {}};
  std::array<std::vector<Index>, 3> columns;
  for (int model = 0; model < 3; ++model) {
    columns[model] = FirstColumns(fit.design.num_additive());
    for (const CoordinatePair& pair : chosen[model]) {
      const auto at = std::lower_bound(pairs.begin(), pairs.end(), pair);
      columns[model].push_back(fit.design.num_additive() +
                               (at - pairs.begin()));
    }
  }
  fit.solution = SolveCrossFitted(
      Sums(rows, fit.design, executor), std::move(columns), executor);
  return fit;
}

void Store(const LinearDesign& design,
           const Solution& solution,
           LinearFit& fit) {
  for (int f = 0; f < 2; ++f) {
    fit.fold_potential[f] =
        design.MakePotential(solution.columns[f], solution.coefficients[f]);
  }
  fit.potential =
      design.MakePotential(solution.columns[kAll], solution.coefficients[kAll]);
  fit.ridge = solution.ridge;
  fit.num_unknowns = 0;
  for (const auto& columns : solution.columns) {
    fit.num_unknowns =
        std::max(fit.num_unknowns, static_cast<Index>(columns.size()));
  }
}

// Both linear parts with `size` functions a coordinate.
LinearFit FitOfSize(const FitRows& rows,
                    const FitOptions& options,
                    Index size,
                    std::span<const BasisSpec> previous,
                    const Executor& executor) {
  const std::vector<BasisSpec> specs =
      ChooseBases(rows, options, size, previous, executor);
  const LinearDesign design(rows, specs, {}, 1);
  const std::vector<NormalSums> sums = Sums(rows, design, executor);
  std::array<std::vector<Index>, 3> columns;
  columns.fill(FirstColumns(design.size()));
  Solution additive = SolveCrossFitted(sums, columns, executor);
  if (!std::isfinite(additive.heldout_risk)) {
    additive.coefficients.fill(Vector::Zero(design.size()));
  }
  double additive_risk = additive.heldout_risk;

  LinearFit fit;
  if (additive_risk < rows.variance) {
    Store(design, additive, fit);
  } else {
    additive_risk = rows.variance;
    additive.coefficients.fill(Vector::Zero(design.size()));
    Store(design, additive, fit);
    fit.ridge = 0;
  }
  fit.additive_r2 = fit.heldout_r2 = 1 - additive_risk / rows.variance;

  const Index num_pairs = NumPairs(rows, options, design.size());
  if (num_pairs == 0) return fit;
  const JointFit joint =
      FitWithPairs(rows, specs, design, sums, additive, num_pairs, executor);
  if (joint.solution.heldout_risk < (1 - kLeastGain) * additive_risk) {
    Store(joint.design, joint.solution, fit);
    fit.heldout_r2 = 1 - joint.solution.heldout_risk / rows.variance;
  }
  return fit;
}

}  // namespace

LinearFit FitLinearParts(const FitRows& rows,
                         const FitOptions& options,
                         std::span<const BasisSpec> previous,
                         const Executor& executor) {
  const Index largest =
      std::min(options.additive_basis_size,
               std::max(kLeastAdditiveSize,
                        1 + rows.UnknownBudget(options.rows_per_unknown) /
                                rows.dimension()));
  // Functions a coordinate and pairs compete for the same rows: a Gaussian
  // needs all pairs and three functions, a well a dozen functions and no pair.
  LinearFit best = FitOfSize(rows, options, largest, previous, executor);
  for (const Index size : {kLeastAdditiveSize, kMiddleAdditiveSize}) {
    if (size >= largest || best.heldout_r2 > kGoodEnough) continue;
    LinearFit other = FitOfSize(rows, options, size, previous, executor);
    if (other.heldout_r2 > best.heldout_r2) best = std::move(other);
  }
  return best;
}

}  // namespace ttflow
