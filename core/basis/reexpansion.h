// Re-expansion: coefficients in one basis carried over to another.

#ifndef TTFLOW_CORE_BASIS_REEXPANSION_H_
#define TTFLOW_CORE_BASIS_REEXPANSION_H_

#include "core/basis/basis.h"
#include "core/foundation/types.h"

namespace ttflow {

// Computes P [m_to, m_from] such that sum_i (P c)_i b_to,i is the best
// approximation of sum_j c_j b_from,j in the H2 norm of the reference interval
// to which the interval of `to` is mapped: for an orthonormal basis, the inner
// products.
//
// For intervals that change between stages: a train keeps its ranks when
// coordinate k is transformed by P (TransformCoordinate of
// tensor_train/arithmetic.h). Exact where the span of `from`, restricted to the
// interval of `to`, lies in the span of `to`; the constant always is.
Matrix ReexpansionMatrix(const BasisSpec& from, const BasisSpec& to);

// Returns whether the functions of a family of size `small` are combinations of
// those of size `large` >= small on the same interval: always but for splines
// whose cells do not divide each other.
bool IsNested(BasisFamily family, Index small, Index large);

}  // namespace ttflow

#endif  // TTFLOW_CORE_BASIS_REEXPANSION_H_
