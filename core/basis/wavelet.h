// Raw functions of the wavelet family on the reference interval [-4, 4].

#ifndef TTFLOW_CORE_BASIS_WAVELET_H_
#define TTFLOW_CORE_BASIS_WAVELET_H_

#include <vector>

#include "core/basis/local_functions.h"
#include "core/foundation/types.h"

namespace ttflow {

// Returns the first `size` functions of a hierarchy that never ends: the
// polynomials of degree up to 4, then, level after level l = 1, 2, ..., the
// 2^(l-1) cubic bumps of width 8 / 2^l at the knots that level l adds, those
// nearest the middle first.
//
// Why these: the continuity equation needs second derivatives, so that the
// functions must be C2 (Haar and the short orthogonal wavelets are not);
// cubic splines are the smoothest choice of small support, and the levels make
// spaces nested for any two sizes. The polynomials carry what is wide, so that
// bumps have only the local rest to say; with five of them the complete sizes
// are 5, 6, 8, 12, 20, 36. Orthonormalised level by level (RawBlocks), the
// functions of a level are orthogonal to all coarser ones, that is
// semi-orthogonal spline wavelets with boundary functions, and stay local.
//
// Source: Chui and Wang, A general framework of compactly supported splines and
// wavelets, J. Approx. Theory 71 (1992), for the spaces; the levels are here
// orthogonalised in the inner product of the basis, in H2 by default.
LocalFunctions WaveletFunctions(Index size);

// Returns the ends of the levels among `size` functions, ascending: after the
// constant, after the polynomials, after every level; the last is size.
std::vector<Index> WaveletLevels(Index size);

}  // namespace ttflow

#endif  // TTFLOW_CORE_BASIS_WAVELET_H_
