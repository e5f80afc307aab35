// Pair screening: which terms u_i u_j are worth an unknown.

#ifndef TTFLOW_CORE_TRANSPORT_PAIR_SCREENING_H_
#define TTFLOW_CORE_TRANSPORT_PAIR_SCREENING_H_

#include <vector>

#include "core/foundation/executor.h"
#include "core/foundation/types.h"
#include "core/transport/fit_rows.h"
#include "core/transport/linear_design.h"

namespace ttflow {

// All d (d - 1) / 2 pairs, in ascending order.
std::vector<CoordinatePair> AllPairs(Index dimension);

// Computes the weighted mean square of L (u_i u_j) over all rows for every
// pair; returns [d, d], symmetric, the diagonal meaningless. Does not read h.
//
// Cost: three matrix products of N d^2 operations.
Matrix PairMeanSquares(const FitRows& rows, const Executor& executor);

// Returns all pairs by falling correlation of their columns with `residual` [n]
// over rows of weight `weights` [n], zero for rows that must have no say. Ties
// go to the lower pair.
//
// Cost: one matrix product of N d^2 operations.
std::vector<CoordinatePair> RankPairs(const FitRows& rows,
                                      const Vector& weights,
                                      const Vector& residual,
                                      const Matrix& mean_squares,
                                      const Executor& executor);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TRANSPORT_PAIR_SCREENING_H_
