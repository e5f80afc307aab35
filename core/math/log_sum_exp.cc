#include "core/math/log_sum_exp.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ttflow {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The largest element; NaN if there is one, -inf if x is empty.
double Largest(const ConstVectorRef& x) {
  if (x.size() == 0) return -kInfinity;
  return x.maxCoeff<Eigen::PropagateNaN>();
}

}  // namespace

double LogSumExp(const ConstVectorRef& x) {
  const double largest = Largest(x);
  if (!std::isfinite(largest)) return largest;
  // Summed over an owned buffer: the order of a vectorised sum depends on the
  // alignment of its first element.
  const Vector terms = (x.array() - largest).exp();
  return largest + std::log(terms.sum());
}

double LogAddExp(double a, double b) {
  const double largest = std::max(a, b);
  if (largest == -kInfinity) return largest;
  return largest + std::log1p(std::exp(-std::abs(a - b)));
}

double LogMeanExp(const ConstVectorRef& x) {
  if (x.size() == 0) return std::numeric_limits<double>::quiet_NaN();
  return LogSumExp(x) - std::log(static_cast<double>(x.size()));
}

Vector NormalizedExp(const ConstVectorRef& x) {
  const double largest = Largest(x);
  if (largest == -kInfinity) return Vector::Zero(x.size());
  if (!std::isfinite(largest)) {
    return Vector::Constant(x.size(), std::numeric_limits<double>::quiet_NaN());
  }
  Vector weights = (x.array() - largest).exp();
  weights /= weights.sum();
  return weights;
}

}  // namespace ttflow
