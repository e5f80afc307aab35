// FastICA: a rotation in which components are independent, roughly.

#ifndef TTFLOW_CORE_COORDINATES_FAST_ICA_H_
#define TTFLOW_CORE_COORDINATES_FAST_ICA_H_

#include <optional>

#include "core/foundation/random.h"
#include "core/foundation/types.h"

namespace ttflow {

// Whitens the values, iterates the symmetric fixed point with tanh (at most 40
// times, to 1e-3) and returns the rotation nearest to the unmixing matrix, rows
// as axes [d, d]; none where the covariance is singular. A start for a better
// criterion: its own error is that of sampling.
//
// Shapes: values [N, d]; weights [N], sum 1.
// Source: Hyvarinen (1999).
std::optional<Matrix> FastIcaRotation(const ConstMatrixRef& values,
                                      const ConstVectorRef& weights,
                                      RandomStream random);

// A rotation distributed uniformly, [d, d].
Matrix RandomRotation(Index dimension, RandomStream random);

}  // namespace ttflow

#endif  // TTFLOW_CORE_COORDINATES_FAST_ICA_H_
