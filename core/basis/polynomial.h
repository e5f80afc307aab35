// Raw functions of the polynomial families on the reference interval [-4, 4].

#ifndef TTFLOW_CORE_BASIS_POLYNOMIAL_H_
#define TTFLOW_CORE_BASIS_POLYNOMIAL_H_

#include <vector>

#include "core/basis/basis.h"
#include "core/basis/raw_functions.h"
#include "core/foundation/types.h"

namespace ttflow {

// Computes values and derivatives of P_0(u/4), P_1(u/4), ... (kLegendre) or
// T_0(u/4), T_1(u/4), ... (kChebyshev) at u [n] in [-4, 4], by three-term
// recurrences that are stable there.
//
// Shapes: each output [n, m], or null to skip it.
void EvaluatePolynomials(BasisFamily family,
                         const ConstVectorRef& u,
                         MatrixRef* values,
                         MatrixRef* first,
                         MatrixRef* second);

// Computes the derivatives of any order with respect to u of the first `size`
// polynomials [n, size] at u [n], in extended precision. At u = 4 they are the
// largest over the interval.
ExtendedMatrix PolynomialDerivatives(BasisFamily family,
                                     Index size,
                                     int order,
                                     const ExtendedVector& u);

}  // namespace ttflow

#endif  // TTFLOW_CORE_BASIS_POLYNOMIAL_H_
