#include "core/math/pareto_tail.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "core/foundation/check.h"

namespace ttflow {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr Index kLeastTail = 5;
constexpr double kPriorShape = 0.5;
constexpr double kPriorStrength = 10;  // observations
constexpr double kPriorScale = 3;      // of Zhang and Stephens' grid
// Largest weights that differ by less are equal.
constexpr double kEqualWeights = 1e-12;

}  // namespace

double GeneralizedParetoShape(const ConstVectorRef& exceedances) {
  const Index m = exceedances.size();
  TTFLOW_CHECK(m >= kLeastTail && exceedances[0] > 0);
  const double size = static_cast<double>(m);
  const double largest = exceedances[m - 1];
  const double quartile =
      exceedances[static_cast<Index>(std::floor(size / 4 + 0.5)) - 1];
  const auto num_points = static_cast<Index>(30 + std::floor(std::sqrt(size)));
  const auto shape_at = [&](double theta) {
    return (-theta * exceedances.array()).log1p().mean();
  };
  Vector theta(num_points);
  Vector log_likelihood(num_points);
  for (Index j = 0; j < num_points; ++j) {
    theta[j] = 1 / largest + (1 - std::sqrt(static_cast<double>(num_points) /
                                            (static_cast<double>(j) + 0.5))) /
                                 (kPriorScale * quartile);
    const double shape = shape_at(theta[j]);
    log_likelihood[j] = size * (std::log(-theta[j] / shape) - shape - 1);
    if (std::isnan(log_likelihood[j])) log_likelihood[j] = -kInfinity;
  }
  const Vector posterior =
      (log_likelihood.array() - log_likelihood.maxCoeff()).exp();
  return shape_at(posterior.dot(theta) / posterior.sum());
}

double ParetoTailIndex(const ConstVectorRef& log_weights) {
  const Index n = log_weights.size();
  const double count = static_cast<double>(n);
  const auto tail = static_cast<Index>(
      std::ceil(std::min(0.2 * count, 3 * std::sqrt(count))));
  if (n < 5 * kLeastTail) return kInfinity;
  for (const double value : log_weights) {
    if (std::isnan(value) || value == kInfinity) return kInfinity;
  }
  std::vector<double> largest(log_weights.begin(), log_weights.end());
  std::partial_sort(largest.begin(),
                    largest.begin() + tail + 1,
                    largest.end(),
                    std::greater<>());
  const double top = largest.front();
  if (top == -kInfinity) return kInfinity;
  const double cutoff = std::exp(largest[static_cast<std::size_t>(tail)] - top);
  if (1 - cutoff <= kEqualWeights) return 0;
  Vector exceedances(tail);
  Index size = 0;
  for (Index i = tail - 1; i >= 0; --i) {
    const double excess =
        std::exp(largest[static_cast<std::size_t>(i)] - top) - cutoff;
    if (excess > 0) exceedances[size++] = excess;
  }
  if (size < kLeastTail) return kInfinity;
  const double shape = GeneralizedParetoShape(exceedances.head(size));
  const double m = static_cast<double>(size);
  return (m * shape + kPriorStrength * kPriorShape) / (m + kPriorStrength);
}

}  // namespace ttflow
