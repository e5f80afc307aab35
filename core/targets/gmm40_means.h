// The 40 means of the mixture gmm40.

#ifndef TTFLOW_CORE_TARGETS_GMM40_MEANS_H_
#define TTFLOW_CORE_TARGETS_GMM40_MEANS_H_

#include "core/foundation/types.h"

namespace ttflow {

// Returns the means [40, 2]: one draw, uniform in [-40, 40]^2, used unchanged
// by all who compare on this mixture.
//
// Source: Midgley et al. (2023), Flow annealed importance sampling bootstrap.
Matrix Gmm40Means();

}  // namespace ttflow

#endif  // TTFLOW_CORE_TARGETS_GMM40_MEANS_H_
