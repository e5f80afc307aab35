#include "core/energy/bounds.h"

#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/foundation/check.h"
#include "core/math/standard_normal.h"

namespace ttflow {
namespace {

enum class Side { kNeither, kLower, kUpper, kBoth };

Side SideOf(const Bounds& bounds) {
  const bool lower = std::isfinite(bounds.lower);
  const bool upper = std::isfinite(bounds.upper);
  if (lower && upper) return Side::kBoth;
  if (lower) return Side::kLower;
  return upper ? Side::kUpper : Side::kNeither;
}

double ToInterval(const Bounds& bounds, double y) {
  double x = y;
  switch (SideOf(bounds)) {
    case Side::kNeither:
      return y;
    case Side::kLower:
      x = bounds.lower + std::exp(y);
      break;
    case Side::kUpper:
      x = bounds.upper - std::exp(-y);
      break;
    case Side::kBoth: {
      // From the nearer end, where the tail probability is accurate.
      const double tail =
          (bounds.upper - bounds.lower) * StandardNormalCdf(-std::abs(y));
      x = y < 0 ? bounds.lower + tail : bounds.upper - tail;
      break;
    }
  }
  if (x <= bounds.lower) return std::nextafter(bounds.lower, bounds.upper);
  if (x >= bounds.upper && std::isfinite(bounds.upper)) {
    return std::nextafter(bounds.upper, bounds.lower);
  }
  return x;
}

// log dx/dy.
double LogSlope(const Bounds& bounds, double y) {
  switch (SideOf(bounds)) {
    case Side::kNeither:
      return 0;
    case Side::kLower:
      return y;
    case Side::kUpper:
      return -y;
    case Side::kBoth:
      return std::log(bounds.upper - bounds.lower) - y * y / 2 - kHalfLogTwoPi;
  }
  return 0;
}

// d/dy log dx/dy.
double LogSlopeSlope(const Bounds& bounds, double y) {
  switch (SideOf(bounds)) {
    case Side::kNeither:
      return 0;
    case Side::kLower:
      return 1;
    case Side::kUpper:
      return -1;
    case Side::kBoth:
      return -y;
  }
  return 0;
}

}  // namespace

void ValidateBounds(const std::vector<Bounds>& bounds,
                    Index dimension,
                    Violations& violations) {
  if (static_cast<Index>(bounds.size()) != dimension) {
    violations.Add("",
                   absl::StrCat("has ",
                                bounds.size(),
                                " entries; give 1 or ",
                                dimension,
                                ", one a coordinate"));
    return;
  }
  for (std::size_t k = 0; k < bounds.size(); ++k) {
    const auto& [lower, upper] = bounds[k];
    const std::string entry = absl::StrCat("[", k, "].");
    if (std::isnan(lower)) violations.Add(entry + "lower", "is not a number");
    if (std::isnan(upper)) violations.Add(entry + "upper", "is not a number");
    if (std::isnan(lower) || std::isnan(upper)) continue;
    if (!(lower < upper)) {
      violations.Add(
          entry + "lower",
          absl::StrCat("is ", lower, "; must be below upper = ", upper));
    } else if (std::isfinite(lower) && std::isfinite(upper) &&
               !(std::nextafter(std::nextafter(lower, upper), upper) < upper &&
                 std::isfinite(upper - lower))) {
      violations.Add(entry + "lower",
                     absl::StrCat("is ",
                                  lower,
                                  ", upper ",
                                  upper,
                                  ": the width between them must be a number "
                                  "that can be divided"));
    }
  }
}

BoxMap::BoxMap(std::vector<Bounds> bounds) : bounds_(std::move(bounds)) {
  Violations violations;
  ValidateBounds(bounds_, dimension(), violations);
  TTFLOW_CHECK(violations.empty());
}

Matrix BoxMap::ToBox(const ConstMatrixRef& y) const {
  Matrix x(y.rows(), y.cols());
  for (Index k = 0; k < dimension(); ++k) {
    const Bounds& bounds = bounds_[static_cast<std::size_t>(k)];
    x.col(k) =
        y.col(k).unaryExpr([&](double v) { return ToInterval(bounds, v); });
  }
  return x;
}

Vector BoxMap::LogJacobian(const ConstMatrixRef& y) const {
  Vector sum = Vector::Zero(y.rows());
  for (Index k = 0; k < dimension(); ++k) {
    const Bounds& bounds = bounds_[static_cast<std::size_t>(k)];
    sum += y.col(k).unaryExpr([&](double v) { return LogSlope(bounds, v); });
  }
  return sum;
}

void BoxMap::GradientFromBox(const ConstMatrixRef& y,
                             MatrixRef gradient) const {
  for (Index k = 0; k < dimension(); ++k) {
    const Bounds& bounds = bounds_[static_cast<std::size_t>(k)];
    if (SideOf(bounds) == Side::kNeither) continue;
    for (Index i = 0; i < y.rows(); ++i) {
      gradient(i, k) = gradient(i, k) * std::exp(LogSlope(bounds, y(i, k))) -
                       LogSlopeSlope(bounds, y(i, k));
    }
  }
}

}  // namespace ttflow
