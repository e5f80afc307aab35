// LocalFunctions: a few polynomials and cubic bumps, the raw functions of the
// spline and wavelet families on the reference interval [-4, 4].

#ifndef TTFLOW_CORE_BASIS_LOCAL_FUNCTIONS_H_
#define TTFLOW_CORE_BASIS_LOCAL_FUNCTIONS_H_

#include <vector>

#include "core/basis/raw_functions.h"
#include "core/foundation/types.h"

namespace ttflow {

// The cubic B-spline on five equally spaced knots, moved and stretched:
//   B((u - center) / width),  B(x) = [(2 - |x|)_+^3 - 4 (1 - |x|)_+^3] / 6,
// twice continuously differentiable, zero beyond 2 widths, 2/3 at the centre.
struct Bump {
  double center = 0;
  double width = 1;  // the distance of its knots
};

// P_0(u/4), ..., P_{num_polynomials - 1}(u/4), then the bumps.
struct LocalFunctions {
  Index num_polynomials = 1;  // from 1
  std::vector<Bump> bumps;

  Index size() const {
    return num_polynomials + static_cast<Index>(bumps.size());
  }
};

// Computes values and derivatives at u [n] in [-4, 4].
//
// Shapes: each output [n, size()], or null to skip it.
void EvaluateLocal(const LocalFunctions& functions,
                   const ConstVectorRef& u,
                   MatrixRef* values,
                   MatrixRef* first,
                   MatrixRef* second);

// Computes the derivatives of an order other than 3 [n, size()] at u [n],
// between the knots for orders from 4.
ExtendedMatrix LocalDerivatives(const LocalFunctions& functions,
                                int order,
                                const ExtendedVector& u);

}  // namespace ttflow

#endif  // TTFLOW_CORE_BASIS_LOCAL_FUNCTIONS_H_
