// The components of a mixture: their weights, draws of one, and their sum.

#ifndef TTFLOW_CORE_TARGETS_MIXTURE_WEIGHTS_H_
#define TTFLOW_CORE_TARGETS_MIXTURE_WEIGHTS_H_

#include <string_view>

#include "core/foundation/random.h"
#include "core/foundation/types.h"
#include "core/targets/target_parameters.h"

namespace ttflow {

// Returns the parameter "weights" [num_components], equal ones if it is absent.
//
// Weights that do not sum to one (to 1e-6) or are not one a component are
// violations; `component_list` names the parameter that lists the components.
Vector ReadMixtureWeights(TargetParameters& parameters,
                          Index num_components,
                          std::string_view component_list);

// Draws the number of a component with probability in proportion to weights.
class ComponentDraw {
 public:
  // weights [K], positive, K >= 1.
  explicit ComponentDraw(const Vector& weights);

  // One draw, by one uniform number of the stream.
  Index operator()(RandomStream& stream) const;

 private:
  Vector cumulative_;
};

// Sums densities given by their logarithms, log_terms [n, K]: sets the energy
// -log sum_k exp(log_terms_k) [n], replaces the terms by exp(log_terms_k -
// their largest), and returns the sums of these [n]: term over sum is the
// component's share of a point.
Eigen::ArrayXd SumComponents(Eigen::ArrayXXd& log_terms, VectorRef energy);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TARGETS_MIXTURE_WEIGHTS_H_
