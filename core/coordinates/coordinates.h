// Coordinates: u = A^-1 (x - mu), shared by flow, densities and moves of a
// stage.
//
// In u a potential phi gives the field du/dt = grad_u phi, and the operator of
// the continuity equation is again a sum of one-dimensional ones,
// L = sum_k d_k^2 - (A^T grad_x f)_k d_k.

#ifndef TTFLOW_CORE_COORDINATES_COORDINATES_H_
#define TTFLOW_CORE_COORDINATES_COORDINATES_H_

#include "core/foundation/types.h"

namespace ttflow {

// A value type; A is diagonal where `matrix` is empty, a scaled rotation where
// only `inverse` is, and any invertible matrix where both are given.
struct Coordinates {
  Vector center;   // mu [d]
  Vector scale;    // [d], positive
  Matrix matrix;   // A = matrix diag(scale), [d, d]; [0, 0]: A = diag(scale)
  Matrix inverse;  // A^-1 = diag(1 / scale) inverse, [d, d]; [0, 0] where the
                   // columns of matrix are orthonormal (or A is diagonal)

  Index dimension() const { return center.size(); }
  bool is_diagonal() const { return matrix.size() == 0; }
  bool is_orthogonal() const { return inverse.size() == 0; }

  // x [N, d] -> u [N, d].
  Matrix ToLocal(const ConstMatrixRef& x) const;
  // u [N, d] -> x [N, d]; the inverse of ToLocal to rounding.
  Matrix ToGlobal(const ConstMatrixRef& u) const;
  // Gradients: grad_x f [N, d] -> grad_u f = A^T grad_x f [N, d].
  Matrix GradientToLocal(const ConstMatrixRef& gradient) const;
  // grad_u f [N, d] -> grad_x f = A^-T grad_u f [N, d].
  Matrix GradientToGlobal(const ConstMatrixRef& gradient) const;

  // log |det A|: a density of u has log p(x) = log p(u) - LogDeterminant().
  // Cost: O(d), O(d^3) where A is neither diagonal nor a scaled rotation.
  double LogDeterminant() const;
};

// Coordinates of any invertible A [d, d], `a_inverse` its inverse: columns of
// norm one in `matrix`, their lengths in `scale`. CHECK-fails where a column is
// zero or not finite.
Coordinates LinearCoordinates(Vector center,
                              const ConstMatrixRef& a,
                              const ConstMatrixRef& a_inverse);

// Coordinates u = R (x - center) / deviations of orthonormal rows R [d, d]:
// A = R^T diag(deviations), deviations [d] guarded against zero.
Coordinates RotatedCoordinates(Vector center,
                               const ConstMatrixRef& rotation,
                               const ConstVectorRef& deviations);

// Weighted mean and standard deviations of the particles; scales are at least
// 1e-12 of the largest. Shapes: x [N, d]; weights [N], sum 1.
Coordinates DiagonalCoordinates(const ConstMatrixRef& x,
                                const ConstVectorRef& weights);

// Principal axes of the weighted covariance, scaled to unit variance: whitened.
// Axes are ordered by variance and their signs fixed, so that they change
// smoothly from stage to stage.
Coordinates WhitenedCoordinates(const ConstMatrixRef& x,
                                const ConstVectorRef& weights);

}  // namespace ttflow

#endif  // TTFLOW_CORE_COORDINATES_COORDINATES_H_
