#include "core/coordinates/separation.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "core/foundation/check.h"

namespace ttflow {
namespace {

// Functions of one coordinate: square, cube, and sines and cosines of a period
// half as long again as its range (the Fourier extension). The linear one is
// part of the head.
constexpr Index kNumFunctions = 8;
constexpr Index kNumWaves = 3;
constexpr double kOutside = 0.004;  // share of points beyond each end
// Powers go on linearly beyond this multiple of the half range.
constexpr double kPowerRange = 4;
constexpr double kRidge = 1e-9;           // of the moments' mean diagonal
constexpr double kFunctionRidge = 1e-10;  // the same of the functions' moments
// Coordinates of one task.
constexpr Index kBlock = 4;

// Half range and middle of the values between the outer quantiles.
struct Range {
  double middle = 0;
  double half = 1;
};

Range RangeOf(const ConstVectorRef& u) {
  std::vector<double> values(u.begin(), u.end());
  const auto size = static_cast<std::ptrdiff_t>(values.size());
  const auto skip =
      static_cast<std::ptrdiff_t>(kOutside * static_cast<double>(size));
  std::nth_element(values.begin(), values.begin() + skip, values.end());
  const double lower = values[static_cast<std::size_t>(skip)];
  std::nth_element(
      values.begin() + skip, values.end() - 1 - skip, values.end());
  const double upper = values[static_cast<std::size_t>(size - 1 - skip)];
  Range range{0.5 * (lower + upper), 0.5 * (upper - lower)};
  if (!(range.half > 0)) range.half = 1;
  return range;
}

// Values and d/du of the functions at the points, [n, kNumFunctions] each.
void EvaluateFunctions(const ConstVectorRef& u,
                       MatrixRef value,
                       MatrixRef slope) {
  const Range range = RangeOf(u);
  const double inverse_half = 1 / range.half;
  const double frequency = std::numbers::pi / 1.5;
  for (Index i = 0; i < u.size(); ++i) {
    const double x = (u[i] - range.middle) * inverse_half;
    const double p = std::clamp(x, -kPowerRange, kPowerRange);
    const double beyond_p = x - p;
    value(i, 0) = p * p + 2 * p * beyond_p;
    slope(i, 0) = 2 * p * inverse_half;
    value(i, 1) = p * p * p + 3 * p * p * beyond_p;
    slope(i, 1) = 3 * p * p * inverse_half;
    const double z = std::clamp(x, -1.0, 1.0);
    const double beyond = x - z;
    const double s1 = std::sin(frequency * z);
    const double c1 = std::cos(frequency * z);
    double s = s1, c = c1;
    for (Index j = 0; j < kNumWaves; ++j) {
      const double w = frequency * static_cast<double>(j + 1);
      value(i, 2 + 2 * j) = s + w * c * beyond;
      slope(i, 2 + 2 * j) = w * c * inverse_half;
      value(i, 3 + 2 * j) = c - w * s * beyond;
      slope(i, 3 + 2 * j) = -w * s * inverse_half;
      const double next = s * c1 + c * s1;
      c = c * c1 - s * s1;
      s = next;
    }
  }
}

}  // namespace

SeparationProblem::SeparationProblem(ScoredPoints points)
    : points_(std::move(points)) {
  TTFLOW_CHECK(points_.weights.size() > 0);
  const Vector& w = points_.weights;
  const Index d = dimension();
  mean_ = points_.x.transpose() * w;
  points_.x.rowwise() -= mean_.transpose();
  const Vector mean_gradient = points_.gradient.transpose() * w;
  points_.gradient.rowwise() -= mean_gradient.transpose();
  weighted_x_ = w.asDiagonal() * points_.x;
  Matrix moment = weighted_x_.transpose() * points_.x;
  moment.diagonal() +=
      kRidge * moment.diagonal() +
      Vector::Constant(
          d, std::max(kRidge * kRidge * moment.diagonal().maxCoeff(), 1e-300));
  inverse_moment_ =
      Eigen::LLT<Matrix>(moment).solve(Matrix::Identity(d, d)).eval();
  linear_ = inverse_moment_ * (weighted_x_.transpose() * points_.gradient);
  rest_ = points_.gradient - points_.x * linear_;
  rest_on_x_ = weighted_x_.transpose() * rest_;
  covariance_g_ =
      points_.gradient.transpose() * (w.asDiagonal() * points_.gradient);
  freedom_ = 1 - static_cast<double>(d + kNumFunctions) * w.squaredNorm();
}

bool SeparationProblem::is_determined() const {
  return freedom_ > 1.0 / 3 && linear_.allFinite() && covariance_g_.allFinite();
}

void SeparationProblem::SeparateBlock(const Matrix& rotation,
                                      Index begin,
                                      Index end,
                                      Separation& out) const {
  const Index n = points_.x.rows();
  const Index d = dimension();
  const Index size = end - begin;
  const Vector& w = points_.weights;
  const Matrix axes = rotation.middleRows(begin, size).transpose();
  out.u.middleCols(begin, size).noalias() = points_.x * axes;
  Matrix value(n, size * kNumFunctions);
  Matrix slope(n, size * kNumFunctions);
  for (Index k = 0; k < size; ++k) {
    const Index first = k * kNumFunctions;
    EvaluateFunctions(out.u.col(begin + k),
                      value.middleCols(first, kNumFunctions),
                      slope.middleCols(first, kNumFunctions));
  }
  value.rowwise() -= (w.transpose() * value).eval();
  // The functions' regressions on all coordinates are taken off.
  const Matrix on_x = weighted_x_.transpose() * value;
  const Matrix linear = inverse_moment_ * on_x;
  const Matrix rest = rest_ * axes;
  Matrix taken_off(d, size);
  for (Index k = 0; k < size; ++k) {
    const Index first = k * kNumFunctions;
    const auto f = value.middleCols(first, kNumFunctions);
    const Matrix weighted = w.asDiagonal() * f;
    Matrix moment = f.transpose() * weighted -
                    on_x.middleCols(first, kNumFunctions).transpose() *
                        linear.middleCols(first, kNumFunctions);
    moment.diagonal().array() += std::max(
        kFunctionRidge * moment.trace() / static_cast<double>(kNumFunctions),
        1e-300);
    const Vector coefficients = moment.ldlt().solve(
        weighted.transpose() * rest.col(k) -
        linear.middleCols(first, kNumFunctions).transpose() *
            (rest_on_x_ * axes.col(k)));
    taken_off.col(k) = linear.middleCols(first, kNumFunctions) * coefficients;
    out.function.col(begin + k).noalias() = f * coefficients;
    auto derivative = out.slope.col(begin + k);
    derivative.noalias() =
        slope.middleCols(first, kNumFunctions) * coefficients;
    derivative.array() -= w.dot(derivative);
  }
  auto function = out.function.middleCols(begin, size);
  function.noalias() -= points_.x * taken_off;
  out.r.middleCols(begin, size) = rest - function;
  // In u: head_k = Q (linear regression of g_k).
  out.head.middleRows(begin, size).noalias() =
      (rotation * (linear_ * axes - taken_off)).transpose();
  for (Index k = 0; k < size; ++k) {
    const double variance = axes.col(k).dot(covariance_g_ * axes.col(k));
    out.nonlinearity[begin + k] =
        w.dot(function.col(k).cwiseAbs2()) / std::max(variance, 1e-300);
  }
}

Separation SeparationProblem::Separate(const Matrix& rotation,
                                       const Executor& executor) const {
  const Index n = points_.x.rows();
  const Index d = dimension();
  Separation out;
  out.u.resize(n, d);
  out.r.resize(n, d);
  out.function.resize(n, d);
  out.slope.resize(n, d);
  out.head.resize(d, d);
  out.nonlinearity.resize(d);
  executor.ForEach((d + kBlock - 1) / kBlock, [&](Index b) {
    SeparateBlock(rotation, b * kBlock, std::min(d, (b + 1) * kBlock), out);
  });
  const double total = covariance_g_.trace();
  const double left = points_.weights.dot(out.r.rowwise().squaredNorm());
  out.residual = total > 0 ? left / (total * std::max(freedom_, 0.1)) : 0.0;
  return out;
}

Matrix SeparationProblem::NewtonStep(const Separation& separation,
                                     const Executor& executor) const {
  const Index d = dimension();
  const Vector& w = points_.weights;
  const Matrix weighted_r = w.asDiagonal() * separation.r;
  const Matrix weighted_r_slope = weighted_r.cwiseProduct(separation.slope);
  // gradient(k, j) = E r_k (function_j - slope_k u_j): what mixing a little of
  // coordinate j into coordinate k changes.
  Matrix gradient(d, d);
  executor.ForEach((d + kBlock - 1) / kBlock, [&](Index b) {
    const Index begin = b * kBlock;
    const Index size = std::min(kBlock, d - begin);
    gradient.middleCols(begin, size).noalias() =
        weighted_r.transpose() * separation.function.middleCols(begin, size);
    gradient.middleCols(begin, size).noalias() -=
        weighted_r_slope.transpose() * separation.u.middleCols(begin, size);
  });
  const Vector function_moment =
      separation.function.cwiseAbs2().transpose() * w;
  const Vector slope_moment = separation.slope.cwiseAbs2().transpose() * w;
  const Vector u_moment = separation.u.cwiseAbs2().transpose() * w;
  // curvature(k, j) = E (function_j - slope_k u_j)^2.
  Matrix curvature = slope_moment * u_moment.transpose();
  curvature.rowwise() += function_moment.transpose();
  Matrix denominator = curvature + curvature.transpose();
  denominator.array() += std::max(1e-4 * denominator.mean(), 1e-300);
  return (gradient.transpose() - gradient).cwiseQuotient(denominator);
}

}  // namespace ttflow
