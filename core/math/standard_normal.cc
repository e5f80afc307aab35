#include "core/math/standard_normal.h"

#include <cmath>
#include <limits>
#include <numbers>

namespace ttflow {

double StandardNormalCdf(double x) {
  return 0.5 * std::erfc(-x / std::numbers::sqrt2);
}

double StandardNormalQuantile(double probability) {
  if (!(probability >= 0 && probability <= 1)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (probability == 0) return -std::numeric_limits<double>::infinity();
  if (probability == 1) return std::numeric_limits<double>::infinity();
  if (probability > 0.5) return -StandardNormalQuantile(1 - probability);
  // A rational start (Abramowitz and Stegun 26.2.23), then Newton's method on
  // log P, which is concave and nearly quadratic in the tail.
  const double s = std::sqrt(-2 * std::log(probability));
  double x = -(s - (2.515517 + s * (0.802853 + s * 0.010328)) /
                       (1 + s * (1.432788 + s * (0.189269 + s * 0.001308))));
  const double target = std::log(probability);
  for (int iteration = 0; iteration < 20; ++iteration) {
    const double cdf = StandardNormalCdf(x);
    const double hazard = std::exp(-0.5 * x * x - kHalfLogTwoPi) / cdf;
    const double step = (std::log(cdf) - target) / hazard;
    x -= step;
    if (std::abs(step) < 1e-15 * (1 + std::abs(x))) break;
  }
  return x;
}

}  // namespace ttflow
