// Fisher coordinates: whitening from positions and scores.

#ifndef TTFLOW_CORE_COORDINATES_FISHER_H_
#define TTFLOW_CORE_COORDINATES_FISHER_H_

#include "core/coordinates/coordinates.h"

namespace ttflow {

// Finds coordinates in which p is as near to N(0, I) as positions and scores
// tell. The covariance S of the nearest normal solves
//
//   S Cov(score) S = Cov(x),   score = -gradient,
//
// (the least Fisher divergence); its mean is E[x] + S E[score]. For a normal p
// both are exact whatever the weights, so there is no noise of sampling; how
// far p is from that is measured by the score that is left in u,
// r = score(u) + u, and this share of it
//  - shrinks both covariances towards their diagonals where points are few,
//  - forbids a shift of the mean that is too long to be believed.
// Points of a gradient six times as long as usual count less. The axes of u are
// the eigenvectors of E[r r^T], largest first: the directions in which p is
// least like a normal come first; principal axes where nothing is left.
//
// Shapes: x [N, d]; weights [N], non-negative, sum 1; gradient [N, d] of the
//         energy, -grad log p. Points without weight, or not finite, take no
//         part.
// Errors: none; finite for any number of points, also with a constant gradient
//         or a constant coordinate.
// Cost:   O(N d^2 + d^3).
// Source: squared trains, docs/method.md.
Coordinates FisherCoordinates(const ConstMatrixRef& x,
                              const ConstVectorRef& weights,
                              const ConstMatrixRef& gradient);

}  // namespace ttflow

#endif  // TTFLOW_CORE_COORDINATES_FISHER_H_
