#include "core/density/squared_train_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/density/held_out.h"
#include "core/math/weighted_moments.h"

namespace ttflow {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kHeldOutShare = 0.25;
// Rows whose scale is beyond this quantile are capped: outliers in p/q.
constexpr double kScaleQuantile = 0.998;

// Sets half_slope and gradient_scale; training row i is point order[i].
void MakeGradientRows(const SquaredTrainParameters& product,
                      const DensityProblem& problem,
                      const std::vector<Index>& order,
                      double gradient_weight,
                      SquaredTrainRows& rows) {
  const Index d = problem.position.cols();
  rows.half_slope.resize(rows.num_training, d);
  rows.gradient_scale.resize(rows.num_training, d);
  for (Index k = 0; k < d; ++k) {
    const Marginal& marginal = product.marginals[k];
    // The wide part's scale is kWideScale standard deviations.
    const double deviation = product.wide_scale[k] / kWideScale;
    for (Index i = 0; i < rows.num_training; ++i) {
      const Index from = order[i];
      const double half =
          0.5 * (marginal.Score(marginal.Locate(problem.position(from, k))) +
                 problem.gradient(from, k));
      rows.half_slope(i, k) = half;
      rows.gradient_scale(i, k) = std::sqrt(gradient_weight) * deviation /
                                  std::hypot(1.0, deviation * half);
    }
  }
}

}  // namespace

SquaredTrainRows MakeSquaredTrainRows(const SquaredTrainParameters& product,
                                      const DensityProblem& problem,
                                      const SquaredTrainOptions& options,
                                      const RandomKey& key) {
  SquaredTrainRows rows;
  const Index n = problem.position.rows();
  const Index d = problem.position.cols();
  // log q of every point, and its cells.
  Vector log_product = Vector::Zero(n);
  std::vector<std::vector<Index>> cell(d, std::vector<Index>(n));
  for (Index k = 0; k < d; ++k) {
    const Marginal& marginal = product.marginals[k];
    for (Index i = 0; i < n; ++i) {
      const CellPosition place = marginal.Locate(problem.position(i, k));
      cell[k][i] = place.cell;
      log_product[i] += marginal.LogDensity(place);
    }
  }
  const std::vector<bool> held_out = ChooseHeldOut(
      problem.log_target, kHeldOutShare, key.Stream(Purpose::kFit, 1 << 20, 0));
  std::vector<Index> order;
  for (const bool want : {false, true}) {
    for (Index i = 0; i < n; ++i) {
      if (held_out[i] == want && problem.weights[i] > 0 &&
          std::isfinite(log_product[i]) &&
          std::isfinite(problem.log_target[i])) {
        order.push_back(i);
      }
    }
    if (!want) rows.num_training = static_cast<Index>(order.size());
  }
  const auto kept = static_cast<Index>(order.size());
  const Index training = rows.num_training;
  rows.cell.assign(d, std::vector<Index>(kept));
  rows.target.resize(kept);
  Vector log_scale(kept);
  Vector log_ratio(kept);
  std::vector<double> typical;
  for (Index i = 0; i < kept; ++i) {
    const Index from = order[i];
    for (Index k = 0; k < d; ++k) rows.cell[k][i] = cell[k][from];
    rows.target[i] = std::sqrt(problem.weights[from]);
    log_ratio[i] = problem.log_target[from] - log_product[from];
    log_scale[i] = 0.5 * (std::log(problem.weights[from]) - log_ratio[i]);
    if (problem.weights[from] > 1e-3 / static_cast<double>(n)) {
      typical.push_back(log_scale[i]);
    }
  }
  if (typical.empty()) {
    rows.num_training = 0;
    rows.scale.resize(kept);
    rows.heldout_weights = Vector::Zero(kept - training);
    return rows;
  }
  const double median = UpperMedian(Eigen::Map<const Vector>(
      typical.data(), static_cast<Index>(typical.size())));
  rows.scale = (log_scale.array() - median).min(12.0).exp();
  Vector sorted = rows.scale;
  std::sort(sorted.data(), sorted.data() + kept);
  rows.scale = rows.scale.cwiseMin(sorted[static_cast<Index>(
      kScaleQuantile * static_cast<double>(kept - 1))]);
  rows.scale *= rows.target.dot(rows.scale) / rows.scale.squaredNorm();
  rows.heldout_weights = rows.target.tail(kept - training).cwiseAbs2();
  rows.heldout_log_ratio = log_ratio.tail(kept - training);
  if (options.gradient_weight > 0)
    MakeGradientRows(product, problem, order, options.gradient_weight, rows);
  return rows;
}

double PredictHeldOut(const SquaredTrainRows& rows,
                      double defensive_weight,
                      const ConstVectorRef& value,
                      double square_norm) {
  const double eps = defensive_weight;
  if (!(square_norm > 0) || !value.allFinite()) return -kInfinity;
  const Vector log_ratio =
      rows.heldout_log_ratio.array() -
      ((1 - eps) / square_norm * value.array().square() + eps).log();
  return PredictLogEss(log_ratio, rows.heldout_weights);
}

Matrix GatherValues(const SquaredTrainRows& rows,
                    const CellBasis& basis,
                    Index k,
                    Index begin,
                    Index end) {
  const Matrix& values = basis.values;
  Matrix block(end - begin, values.rows());
  for (Index i = begin; i < end; ++i) {
    block.row(i - begin) = values.col(rows.cell[k][i]).transpose();
  }
  return block;
}

Matrix GatherSlopes(const SquaredTrainRows& rows,
                    const CellBasis& basis,
                    Index k,
                    Index begin,
                    Index end) {
  Matrix block(end - begin, basis.size());
  for (Index i = begin; i < end; ++i) {
    const Index cell = rows.cell[k][i];
    block.row(i - begin) = rows.gradient_scale(i, k) *
                           (basis.derivative.col(cell) +
                            rows.half_slope(i, k) * basis.values.col(cell))
                               .transpose();
  }
  return block;
}

}  // namespace ttflow
