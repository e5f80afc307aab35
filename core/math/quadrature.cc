#include "core/math/quadrature.h"

#include <cmath>
#include <numbers>

#include "core/foundation/check.h"

namespace ttflow {

QuadratureRule GaussLegendre(Index num_nodes, double lower, double upper) {
  TTFLOW_CHECK(num_nodes >= 1);
  QuadratureRule rule{Vector(num_nodes), Vector(num_nodes)};
  const double centre = 0.5 * (lower + upper);
  const double half = 0.5 * (upper - lower);
  const double n = static_cast<double>(num_nodes);
  for (Index i = 0; i < (num_nodes + 1) / 2; ++i) {
    double x = std::cos(std::numbers::pi * (static_cast<double>(i) + 0.75) /
                        (n + 0.5));
    double derivative = 1;
    for (int iteration = 0; iteration < 100; ++iteration) {
      double previous = 1;
      double current = x;
      for (Index k = 2; k <= num_nodes; ++k) {
        const double degree = static_cast<double>(k);
        const double next =
            ((2 * degree - 1) * x * current - (degree - 1) * previous) / degree;
        previous = current;
        current = next;
      }
      derivative = n * (x * current - previous) / (x * x - 1);
      const double step = current / derivative;
      x -= step;
      if (std::abs(step) < 1e-15) break;
    }
    if (num_nodes % 2 == 1 && i == num_nodes / 2) x = 0;
    const double weight = 2 * half / ((1 - x * x) * derivative * derivative);
    rule.nodes[i] = centre - half * x;
    rule.nodes[num_nodes - 1 - i] = centre + half * x;
    rule.weights[i] = weight;
    rule.weights[num_nodes - 1 - i] = weight;
  }
  return rule;
}

QuadratureRule CompositeGaussLegendre(Index num_panels,
                                      Index num_nodes,
                                      double lower,
                                      double upper) {
  TTFLOW_CHECK(num_panels >= 1);
  const QuadratureRule unit = GaussLegendre(num_nodes, 0, 1);
  const double width = (upper - lower) / static_cast<double>(num_panels);
  QuadratureRule rule{Vector(num_panels * num_nodes),
                      Vector(num_panels * num_nodes)};
  for (Index p = 0; p < num_panels; ++p) {
    const double start = lower + width * static_cast<double>(p);
    rule.nodes.segment(p * num_nodes, num_nodes) =
        (start + width * unit.nodes.array()).matrix();
    rule.weights.segment(p * num_nodes, num_nodes) = width * unit.weights;
  }
  return rule;
}

}  // namespace ttflow
