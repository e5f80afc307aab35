#include "core/coordinates/conditional_fit.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/math/weighted_moments.h"

namespace ttflow {
namespace {

constexpr double kRidge = 1e-8;
constexpr double kTiny = 1e-300;
// Log ratios that are off by so much count half.
constexpr double kLogRatioScale = 0.5;
// Newton's method ends at a misfit of rounding, or where a step takes less than
// a tenth of it.
constexpr double kExact = 1e-16;
constexpr double kProgress = 0.999;
constexpr int kHalvings = 6;
// Least share of freedom that a correction divides by.
constexpr double kLeastFreedom = 0.1;

// What is fitted.
struct Rows {
  const ConstVectorRef& x;
  const ConstVectorRef& g;
  const ConstVectorRef& weights;
  const ConditionalDesign& design;
};

// exp(-s) g and exp(s) (x - m), which are to be equal, and the weights of their
// difference.
struct Sides {
  Vector gradient;
  Vector u;
  Vector weights;
};

Sides SidesAt(const Rows& rows, const Vector& s, const Vector& m) {
  Sides sides;
  sides.gradient = (-s).array().exp() * rows.g.array();
  sides.u = s.array().exp() * (rows.x - m).array();
  sides.weights =
      rows.weights.array() /
      (1 + 0.5 * (sides.gradient.array().square() + sides.u.array().square()));
  return sides;
}

// A fit of these coefficients, its misfit not corrected.
ConditionalFit FitOf(const Rows& rows, Vector log_scale, Vector center) {
  ConditionalFit fit;
  Sides sides =
      SidesAt(rows, rows.design.scale * log_scale, rows.design.center * center);
  fit.log_scale = std::move(log_scale);
  fit.center = std::move(center);
  fit.misfit = ConditionalMisfit(sides.u, sides.gradient, rows.weights);
  fit.u = std::move(sides.u);
  return fit;
}

// s by the log ratio of g and x - m, where they have one sign.
Vector RegressScale(const Rows& rows,
                    const Vector& s,
                    const Vector& m,
                    bool robust) {
  const Index n = rows.x.size();
  Vector values = Vector::Zero(n);
  Vector weights = Vector::Zero(n);
  for (Index i = 0; i < n; ++i) {
    const double off = rows.x[i] - m[i];
    const double square = rows.g[i] * off;
    if (!(square > 0)) continue;
    values[i] = 0.5 * std::log(rows.g[i] / off);
    weights[i] = rows.weights[i] * square / (1 + square);
    if (robust) {
      const double ratio = (values[i] - s[i]) / kLogRatioScale;
      weights[i] /= 1 + ratio * ratio;
    }
  }
  return Regress(rows.design.scale, values, weights);
}

ConditionalFit Alternate(const Rows& rows, int iterations) {
  const Index n = rows.x.size();
  // Medians: a driven scale makes tails that no mean survives.
  const double middle = UpperMedian(rows.x);
  const double spread =
      std::max(UpperMedian((rows.x.array() - middle).abs()), kTiny);
  const Vector length = rows.g.cwiseAbs();
  const double slope =
      std::max({UpperMedian(length), 1e-12 * length.maxCoeff(), kTiny});
  Vector s = Vector::Constant(n, 0.5 * std::log(slope / spread));
  Vector m = Vector::Constant(n, middle);
  Vector log_scale;
  Vector center;
  for (int iteration = 0; iteration < iterations; ++iteration) {
    log_scale = RegressScale(rows, s, m, iteration > 0);
    s = rows.design.scale * log_scale;
    const Sides sides = SidesAt(rows, s, m);
    const Vector scale = s.array().exp();
    const Vector values = rows.x - sides.gradient.cwiseQuotient(scale);
    const Vector weights = sides.weights.cwiseProduct(scale.cwiseAbs2());
    if (!values.allFinite() || !weights.allFinite()) {
      ConditionalFit lost;
      lost.misfit = std::numeric_limits<double>::infinity();
      return lost;
    }
    center = Regress(rows.design.center, values, weights);
    m = rows.design.center * center;
  }
  return FitOf(rows, std::move(log_scale), std::move(center));
}

// A step of Gauss and Newton for the two sides' difference, halved until the
// misfit falls. Infinite misfit where it does not.
ConditionalFit NewtonStep(const Rows& rows, const ConditionalFit& from) {
  const Index p = rows.design.scale.cols();
  const Index q = rows.design.center.cols();
  const Vector s = rows.design.scale * from.log_scale;
  const Sides sides = SidesAt(rows, s, rows.design.center * from.center);
  Matrix design(rows.x.size(), p + q);
  design.leftCols(p) =
      (-sides.gradient - sides.u).asDiagonal() * rows.design.scale;
  design.rightCols(q) =
      Vector(s.array().exp()).asDiagonal() * rows.design.center;
  const Vector step = Regress(design, sides.u - sides.gradient, sides.weights);
  double length = 1;
  for (int halving = 0; halving < kHalvings; ++halving, length *= 0.5) {
    ConditionalFit to = FitOf(rows,
                              from.log_scale + length * step.head(p),
                              from.center + length * step.tail(q));
    if (to.misfit < from.misfit) return to;
  }
  ConditionalFit lost;
  lost.misfit = std::numeric_limits<double>::infinity();
  return lost;
}

}  // namespace

Vector Regress(const ConstMatrixRef& design,
               const ConstVectorRef& values,
               const ConstVectorRef& weights) {
  const Vector root = weights.cwiseSqrt();
  Matrix scaled = root.asDiagonal() * design;
  const Vector scale =
      scaled.colwise().norm().transpose().cwiseMax(kTiny).cwiseInverse();
  scaled *= scale.asDiagonal();
  Matrix gram = scaled.transpose() * scaled;
  gram.diagonal().array() += kRidge;
  const Vector right = scaled.transpose() * root.cwiseProduct(values);
  return scale.cwiseProduct(gram.llt().solve(right));
}

double ConditionalMisfit(const ConstVectorRef& u,
                         const ConstVectorRef& gradient,
                         const ConstVectorRef& weights) {
  double off = 0;
  double total = 0;
  for (Index i = 0; i < u.size(); ++i) {
    const double difference = gradient[i] - u[i];
    const double half = 0.5 * (gradient[i] * gradient[i] + u[i] * u[i]);
    off += weights[i] * difference * difference / (1 + half);
    total += weights[i] * half / (1 + half);
  }
  const double misfit = off / std::max(total, kTiny);
  return std::isfinite(misfit) ? misfit
                               : std::numeric_limits<double>::infinity();
}

ConditionalFit FitConditional(const ConstVectorRef& x,
                              const ConstVectorRef& g,
                              const ConstVectorRef& weights,
                              const ConditionalDesign& design,
                              int iterations,
                              int newton_steps) {
  const Rows rows = {x, g, weights, design};
  ConditionalFit fit = Alternate(rows, iterations);
  for (int step = 0;
       step < newton_steps && std::isfinite(fit.misfit) && fit.misfit > kExact;
       ++step) {
    ConditionalFit next = NewtonStep(rows, fit);
    const bool goes_on = next.misfit < kProgress * fit.misfit;
    if (next.misfit < fit.misfit) fit = std::move(next);
    if (!goes_on) break;
  }
  const double freedom =
      1 - static_cast<double>(design.scale.cols() + design.center.cols()) *
              weights.squaredNorm();
  fit.misfit /= std::max(freedom, kLeastFreedom);
  return fit;
}

}  // namespace ttflow
