// H2-orthonormal transforms of raw basis functions, computed once a process.

#ifndef TTFLOW_CORE_BASIS_H2_ORTHONORMAL_H_
#define TTFLOW_CORE_BASIS_H2_ORTHONORMAL_H_

#include "core/basis/basis.h"
#include "core/foundation/types.h"

namespace ttflow {

// Basis functions on the reference interval as combinations of raw ones:
// b = raw transform.
struct BasisTransform {
  // [raw size, m], m <= raw size. Column 0 is a multiple of the raw constant.
  Matrix transform;
  // Upper bounds of |b_j''(u)| over [-4, 4], [m].
  Vector second_derivative_bounds;
};

// Returns the transform of (family, size, orthonormal), from a process-wide
// cache.
//
// orthonormal: b_0 = 1/sqrt(8), the constant of unit H2 norm on [-4, 4]; the
// others are orthogonal to it and to each other in
//   (f, g) = int_{-4}^{4} f g + f' g' + f'' g'' du,
// with unit norm: eigenvectors of the scaled Gram matrix in descending order of
// the eigenvalue; those below 1e-11 of the largest are left out.
// Otherwise the identity.
//
// Threads: thread-safe; the reference stays valid to the end of the process.
const BasisTransform& GetBasisTransform(BasisFamily family,
                                        Index size,
                                        bool orthonormal);

// Returns the coefficients [size()] of the constant function 1 in the basis of
// `spec`: sqrt(8) first if orthonormal, else 1; zeros after it.
Vector ConstantCoefficients(const BasisSpec& spec);

}  // namespace ttflow

#endif  // TTFLOW_CORE_BASIS_H2_ORTHONORMAL_H_
