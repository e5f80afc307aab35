// The energy distance between two clouds of points.

#ifndef TTFLOW_CORE_MATH_ENERGY_DISTANCE_H_
#define TTFLOW_CORE_MATH_ENERGY_DISTANCE_H_

#include "core/foundation/executor.h"
#include "core/foundation/types.h"

namespace ttflow {

// Returns the mean Euclidean distance |x_i - y_j| over all pairs (i, j).
//
// Shapes:  x [N, d], y [M, d], neither empty.
// Cost:    O(N M d) time, O(M) memory a block; the same bytes for any number of
//          threads.
double MeanPairDistance(const ConstMatrixRef& x,
                        const ConstMatrixRef& y,
                        const Executor& executor);

// Returns E = 2 mean|x - y| - mean|x - x'| - mean|y - y'|, every mean over all
// pairs, those of a point with itself included (a V-statistic: never negative),
// no root taken.
//
// Units:   those of x. Divided by the same between two exact sets of the same
//          sizes it is 1 for a perfect sampler.
// Source:  Szekely and Rizzo (2013), Energy statistics.
double EnergyDistance(const ConstMatrixRef& x,
                      const ConstMatrixRef& y,
                      const Executor& executor);

}  // namespace ttflow

#endif  // TTFLOW_CORE_MATH_ENERGY_DISTANCE_H_
