#include "core/density/marginal_fit.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "core/density/cubic_spline.h"
#include "core/math/log_sum_exp.h"
#include "core/math/weighted_moments.h"

namespace ttflow {
namespace {

constexpr Index kNumCoefficients = CubicSpline::kSize;
constexpr Index kNumCells = 512;
constexpr Index kGridCells = 800;
// The grid reaches so many ranges beyond the points on either side.
constexpr double kGridMargin = 1.2;
// Cells end where log q has fallen by this below its maximum.
constexpr double kLogCut = 26;
constexpr std::array<double, 4> kPenalties = {1e-3, 1e-1, 1e1, 1e3};
constexpr int kNewtonSteps = 20;
// Largest change of log q in one Newton step, nats.
constexpr double kLargestChange = 4;
// The regression of the gradients starts the fit where it explains this much.
constexpr double kTrustedR2 = 0.9;

using Coefficients = Eigen::Matrix<double, kNumCoefficients, 1>;
using Square = Eigen::Matrix<double, kNumCoefficients, kNumCoefficients>;
using SplineRow = CubicSpline::Row;

// Quantile of sorted values with cumulative weights, as np.interp does it.
double SortedQuantile(const Vector& values,
                      const Vector& cumulative,
                      double p) {
  const double wanted = p * cumulative[cumulative.size() - 1];
  const double* begin = cumulative.data();
  const double* end = begin + cumulative.size();
  const double* edge = std::lower_bound(begin, end, wanted);
  const Index i = edge - begin;
  if (i == 0) return values[0];
  if (i == values.size()) return values[i - 1];
  const double gap = cumulative[i] - cumulative[i - 1];
  const double f = gap > 0 ? (wanted - cumulative[i - 1]) / gap : 0;
  return values[i - 1] + f * (values[i] - values[i - 1]);
}

double EffectiveSize(const ConstVectorRef& weights) {
  const double square = weights.squaredNorm();
  return square > 0 ? weights.sum() * weights.sum() / square : 0;
}

// The regression of -g on the spline: its normal sums and what it leaves.
struct ScoreRows {
  Square precision = Square::Zero();  // sums over the residual variance
  Coefficients cross = Coefficients::Zero();
  Coefficients solution = Coefficients::Zero();
  double r2 = 0;
};

// One coordinate's fit.
class Fitter {
 public:
  Fitter(const ConstVectorRef& u,
         const ConstVectorRef& gradient,
         const MarginalProblem& problem)
      : u_(u),
        gradient_(gradient),
        weights_(problem.weights),
        gradient_weights_(problem.gradient_weights),
        count_(problem.use_counts ? EffectiveSize(problem.weights) : 0),
        gradient_count_(EffectiveSize(problem.gradient_weights)) {}

  MarginalFit Fit() {
    FindRange();
    const CubicSpline spline(lower_, upper_);
    MakeGrid(spline);
    const ScoreRows rows = RegressGradient(spline);
    const Coefficients best = Maximise(spline, rows);
    MarginalFit fit;
    fit.marginal = MakeMarginal(best);
    fit.gradient_r2 = rows.r2;
    fit.lower = lower_;
    fit.upper = upper_;
    return fit;
  }

 private:
  void FindRange() {
    const Index n = u_.size();
    std::vector<Index> order(n);
    for (Index i = 0; i < n; ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [this](Index a, Index b) {
      return u_[a] < u_[b] || (u_[a] == u_[b] && a < b);
    });
    Vector values(n);
    Vector cumulative(n);
    Vector gradient_cumulative(n);
    double sum = 0;
    double gradient_sum = 0;
    for (Index i = 0; i < n; ++i) {
      values[i] = u_[order[i]];
      cumulative[i] = sum += weights_[order[i]];
      gradient_cumulative[i] = gradient_sum += gradient_weights_[order[i]];
    }
    const double tail =
        std::min(0.25, 2 / (count_ > 0 ? count_ + 2 : gradient_count_));
    const double gradient_tail = std::min(0.25, 5 / gradient_count_);
    lower_ =
        std::min(SortedQuantile(values, cumulative, tail),
                 SortedQuantile(values, gradient_cumulative, gradient_tail));
    upper_ = std::max(
        SortedQuantile(values, cumulative, 1 - tail),
        SortedQuantile(values, gradient_cumulative, 1 - gradient_tail));
    mean_ = weights_.dot(u_);
    const double deviation =
        std::sqrt((u_.array() - mean_).square().matrix().dot(weights_));
    if (!(upper_ > lower_)) {
      const double half = std::max({deviation, 1e-6 * std::abs(mean_), 1e-12});
      lower_ = mean_ - half;
      upper_ = mean_ + half;
    }
    const double scale = std::max(deviation, 0.05 * (upper_ - lower_));
    variance_ = scale * scale;
  }

  // Integrals from the middle of a fine grid: of the splines, and of what the
  // score has beside them outside of the range.
  void MakeGrid(const CubicSpline& spline) {
    const double range = upper_ - lower_;
    first_ = lower_ - kGridMargin * range;
    step_ = (1 + 2 * kGridMargin) * range / static_cast<double>(kGridCells);
    integral_.resize(kGridCells + 1, kNumCoefficients);
    outside_integral_.resize(kGridCells + 1);
    SplineRow before = SplineRow::Zero();
    double outside_before = 0;
    for (Index i = 0; i <= kGridCells; ++i) {
      const double g = first_ + step_ * static_cast<double>(i);
      const SplineRow row = spline.Evaluate(g);
      const double outside = g > upper_   ? -(g - upper_) / variance_
                             : g < lower_ ? (lower_ - g) / variance_
                                          : 0;
      if (i == 0) {
        integral_.row(0).setZero();
        outside_integral_[0] = 0;
      } else {
        integral_.row(i) = integral_.row(i - 1) + 0.5 * step_ * (row + before);
        outside_integral_[i] =
            outside_integral_[i - 1] + 0.5 * step_ * (outside + outside_before);
      }
      before = row;
      outside_before = outside;
    }
    const SplineRow middle = integral_.row(kGridCells / 2);
    integral_.rowwise() -= middle;
    outside_integral_.array() -= double(outside_integral_[kGridCells / 2]);
  }

  ScoreRows RegressGradient(const CubicSpline& spline) const {
    ScoreRows rows;
    double weight = 0;
    double mean = 0;
    double square = 0;
    for (Index i = 0; i < u_.size(); ++i) {
      if (u_[i] < lower_ || u_[i] > upper_ || gradient_weights_[i] == 0)
        continue;
      const double y = -gradient_[i];
      const SplineRow row = spline.Evaluate(u_[i]);
      const double w = gradient_weights_[i];
      rows.precision.noalias() += w * row.transpose() * row;
      rows.cross += w * y * row.transpose();
      weight += w;
      mean += w * y;
      square += w * y * y;
    }
    if (!(weight > 0)) return rows;
    rows.precision /= weight;
    rows.cross /= weight;
    mean /= weight;
    square /= weight;
    const double variance = std::max(square - mean * mean, 0.0);
    if (!(variance > 0)) {
      rows.precision.setZero();
      rows.cross.setZero();
      return rows;
    }
    const Square ridged =
        rows.precision + 1e-7 * rows.precision.trace() /
                             static_cast<double>(kNumCoefficients) *
                             Square::Identity();
    rows.solution = ridged.ldlt().solve(rows.cross);
    const double left = square - 2 * rows.solution.dot(rows.cross) +
                        rows.solution.dot(rows.precision * rows.solution);
    const double residual = std::max(left, 1e-6 * variance);
    rows.r2 = 1 - residual / variance;
    rows.precision *= gradient_count_ / residual;
    rows.cross *= gradient_count_ / residual;
    return rows;
  }

  // log q on the grid, not normalised.
  Vector LogDensityOnGrid(const Coefficients& c) const {
    return integral_ * c + outside_integral_;
  }

  double Objective(const Coefficients& c,
                   const ScoreRows& rows,
                   const Coefficients& mean_integral,
                   const Square& penalty) const {
    const double likelihood =
        count_ > 0
            ? count_ * (mean_integral.dot(c) - LogSumExp(LogDensityOnGrid(c)))
            : 0;
    return likelihood - 0.5 * c.dot(rows.precision * c) + rows.cross.dot(c) -
           0.5 * c.dot(penalty * c);
  }

  Coefficients Maximise(const CubicSpline& spline,
                        const ScoreRows& rows) const {
    Coefficients mean_integral = Coefficients::Zero();
    double mean_outside = 0;
    for (Index i = 0; i < u_.size(); ++i) {
      if (weights_[i] == 0) continue;
      const double x = std::clamp((u_[i] - first_) / step_,
                                  0.0,
                                  static_cast<double>(kGridCells) - 1e-9);
      const auto j = static_cast<Index>(x);
      const double f = x - static_cast<double>(j);
      mean_integral +=
          weights_[i] *
          ((1 - f) * integral_.row(j) + f * integral_.row(j + 1)).transpose();
      mean_outside += weights_[i] * ((1 - f) * outside_integral_[j] +
                                     f * outside_integral_[j + 1]);
    }
    Square second_difference = Square::Zero();
    for (Index i = 0; i + 2 < kNumCoefficients; ++i) {
      Coefficients row = Coefficients::Zero();
      row[i] = 1;
      row[i + 1] = -2;
      row[i + 2] = 1;
      second_difference += variance_ * row * row.transpose();
    }
    Coefficients c = NormalScore(spline);
    // A regression may be wild at the ends of the range, where points are few,
    // and put all mass beyond them: Newton's method does not come back.
    const Square no_penalty = Square::Zero();
    if (rows.r2 > kTrustedR2 &&
        Objective(rows.solution, rows, mean_integral, no_penalty) >
            Objective(c, rows, mean_integral, no_penalty)) {
      c = rows.solution;
    }
    Coefficients best = c;
    double best_criterion = -std::numeric_limits<double>::infinity();
    for (const double penalty : kPenalties) {
      const Square penalty_matrix = penalty * second_difference;
      Square curvature;
      Square information;
      for (int iteration = 0; iteration < kNewtonSteps; ++iteration) {
        const Vector log_density = LogDensityOnGrid(c);
        const Vector probability = NormalizedExp(log_density);
        const Coefficients mean = integral_.transpose() * probability;
        information = rows.precision;
        Coefficients slope =
            rows.cross - rows.precision * c - penalty_matrix * c;
        if (count_ > 0) {
          information += count_ * (integral_.transpose() *
                                       probability.asDiagonal() * integral_ -
                                   mean * mean.transpose());
          slope += count_ * (mean_integral - mean);
        }
        curvature = information + penalty_matrix;
        curvature.diagonal().array() +=
            1e-9 * curvature.trace() / static_cast<double>(kNumCoefficients) +
            1e-300;
        Coefficients step = curvature.ldlt().solve(slope);
        if (!step.allFinite()) break;
        const double decrement = slope.dot(step);
        const Vector change = (integral_ * step).cwiseAbs();
        double largest = 0;
        const double threshold = 1e-9 * probability.maxCoeff();
        for (Index i = 0; i < change.size(); ++i) {
          if (probability[i] > threshold)
            largest = std::max(largest, change[i]);
        }
        if (largest > kLargestChange) step *= kLargestChange / largest;
        const double now = Objective(c, rows, mean_integral, penalty_matrix);
        double damping = 1;
        while (damping > 1e-3 &&
               !(Objective(
                     c + damping * step, rows, mean_integral, penalty_matrix) >=
                 now - 1e-9 * std::abs(now))) {
          damping *= 0.5;
        }
        c += damping * step;
        if (decrement < 1e-3) break;
      }
      const double value = Objective(c, rows, mean_integral, Square::Zero()) +
                           count_ * mean_outside;
      const double freedom = curvature.ldlt().solve(information).trace();
      if (value - freedom > best_criterion) {
        best_criterion = value - freedom;
        best = c;
      }
    }
    return best;
  }

  // The score of the points' normal distribution.
  Coefficients NormalScore(const CubicSpline& spline) const {
    Square gram = Square::Zero();
    Coefficients cross = Coefficients::Zero();
    constexpr Index kPoints = 4 * kNumCoefficients;
    for (Index i = 0; i <= kPoints; ++i) {
      const double u = lower_ + (upper_ - lower_) * static_cast<double>(i) /
                                    static_cast<double>(kPoints);
      const SplineRow row = spline.Evaluate(u);
      gram += row.transpose() * row;
      cross -= (u - mean_) / variance_ * row.transpose();
    }
    gram.diagonal().array() += 1e-10;
    return gram.ldlt().solve(cross);
  }

  Marginal MakeMarginal(const Coefficients& c) const {
    Vector log_density = LogDensityOnGrid(c);
    log_density.array() -= log_density.maxCoeff();
    Index begin = 0;
    while (log_density[begin] <= -kLogCut) ++begin;
    Index end = kGridCells;
    while (log_density[end] <= -kLogCut) --end;
    begin = std::max<Index>(begin - 1, 0);
    end = std::min(end + 1, kGridCells);
    const double lower = first_ + step_ * static_cast<double>(begin);
    const double width = step_ * static_cast<double>(end - begin) /
                         static_cast<double>(kNumCells);
    Vector table(kNumCells + 1);
    for (Index j = 0; j <= kNumCells; ++j) {
      const double x = std::clamp(
          (lower - first_) / step_ + width / step_ * static_cast<double>(j),
          0.0,
          static_cast<double>(kGridCells) - 1e-9);
      const auto i = static_cast<Index>(x);
      const double f = x - static_cast<double>(i);
      table[j] = (1 - f) * log_density[i] + f * log_density[i + 1];
    }
    return Marginal(lower, width, std::move(table));
  }

  const ConstVectorRef& u_;
  const ConstVectorRef& gradient_;
  const ConstVectorRef& weights_;
  const ConstVectorRef& gradient_weights_;
  double count_;
  double gradient_count_;
  double lower_ = 0;
  double upper_ = 0;
  double mean_ = 0;
  double variance_ = 1;
  double first_ = 0;
  double step_ = 1;
  Matrix integral_;
  Vector outside_integral_;
};

}  // namespace

std::vector<MarginalFit> FitMarginals(const MarginalProblem& problem,
                                      const Executor& executor) {
  std::vector<MarginalFit> fits(problem.position.cols());
  executor.ForEach(problem.position.cols(), [&](Index k) {
    const ConstVectorRef u = problem.position.col(k);
    const ConstVectorRef gradient = problem.gradient.col(k);
    fits[k] = Fitter(u, gradient, problem).Fit();
  });
  return fits;
}

}  // namespace ttflow
