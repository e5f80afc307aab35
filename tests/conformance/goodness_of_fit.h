// Goodness of fit: thresholds with a stated false alarm, valid for every sample
// size, for tests of random code.

#ifndef TTFLOW_TESTS_CONFORMANCE_GOODNESS_OF_FIT_H_
#define TTFLOW_TESTS_CONFORMANCE_GOODNESS_OF_FIT_H_

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/foundation/types.h"

namespace ttflow {

// Every random check of a kit fails a correct implementation with at most this
// probability (seeds are fixed, so a check that passes keeps passing).
inline constexpr double kFalseAlarm = 1e-6;
// Two-sided normal quantile of kFalseAlarm.
inline constexpr double kFalseAlarmZ = 4.8916;

// Returns sup_x |F_n(x) - F(x)| of a sample [n] against a continuous cdf.
inline double KolmogorovSmirnovDistance(
    const ConstVectorRef& sample, const std::function<double(double)>& cdf) {
  Vector sorted = sample;
  std::sort(sorted.begin(), sorted.end());
  const double n = static_cast<double>(sorted.size());
  double distance = 0;
  for (Index i = 0; i < sorted.size(); ++i) {
    const double f = cdf(sorted[i]);
    distance = std::max({distance,
                         f - static_cast<double>(i) / n,
                         static_cast<double>(i + 1) / n - f});
  }
  return distance;
}

// Returns what that distance exceeds with probability at most `false_alarm`
// (Dvoretzky, Kiefer, Wolfowitz; Massart 1990).
inline double KolmogorovSmirnovBound(Index n,
                                     double false_alarm = kFalseAlarm) {
  return std::sqrt(std::log(2 / false_alarm) / (2 * static_cast<double>(n)));
}

// Returns what a chi-squared variable exceeds with probability at most
// `false_alarm` (Laurent and Massart 2000).
inline double ChiSquaredBound(double degrees_of_freedom,
                              double false_alarm = kFalseAlarm) {
  const double x = -std::log(false_alarm);
  return degrees_of_freedom + 2 * std::sqrt(degrees_of_freedom * x) + 2 * x;
}

// Returns (mean - expected) / standard error of independent values [n].
inline double ZScore(const ConstVectorRef& values, double expected) {
  const double n = static_cast<double>(values.size());
  const double mean = values.mean();
  const double variance = (values.array() - mean).square().sum() / (n - 1);
  return (mean - expected) / std::sqrt(variance / n);
}

}  // namespace ttflow

#endif  // TTFLOW_TESTS_CONFORMANCE_GOODNESS_OF_FIT_H_
