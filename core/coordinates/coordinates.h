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

// A value type; A is diagonal where `matrix` is empty.
struct Coordinates {
  Vector center;  // mu [d]
  Vector scale;   // [d], positive; A = diag(scale) or matrix * diag(scale)
  Matrix
      matrix;  // [d, d] orthogonal columns, or [0, 0] for diagonal coordinates

  Index dimension() const { return center.size(); }
  bool is_diagonal() const { return matrix.size() == 0; }

  // x [N, d] -> u [N, d].
  Matrix ToLocal(const ConstMatrixRef& x) const;
  // u [N, d] -> x [N, d]; the inverse of ToLocal to rounding.
  Matrix ToGlobal(const ConstMatrixRef& u) const;
  // Gradients: grad_x f [N, d] -> grad_u f = A^T grad_x f [N, d].
  Matrix GradientToLocal(const ConstMatrixRef& gradient) const;
};

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
