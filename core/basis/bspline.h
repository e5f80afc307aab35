// Raw functions of the cubic B-spline family on the reference interval [-4, 4].

#ifndef TTFLOW_CORE_BASIS_BSPLINE_H_
#define TTFLOW_CORE_BASIS_BSPLINE_H_

#include "core/basis/local_functions.h"
#include "core/foundation/types.h"

namespace ttflow {

// Returns the number of equal cells of [-4, 4] on whose knots the splines of
// `size` functions live: size - 3, and 1 for the polynomials of smaller sizes.
Index BSplineCells(Index size);

// Returns the raw functions of a size: they span all cubic splines, twice
// continuously differentiable, on BSplineCells(size) equal cells.
//
// size >= 4: the constant and all size B-splines that are not zero on [-4, 4]
// but the leftmost, which is one less the others. size < 4: 1, u, u^2, the
// first `size` of them (as Legendre polynomials).
//
// A space contains another where its number of cells is a multiple of the
// other's, and all contain those of 4 functions and fewer: 3, 4, 6 and 12 are
// nested, 12 and 20 are not.
LocalFunctions BSplineFunctions(Index size);

}  // namespace ttflow

#endif  // TTFLOW_CORE_BASIS_BSPLINE_H_
