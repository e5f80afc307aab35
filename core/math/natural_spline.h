// Natural spline: cubic between a few knots, linear beyond them.

#ifndef TTFLOW_CORE_MATH_NATURAL_SPLINE_H_
#define TTFLOW_CORE_MATH_NATURAL_SPLINE_H_

#include "core/foundation/types.h"

namespace ttflow {

// The natural cubic splines on K >= 3 increasing knots, in K functions of
// t = (v - first knot) / (last - first): 1, t, and K - 2 pieces. What is fitted
// in them continues along its tangents.
//
// Source: Hastie, Tibshirani and Friedman (2009), The Elements of Statistical
// Learning, (5.4).
class NaturalSpline {
 public:
  // CHECK-fails unless the knots [K] increase.
  explicit NaturalSpline(Vector knots);

  Index size() const { return knots_.size(); }
  const Vector& knots() const { return knots_; }
  // t, the place of v in units of the knots' range.
  double Unit(double v) const {
    return (v - knots_[0]) / (knots_[knots_.size() - 1] - knots_[0]);
  }
  double unit_slope() const {
    return 1 / (knots_[knots_.size() - 1] - knots_[0]);
  }

  // Values of the functions at `v`, [K].
  Vector Values(double v) const;
  // Their derivatives in v, [K].
  Vector Slopes(double v) const;

 private:
  Vector knots_;
  Vector units_;  // the knots as t
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_MATH_NATURAL_SPLINE_H_
