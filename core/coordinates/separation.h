// Separation: how far each component of a gradient is a function of its own
// coordinate, up to a linear map of all.

#ifndef TTFLOW_CORE_COORDINATES_SEPARATION_H_
#define TTFLOW_CORE_COORDINATES_SEPARATION_H_

#include "core/coordinates/scored_points.h"
#include "core/foundation/executor.h"
#include "core/foundation/types.h"

namespace ttflow {

// One rotation's regression. With u = Q (x - mean) and g = Q grad f, every g_k
// is split into phi_k(u_k) + head_k u + r_k, phi_k in a basis of powers and
// waves on the range of u_k.
struct Separation {
  double residual = 0;  // sum_k E r_k^2 / sum_k Var g_k, for lost freedom
                        // corrected
  Matrix u;             // [n, d]
  Matrix r;             // [n, d]
  Matrix function;      // phi_k less its linear regression on all u, [n, d]
  Matrix slope;         // phi_k' less its mean, [n, d]
  Matrix head;          // [d, d]
  Vector nonlinearity;  // E function_k^2 / Var g_k, [d]
};

// The data and all that does not depend on the rotation.
class SeparationProblem {
 public:
  // Takes usable points, weights as they are to be used. CHECK-fails without a
  // point.
  explicit SeparationProblem(ScoredPoints points);

  Index dimension() const { return points_.x.cols(); }
  const Vector& mean() const { return mean_; }
  const Vector& weights() const { return points_.weights; }
  // Centred positions and gradients, [n, d].
  const Matrix& position() const { return points_.x; }
  const Matrix& gradient() const { return points_.gradient; }
  // Whether there are enough points for the regressions to mean anything.
  bool is_determined() const;

  // Cost: some 30 n d^2 operations.
  Separation Separate(const Matrix& rotation, const Executor& executor) const;

  // Gauss-Newton step of the residual in skew generators, pairs of coordinates
  // taken as independent: rotation <- exp(step) rotation. [d, d]
  Matrix NewtonStep(const Separation& separation,
                    const Executor& executor) const;

 private:
  void SeparateBlock(const Matrix& rotation,
                     Index begin,
                     Index end,
                     Separation& out) const;

  ScoredPoints points_;    // centred
  Vector mean_;            // [d]
  Matrix weighted_x_;      // w_i x_i, [n, d]
  Matrix inverse_moment_;  // (E x x^T)^-1, [d, d]
  Matrix linear_;          // regression of gradients on positions, [d, d]
  Matrix rest_;            // gradients less it, [n, d]
  Matrix rest_on_x_;       // E x rest^T: zero but for the ridge, [d, d]
  Matrix covariance_g_;    // [d, d]
  double freedom_ = 1;     // share of the points that the unknowns leave
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_COORDINATES_SEPARATION_H_
