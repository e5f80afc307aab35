#include "core/density/stretched_product.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "core/foundation/check.h"
#include "core/math/log_sum_exp.h"

namespace ttflow {
namespace {

// Beyond it sinh overflows.
constexpr double kLargest = 700;

double LogCosh(double v) {
  const double a = std::abs(v);
  return a + std::log1p(std::exp(-2 * a)) - std::numbers::ln2;
}

}  // namespace

StretchedProductDensity::StretchedProductDensity(
    StretchedProductParameters parameters)
    : parameters_(std::move(parameters)),
      log_determinant_(parameters_.coordinates.LogDeterminant()) {
  const Index d = dimension();
  TTFLOW_CHECK(d > 0 && parameters_.coordinates.dimension() == d &&
               parameters_.wide_mean.size() == d &&
               parameters_.wide_scale.size() == d);
  TTFLOW_CHECK(parameters_.wide_weight > 0 && parameters_.wide_weight < 1);
}

Matrix StretchedProductDensity::Sample(Index count,
                                       const RandomKey& key,
                                       const Executor& executor,
                                       Index first) const {
  Matrix u(count, dimension());
  executor.ForBlocks(count, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      RandomStream stream =
          key.Stream(Purpose::kBase, 0, static_cast<std::uint64_t>(first + i));
      const bool wide = stream.Uniform() < parameters_.wide_weight;
      for (Index k = 0; k < dimension(); ++k) {
        const double v =
            wide ? parameters_.wide_mean[k] +
                       parameters_.wide_scale[k] * stream.Normal()
                 : parameters_.marginals[k].Quantile(stream.Uniform());
        u(i, k) = std::sinh(std::clamp(v, -kLargest, kLargest));
      }
    }
  });
  return parameters_.coordinates.ToGlobal(u);
}

void StretchedProductDensity::LogDensity(const ConstMatrixRef& x,
                                         const Executor& executor,
                                         Vector& log_density,
                                         Matrix* score) const {
  const Index d = dimension();
  const Matrix v = Stretched(parameters_.coordinates, x);
  const double log_wide_weight =
      std::log(parameters_.wide_weight) -
      0.5 * static_cast<double>(d) * std::log(2 * std::numbers::pi) -
      parameters_.wide_scale.array().log().sum();
  const double log_weight = std::log1p(-parameters_.wide_weight);
  log_density.resize(x.rows());
  Matrix local_score;
  if (score != nullptr) local_score.resize(x.rows(), d);
  const auto evaluate = [&](Index i) {
    double log_product = log_weight;
    double log_wide = log_wide_weight;
    double log_stretch = 0;
    for (Index k = 0; k < d; ++k) {
      const Marginal& marginal = parameters_.marginals[k];
      log_product += marginal.LogDensity(marginal.Locate(v(i, k)));
      const double z =
          (v(i, k) - parameters_.wide_mean[k]) / parameters_.wide_scale[k];
      log_wide -= 0.5 * z * z;
      log_stretch += LogCosh(v(i, k));
    }
    const double log_sum = LogAddExp(log_product, log_wide);
    log_density[i] = log_sum - log_stretch - log_determinant_;
    if (score == nullptr) return;
    const double share = std::exp(log_product - log_sum);
    for (Index k = 0; k < d; ++k) {
      const Marginal& marginal = parameters_.marginals[k];
      const double scale = parameters_.wide_scale[k];
      const double slope =
          share * marginal.Score(marginal.Locate(v(i, k))) -
          (1 - share) * (v(i, k) - parameters_.wide_mean[k]) / (scale * scale);
      local_score(i, k) = (slope - std::tanh(v(i, k))) / std::cosh(v(i, k));
    }
  };
  executor.ForBlocks(x.rows(), [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) evaluate(i);
  });
  if (score != nullptr) {
    *score = parameters_.coordinates.GradientToGlobal(local_score);
  }
}

Matrix Stretched(const Coordinates& coordinates, const ConstMatrixRef& x) {
  return coordinates.ToLocal(x).unaryExpr(
      [](double u) { return std::asinh(u); });
}

Matrix StretchedGradient(const Coordinates& coordinates,
                         const ConstMatrixRef& v,
                         const ConstMatrixRef& gradient) {
  return coordinates.GradientToLocal(gradient).array() *
             v.array().unaryExpr([](double w) { return std::cosh(w); }) -
         v.array().tanh();
}

}  // namespace ttflow
