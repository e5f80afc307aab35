// Orthonormal transforms of raw basis functions, computed once a process.

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

// Returns the transform of a kind of basis, from a process-wide cache.
//
// orthonormal: b_0 = 1/sqrt(8), the constant of unit norm on [-4, 4]; the
// others are orthogonal to it and to each other, with unit norm, in
//   (f, g) = int_{-4}^{4} f g + f' g' + f'' g'' du   (kH2), or
//   (f, g) = int_{-4}^{4} f g du                     (kL2):
// eigenvectors of the scaled Gram matrix in descending order of the eigenvalue;
// those below 1e-11 of the largest are left out. The levels of a wavelet
// (RawBlocks) are made orthogonal to the coarser ones, one after the other, and
// orthonormal within themselves by the inverse square root of their Gram
// matrix, which keeps functions local.
// Otherwise the identity.
//
// Threads: thread-safe; the reference stays valid to the end of the process.
const BasisTransform& GetBasisTransform(
    BasisFamily family,
    Index size,
    bool orthonormal,
    InnerProduct inner_product = InnerProduct::kH2);

// Returns the coefficients [size()] of the constant function 1 in the basis of
// `spec`: sqrt(8) first if orthonormal, else 1; zeros after it.
Vector ConstantCoefficients(const BasisSpec& spec);

}  // namespace ttflow

#endif  // TTFLOW_CORE_BASIS_H2_ORTHONORMAL_H_
