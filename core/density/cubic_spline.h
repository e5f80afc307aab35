// Cubic spline: clamped uniform cubic B-splines of a fixed number.

#ifndef TTFLOW_CORE_DENSITY_CUBIC_SPLINE_H_
#define TTFLOW_CORE_DENSITY_CUBIC_SPLINE_H_

#include <array>

#include "core/foundation/types.h"

namespace ttflow {

// The 16 cubic B-splines on 13 equal intervals of [lower, upper], the end knots
// fourfold: non-negative, of sum one, and the first (last) is one at the lower
// (upper) end.
//
// Source: de Boor (1978), A Practical Guide to Splines, ch. X.
class CubicSpline {
 public:
  static constexpr Index kSize = 16;
  using Row = Eigen::Matrix<double, 1, kSize>;

  // Requires lower < upper.
  CubicSpline(double lower, double upper);

  // Values of all splines at u [kSize]; outside of the interval those of its
  // nearer end. No more than four are not zero.
  Row Evaluate(double u) const;

 private:
  static constexpr Index kNumKnots = kSize + 4;

  double lower_;
  double upper_;
  std::array<double, kNumKnots> knots_{};
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_DENSITY_CUBIC_SPLINE_H_
