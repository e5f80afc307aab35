// Triangular map: coordinates whose centre and scale depend on other ones, made
// standard.

#ifndef TTFLOW_CORE_COORDINATES_TRIANGULAR_MAP_H_
#define TTFLOW_CORE_COORDINATES_TRIANGULAR_MAP_H_

#include <vector>

#include "core/foundation/types.h"
#include "core/math/natural_spline.h"

namespace ttflow {

// y_j = exp(s(v)) (x_j - m), v = x_driver and
//
//   m = sum_l offset_l B_l(v) + offset_K t(v)^2
//       + sum_p x_parent(p) sum_l slope_lp B_l(v),
//
// s = sum_l log_scale_l B_l(v), B the K natural splines on the knots. A normal
// conditional p(x_j | rest) of this centre and of precision exp(2 s) becomes
// N(0, 1).
struct TriangularStep {
  Index coordinate = 0;        // j
  Index driver = 0;            // not j
  Vector knots;                // [K]
  Vector log_scale;            // [K]
  Vector offset;               // [K + 1]
  std::vector<Index> parents;  // others than j and the driver
  Matrix slope;                // [K, parents]
};

// What a step is at one point.
struct TriangularValue {
  double log_scale = 0;        // s
  double log_scale_slope = 0;  // ds/dv
  double center = 0;           // m
  double center_slope = 0;     // dm/dv
  Vector parent_slope;         // dm/dx_parent, [parents]
};

// y = T(x), a bijection of R^d. A value type.
//
// Steps are in the order in which coordinates were eliminated: a step depends
// on coordinates that no earlier step and not itself changed, so it may be read
// at x throughout, and is undone from the last to the first.
// Source: Rosenblatt (1952) and Knothe (1957) for the form; docs/method.md.
class TriangularMap {
 public:
  // CHECK-fails unless AreTriangular(dimension, steps).
  TriangularMap(Index dimension, std::vector<TriangularStep> steps);

  // Whether sizes agree, knots increase, numbers are finite, no coordinate is
  // changed twice, and no step depends on one that was changed before.
  static bool AreTriangular(Index dimension,
                            const std::vector<TriangularStep>& steps);

  Index dimension() const { return dimension_; }
  const std::vector<TriangularStep>& steps() const { return steps_; }

  // x [N, d] -> y [N, d], and back; each the other's inverse to rounding.
  Matrix Apply(const ConstMatrixRef& x) const;
  Matrix Invert(const ConstMatrixRef& y) const;
  // log |det dT/dx| at x [N, d], [N].
  Vector LogDeterminant(const ConstMatrixRef& x) const;

  // Of an energy f, the density exp(-f) carried along: turns grad f(x) [N, d]
  // into the gradient in y of f(x(y)) + log |det dT/dx|, and back. x [N, d].
  Matrix GradientForward(const ConstMatrixRef& x,
                         const ConstMatrixRef& gradient) const;
  Matrix GradientBack(const ConstMatrixRef& x,
                      const ConstMatrixRef& gradient) const;

 private:
  Index dimension_;
  std::vector<TriangularStep> steps_;
  std::vector<NaturalSpline> splines_;  // of each step
};

// One step alone: its value at point `x` [d] given the spline on its knots.
TriangularValue EvaluateStep(const TriangularStep& step,
                             const NaturalSpline& spline,
                             const Eigen::Ref<const Eigen::RowVectorXd>& x);

// Turns gradients [N, d] at x [N, d] by one step, in place.
void StepGradientForward(const TriangularStep& step,
                         const NaturalSpline& spline,
                         const ConstMatrixRef& x,
                         Matrix& gradient);

}  // namespace ttflow

#endif  // TTFLOW_CORE_COORDINATES_TRIANGULAR_MAP_H_
