// Triangular fit: finds the coordinates whose centre and scale other ones
// drive.

#ifndef TTFLOW_CORE_COORDINATES_TRIANGULAR_FIT_H_
#define TTFLOW_CORE_COORDINATES_TRIANGULAR_FIT_H_

#include <optional>

#include "core/coordinates/triangular_map.h"
#include "core/foundation/executor.h"
#include "core/foundation/types.h"

namespace ttflow {

// Where p(x_j | rest) is normal, its centre and log scale functions of a driver
// v = x_i, the gradient says so without any noise:
//
//   g_j = exp(2 s(v)) (x_j - m),   m = a(v) + sum_k b_k(v) x_k,
//
// at every point, whatever its weight. So a hierarchy's scale or a curved
// valley is found from points of a wide density, where none of it can be seen
// in positions. For every j and driver, s and m are fitted in turn: s to
// 1/2 log(g_j / (x_j - m)), m to x_j - g_j exp(-2 s), points with a large
// u = exp(s)(x_j - m) counted less. A step is taken where g_j exp(-s) and u
// differ by a small share, and by far less than with a constant scale and a
// linear centre. Its coordinate is eliminated: gradients go over to the new
// coordinates, where those of others may have become simple, and the search
// goes on with them, the steps of fewest parents first.
//
// Returns nothing where no step is worthwhile; never for what is additive plus
// quadratic.
//
// Shapes: x [N, d]; weights [N], non-negative, sum 1, best not too unequal;
//         gradient [N, d] of the energy. Unusable points take no part.
// Cost:   O(d^2 N p^2), p <= 18, for the choice of drivers on at most 512
//         points; O(N p^2), p <= 71, a step.
// Source: docs/method.md.
std::optional<TriangularMap> FindTriangularMap(const ConstMatrixRef& x,
                                               const ConstVectorRef& weights,
                                               const ConstMatrixRef& gradient,
                                               const Executor& executor);

// Returns the largest misfit, over the coordinates that `map` changes, between
// y and gradient at points in its straight coordinates: the mean square of
// their difference over their own, points with a large y counted less. Zero
// where all conditionals are N(0, 1).
//
// Shapes: y [N, d]; weights [N], non-negative, sum 1; gradient [N, d], in y.
double LargestMisfit(const TriangularMap& map,
                     const ConstMatrixRef& y,
                     const ConstVectorRef& weights,
                     const ConstMatrixRef& gradient);

}  // namespace ttflow

#endif  // TTFLOW_CORE_COORDINATES_TRIANGULAR_FIT_H_
