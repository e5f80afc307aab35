#include "core/particles/weights.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/foundation/check.h"

namespace ttflow {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Largest finite element; -inf where there is none.
double LargestFinite(const ConstVectorRef& values) {
  double largest = -kInfinity;
  for (Index i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) largest = std::max(largest, values[i]);
  }
  return largest;
}

}  // namespace

Vector NormalizedWeights(const ConstVectorRef& log_weight) {
  const Index size = log_weight.size();
  Vector weights = Vector::Zero(size);
  const double largest = LargestFinite(log_weight);
  if (largest == -kInfinity) return weights;
  double sum = 0;
  for (Index i = 0; i < size; ++i) {
    if (!std::isfinite(log_weight[i])) continue;
    weights[i] = std::exp(log_weight[i] - largest);
    sum += weights[i];
  }
  return weights / sum;
}

double WeightEssFraction(const ConstVectorRef& log_weight) {
  if (log_weight.size() == 0) return 0;
  const double sum_of_squares = NormalizedWeights(log_weight).squaredNorm();
  if (sum_of_squares == 0) return 0;
  return std::min(
      1.0, 1 / (static_cast<double>(log_weight.size()) * sum_of_squares));
}

double ConditionalEss(const ConstVectorRef& weights,
                      const ConstVectorRef& log_increment) {
  TTFLOW_CHECK(weights.size() == log_increment.size());
  double largest = -kInfinity;
  for (Index i = 0; i < weights.size(); ++i) {
    if (weights[i] > 0 && std::isfinite(log_increment[i])) {
      largest = std::max(largest, log_increment[i]);
    }
  }
  if (largest == -kInfinity) return 0;
  double first = 0;
  double second = 0;
  for (Index i = 0; i < weights.size(); ++i) {
    if (!(weights[i] > 0) || !std::isfinite(log_increment[i])) continue;
    const double u = std::exp(log_increment[i] - largest);
    first += weights[i] * u;
    second += weights[i] * u * u;
  }
  return std::min(1.0, first * first / second);
}

double LargestStep(const ConstVectorRef& weights,
                   const ConstVectorRef& slope,
                   double wanted,
                   double limit) {
  TTFLOW_CHECK(weights.size() == slope.size());
  // The survivors alone, packed: the loop below is then vector code without
  // infinities.
  std::vector<Index> alive;
  double lowest = kInfinity;
  double mass = 0;
  for (Index i = 0; i < weights.size(); ++i) {
    if (!(weights[i] > 0) || !std::isfinite(slope[i])) continue;
    alive.push_back(i);
    lowest = std::min(lowest, slope[i]);
    mass += weights[i];
  }
  if (alive.empty() || !(limit > 0)) return 0;
  const Vector alive_weight = weights(alive);
  const Vector alive_slope = slope(alive).array() - lowest;

  Vector u(alive_slope.size());
  const auto keeps = [&](double dt) {
    u = (-dt * alive_slope.array()).exp();
    const double first = alive_weight.dot(u);
    const double second = (alive_weight.array() * u.array().square()).sum();
    return first * first >= wanted * mass * second;
  };
  if (keeps(limit)) return limit;
  double low = 0;
  double high = limit;
  while (high - low > 1e-12 * high) {
    const double middle = low + 0.5 * (high - low);
    if (middle <= low || middle >= high) break;
    (keeps(middle) ? low : high) = middle;
  }
  return low;
}

}  // namespace ttflow
