// Resampling: equally weighted ancestors from weighted particles.

#ifndef TTFLOW_CORE_PARTICLES_RESAMPLING_H_
#define TTFLOW_CORE_PARTICLES_RESAMPLING_H_

#include <vector>

#include "core/foundation/random.h"
#include "core/foundation/types.h"

namespace ttflow {

enum class ResamplingScheme {
  kSystematic,
  kStratified,
  kResidual,
  kMultinomial
};

// Draws `num_draws` ancestors, each particle i chosen n_i times with
// E n_i = num_draws * w_i exactly; ascending order.
//
// kSystematic is the default. kMultinomial has the largest variance and is
// there to compare with.
//
// Shapes: log_weight [N], unnormalised, -inf allowed, at least one finite.
// Random: streams (kResampling, 0, .) of `key`.
std::vector<Index> DrawAncestors(ResamplingScheme scheme,
                                 const ConstVectorRef& log_weight,
                                 Index num_draws,
                                 const RandomKey& key);

}  // namespace ttflow

#endif  // TTFLOW_CORE_PARTICLES_RESAMPLING_H_
