// Independent coordinates: the rotation in which every gradient component is a
// function of its own coordinate, up to a linear map of all.

#ifndef TTFLOW_CORE_COORDINATES_INDEPENDENT_H_
#define TTFLOW_CORE_COORDINATES_INDEPENDENT_H_

#include "core/coordinates/coordinates.h"
#include "core/foundation/executor.h"
#include "core/foundation/random.h"
#include "core/foundation/types.h"

namespace ttflow {

struct IndependentOptions {
  // The given coordinates stay if less than this share of the gradients'
  // variance is left in them; nothing else is tried then.
  double good_residual = 0.02;
  // A rotation is taken if its residual is below this share of the raw one.
  double worthwhile_ratio = 0.5;
  int start_iterations = 12;  // of Newton's method from every start
  int iterations = 60;        // more from the best of them
  int num_random_starts = 3;
};

// u = rotation (x - center), rotation orthonormal in rows. With g = rotation
// grad f, each g_k = phi_k(u_k) + sum_l head_kl u_l + rest.
struct IndependentCoordinates {
  Matrix rotation;          // Q [d, d]
  Vector center;            // [d], in x
  double raw_residual = 1;  // share of the variance of grad f that is rest, in
                            // the coordinates given
  double residual = 1;      // the same in these
  Vector nonlinearity;      // [d], share of g_k that is in no linear map
  Matrix head;              // [d, d]
  Vector deviation;         // [d], standard deviations of u, positive
  bool rotated = false;     // by the search, not only reordered or diagonalised

  // The same as scaled coordinates: A = Q^T diag(deviation).
  Coordinates ToCoordinates() const;
};

// Finds the rotation with the least rest: relative Newton steps on skew
// generators, from the identity, from FastICA of the gradients and of the
// positions, and from random rotations; starts are compared on every m-th
// point, some five a coordinate, and the best goes on with all. At the solution
// the rest vanishes, so the error does not fall with the root of the number of
// points: it is nearly zero at any number that determines the regressions.
//
// Then the head is diagonalised among the coordinates without nonlinearity (a
// normal part becomes a product), and coordinates are ordered by its couplings
// (OrderByCouplings). Where points are too few (fewer than 1.5 (d + 8)
// effective ones) the given coordinates are returned.
//
// Shapes: x [N, d]; weights [N], non-negative, best not too unequal (what is
//         found holds at all points alike); gradient [N, d] of the energy.
//         Points of long gradients count less. Unusable points take no part.
// Cost:   some 30 N d^2 a Newton step, ten to sixty of them.
// Random: streams (kFit, 2^23 + start, 0) of `key`; the same bytes for any
//         number of threads.
// Source: squared trains, docs/method.md; Zibulevsky (2003), relative Newton;
//         Hyvarinen (1999), FastICA.
IndependentCoordinates FindIndependentCoordinates(
    const ConstMatrixRef& x,
    const ConstVectorRef& weights,
    const ConstMatrixRef& gradient,
    const IndependentOptions& options,
    const RandomKey& key,
    const Executor& executor);

// A few Newton steps from `rotation` [d, d], for the points of a later stage;
// no new starts, order and signs kept. `iterations` = 0 describes the rotation
// at these points.
IndependentCoordinates RefineRotation(const ConstMatrixRef& x,
                                      const ConstVectorRef& weights,
                                      const ConstMatrixRef& gradient,
                                      const ConstMatrixRef& rotation,
                                      int iterations,
                                      const Executor& executor);

}  // namespace ttflow

#endif  // TTFLOW_CORE_COORDINATES_INDEPENDENT_H_
