// Gauss-Legendre quadrature on an interval.

#ifndef TTFLOW_CORE_MATH_QUADRATURE_H_
#define TTFLOW_CORE_MATH_QUADRATURE_H_

#include "core/foundation/types.h"

namespace ttflow {

// int f(x) dx ~ sum_i weights_i f(nodes_i); nodes ascending.
struct QuadratureRule {
  Vector nodes;    // [n]
  Vector weights;  // [n], positive
};

// Returns the rule of `num_nodes` >= 1 points on [lower, upper], exact for
// polynomials of degree 2 num_nodes - 1.
//
// Cost: O(num_nodes^2); nodes by Newton's method on the three-term recurrence.
QuadratureRule GaussLegendre(Index num_nodes, double lower, double upper);

// Returns the rule that applies `num_nodes` Gauss-Legendre points to each of
// `num_panels` >= 1 equal panels of [lower, upper]: for integrands with several
// narrow features. Size: num_panels * num_nodes.
QuadratureRule CompositeGaussLegendre(Index num_panels,
                                      Index num_nodes,
                                      double lower,
                                      double upper);

}  // namespace ttflow

#endif  // TTFLOW_CORE_MATH_QUADRATURE_H_
