// Raw functions of every family on the reference interval [-4, 4]: what
// orthonormal ones are combined from.

#ifndef TTFLOW_CORE_BASIS_RAW_FUNCTIONS_H_
#define TTFLOW_CORE_BASIS_RAW_FUNCTIONS_H_

#include <vector>

#include "core/basis/basis.h"
#include "core/foundation/types.h"

namespace ttflow {

// Inner products of raw functions are formed in extended precision: the Gram
// matrices of Fourier extensions are nearly singular.
using ExtendedReal = long double;
using ExtendedVector = Eigen::Matrix<ExtendedReal, Eigen::Dynamic, 1>;
using ExtendedMatrix =
    Eigen::Matrix<ExtendedReal, Eigen::Dynamic, Eigen::Dynamic>;

// Computes values and derivatives of the raw functions at u [n] in [-4, 4]. A
// NaN makes NaNs of all functions but the constant.
//
// Shapes: each output [n, m], or null to skip it.
void EvaluateRaw(BasisFamily family,
                 const ConstVectorRef& u,
                 MatrixRef* values,
                 MatrixRef* first,
                 MatrixRef* second);

// Computes the derivatives of an order of 0, 1, 2 or 4 of the first `size` raw
// functions [n, size] at u [n] in [-4, 4]. Fourth derivatives are those inside
// the smooth pieces.
ExtendedMatrix RawDerivatives(BasisFamily family,
                              Index size,
                              int order,
                              const ExtendedVector& u);

// Returns upper bounds of the sixth derivatives inside the smooth pieces
// [size].
ExtendedVector RawSixthDerivativeBounds(BasisFamily family, Index size);

// Returns -4, ..., 4, ascending: between neighbours every raw function is
// smooth, and a polynomial where there are more than two.
std::vector<double> RawBreakpoints(BasisFamily family, Index size);

// Returns the ends [first = 1, ..., size], ascending, of the blocks of
// functions after the constant that are orthonormalised one after the other:
// one block, or the levels of a wavelet.
std::vector<Index> RawBlocks(BasisFamily family, Index size);

}  // namespace ttflow

#endif  // TTFLOW_CORE_BASIS_RAW_FUNCTIONS_H_
