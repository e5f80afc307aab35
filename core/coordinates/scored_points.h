// Points that have weight and a finite gradient: what coordinates are fitted
// to.

#ifndef TTFLOW_CORE_COORDINATES_SCORED_POINTS_H_
#define TTFLOW_CORE_COORDINATES_SCORED_POINTS_H_

#include "core/foundation/types.h"

namespace ttflow {

struct ScoredPoints {
  Matrix x;         // [n, d]
  Matrix gradient;  // [n, d]
  Vector weights;   // [n], positive, sum 1; empty where no point is usable
};

// Copies the points whose weight is positive and whose numbers are finite.
// Shapes: x and gradient [N, d]; weights [N].
ScoredPoints SelectScoredPoints(const ConstMatrixRef& x,
                                const ConstVectorRef& weights,
                                const ConstMatrixRef& gradient);

}  // namespace ttflow

#endif  // TTFLOW_CORE_COORDINATES_SCORED_POINTS_H_
