#include "core/transport/fit_rows.h"

#include <algorithm>
#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/foundation/check.h"

namespace ttflow {
namespace {

constexpr Index kLeastRows = 64;
constexpr Index kLeastRowsOfFold = 16;
// A kept interval is at most this much longer than the one now chosen.
constexpr double kMostExcess = 1.5;

// The weighted `tail` quantile of values whose weights sum to one, linear
// between (value, weight before it plus half its own). Only the lowest values
// are sorted: whole sorts would cost more than the sums of the fit.
double LowerQuantile(const ConstVectorRef& values,
                     const Vector& weights,
                     double tail) {
  struct Point {
    double value;
    double weight;
  };
  std::vector<Point> points(static_cast<std::size_t>(values.size()));
  for (std::size_t i = 0; i < points.size(); ++i) {
    points[i] = {values[static_cast<Index>(i)], weights[static_cast<Index>(i)]};
  }
  const auto less = [](const Point& a, const Point& b) {
    return a.value != b.value ? a.value < b.value : a.weight < b.weight;
  };
  std::size_t sorted = 0;
  double before = 0, last_value = 0, last_middle = 0;
  for (std::size_t count = points.size() / 32 + 16; sorted < points.size();
       count *= 4) {
    count = std::min(count, points.size());
    const auto begin = points.begin() + static_cast<std::ptrdiff_t>(sorted);
    const auto end = points.begin() + static_cast<std::ptrdiff_t>(count);
    if (end != points.end()) std::nth_element(begin, end, points.end(), less);
    std::sort(begin, end, less);
    for (; sorted < count; ++sorted) {
      const auto [value, weight] = points[sorted];
      const double middle = before + 0.5 * weight;
      if (middle >= tail) {
        if (sorted == 0) return value;
        return last_value + (value - last_value) * (tail - last_middle) /
                                (middle - last_middle);
      }
      last_value = value;
      last_middle = middle;
      before += weight;
    }
  }
  return last_value;
}

}  // namespace

Index FitRows::UnknownBudget(double rows_per_unknown) const {
  return static_cast<Index>(std::min(effective_rows[0], effective_rows[1]) /
                            rows_per_unknown);
}

bool IsFinite(const FitProblem& problem, Index i) {
  return std::isfinite(problem.energy_difference[i]) &&
         problem.position.row(i).allFinite() &&
         problem.gradient.row(i).allFinite();
}

absl::StatusOr<FitRows> GatherFitRows(const FitProblem& problem) {
  const Index size = problem.position.rows();
  const Index d = problem.position.cols();
  TTFLOW_CHECK(problem.gradient.rows() == size && problem.gradient.cols() == d);
  TTFLOW_CHECK(problem.weights.size() == size);
  TTFLOW_CHECK(problem.energy_difference.size() == size);
  TTFLOW_CHECK(static_cast<Index>(problem.fold.size()) == size);
  std::vector<Index> kept;
  std::array<Index, 3> fold_begin{};
  for (int f = 0; f < 2; ++f) {
    for (Index i = 0; i < size; ++i) {
      const bool in_fold = (problem.fold[i] == 0 ? 0 : 1) == f;
      if (in_fold && problem.weights[i] > 0 && IsFinite(problem, i)) {
        kept.push_back(i);
      }
    }
    fold_begin[f + 1] = static_cast<Index>(kept.size());
  }
  const std::array<Index, 2> count = {fold_begin[1],
                                      fold_begin[2] - fold_begin[1]};
  if (static_cast<Index>(kept.size()) < kLeastRows ||
      std::min(count[0], count[1]) < kLeastRowsOfFold) {
    return absl::FailedPreconditionError(
        absl::StrCat("fit: particles with weight = ",
                     count[0],
                     " + ",
                     count[1],
                     " in two folds; need at least ",
                     kLeastRows,
                     ", and ",
                     kLeastRowsOfFold,
                     " in each fold"));
  }
  FitRows rows;
  rows.fold_begin = fold_begin;
  rows.position = problem.position(kept, Eigen::all);
  rows.gradient = problem.gradient(kept, Eigen::all);
  rows.weights = problem.weights(kept);
  rows.energy_difference = problem.energy_difference(kept);
  rows.weights /= rows.weights.sum();
  const double mean = rows.weights.dot(rows.energy_difference);
  rows.energy_difference.array() -= mean;
  rows.variance =
      rows.weights.dot(rows.energy_difference.array().square().matrix());
  // Below this the deviations are the rounding of equal numbers.
  if (!(rows.variance > 1e-26 * mean * mean) || !std::isfinite(rows.variance)) {
    return absl::FailedPreconditionError(
        absl::StrCat("fit: variance of the energy difference = ",
                     rows.variance,
                     "; need a positive finite one"));
  }
  std::array<double, 2> sum{}, sum_of_squares{};
  rows.fold.resize(kept.size());
  for (std::size_t i = 0; i < kept.size(); ++i) {
    rows.fold[i] = static_cast<Index>(i) < fold_begin[1] ? 0 : 1;
    const double weight = rows.weights[static_cast<Index>(i)];
    sum[rows.fold[i]] += weight;
    sum_of_squares[rows.fold[i]] += weight * weight;
  }
  for (int f = 0; f < 2; ++f) {
    rows.effective_rows[f] = sum[f] * sum[f] / sum_of_squares[f];
  }
  return rows;
}

std::vector<BasisSpec> ChooseBases(const FitRows& rows,
                                   const FitOptions& options,
                                   Index size,
                                   std::span<const BasisSpec> previous,
                                   const Executor& executor) {
  const Index d = rows.dimension();
  std::vector<BasisSpec> specs(d);
  executor.ForEach(d, [&](Index k) {
    const double tail = options.interval_tail;
    double lower = LowerQuantile(rows.position.col(k), rows.weights, tail);
    double upper = -LowerQuantile(-rows.position.col(k), rows.weights, tail);
    const double center = 0.5 * (lower + upper);
    if (!(upper - lower > 1e-9 * (1 + std::abs(center)))) {
      lower = center - 1;  // a constant coordinate: any interval serves
      upper = center + 1;
    }
    const double margin = options.interval_margin * (upper - lower);
    BasisSpec& spec = specs[k];
    spec.family = options.basis;
    spec.orthonormal = options.orthonormal;
    spec.inner_product = options.inner_product;
    spec.size = size;
    spec.lower = lower - margin;
    spec.upper = upper + margin;
    if (static_cast<Index>(previous.size()) == d) {
      const BasisSpec& old = previous[k];
      if (old.lower <= lower && upper <= old.upper &&
          old.upper - old.lower <= kMostExcess * (spec.upper - spec.lower)) {
        spec.lower = old.lower;
        spec.upper = old.upper;
      }
    }
  });
  return specs;
}

}  // namespace ttflow
