// Ordering: the sequence of coordinates in which couplings are short.

#ifndef TTFLOW_CORE_COORDINATES_ORDERING_H_
#define TTFLOW_CORE_COORDINATES_ORDERING_H_

#include <vector>

#include "core/foundation/types.h"

namespace ttflow {

// Finds an order of the coordinates in which coupled ones are neighbours: a
// train's ranks grow with what passes over each of its links.
//
// The coupling of i and j is |head_ij + head_ji| / 2 deviation_i deviation_j
// (below .05: none), the cost of an order the sum of coupling times distance.
// Each connected part is ordered by its Fiedler vector and by reverse
// Cuthill-McKee; the better is taken if it costs less than .8 of the given
// order, else 0 .. d-1 is returned.
//
// Shapes: head [d, d], linear part of the gradient; deviation [d], standard
//         deviations of the coordinates. Returns the old index at each new
//         place, [d].
// Cost:   O(d^3).
// Source: Fiedler (1973); Cuthill and McKee (1969).
std::vector<Index> OrderByCouplings(const ConstMatrixRef& head,
                                    const ConstVectorRef& deviation);

}  // namespace ttflow

#endif  // TTFLOW_CORE_COORDINATES_ORDERING_H_
