// Bounds of coordinates, and the map that takes them away.

#ifndef TTFLOW_CORE_ENERGY_BOUNDS_H_
#define TTFLOW_CORE_ENERGY_BOUNDS_H_

#include <limits>
#include <vector>

#include "core/foundation/types.h"
#include "core/foundation/violations.h"

namespace ttflow {

// The open interval that a coordinate lies in.
struct Bounds {
  double lower = -std::numeric_limits<double>::infinity();
  double upper = std::numeric_limits<double>::infinity();
  friend bool operator==(const Bounds&, const Bounds&) = default;
};

// Checks the bounds of d coordinates: as many as coordinates, no NaN, each
// lower one below its upper one, a finite width where both are finite. Adds
// every fault with the fields "[k].lower" and "[k].upper", or "" for the list.
void ValidateBounds(const std::vector<Bounds>& bounds,
                    Index dimension,
                    Violations& violations);

// A monotone bijection of R^d onto a box, one coordinate at a time:
//
//   both bounds  x = lower + (upper - lower) Phi(y), Phi the normal
//   distribution lower alone  x = lower + exp(y) upper alone  x = upper -
//   exp(-y) neither      x = y
//
// A uniform coordinate becomes a standard normal one, a log-normal one normal.
// Source: docs/method.md, section 1.
class BoxMap {
 public:
  // CHECK-fails where ValidateBounds finds a fault.
  explicit BoxMap(std::vector<Bounds> bounds);

  Index dimension() const { return static_cast<Index>(bounds_.size()); }

  // x(y), [N, d] -> [N, d]. Where rounding would meet a bound, the nearest
  // number inside; infinite where y is too far out.
  Matrix ToBox(const ConstMatrixRef& y) const;
  // log |det dx/dy| at y [N, d], [N].
  Vector LogJacobian(const ConstMatrixRef& y) const;
  // Turns gradients of f at x(y) into those in y of f(x(y)) - log |det dx/dy|,
  // in place; both [N, d].
  void GradientFromBox(const ConstMatrixRef& y, MatrixRef gradient) const;

 private:
  std::vector<Bounds> bounds_;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_ENERGY_BOUNDS_H_
