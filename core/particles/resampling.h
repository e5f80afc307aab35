// Resampling: equally weighted ancestors from weighted particles.

#ifndef TTFLOW_CORE_PARTICLES_RESAMPLING_H_
#define TTFLOW_CORE_PARTICLES_RESAMPLING_H_

#include <cstdint>
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

// Returns sum_e Var(n_e) / (num_draws (1 - sum_e S_e^2)) given the weights, n_e
// the draws from the particles of first ancestor e and S_e their weight: the
// chance that the resampling adds to the genealogy, in units of a multinomial
// one. 1 for kMultinomial; less for the others, near 0 where few ancestors are
// left or weights are nearly equal.
//
// Shapes: as DrawAncestors; eve [N], equal ones next to each other, as
//         resampling keeps them.
double ResamplingNoise(ResamplingScheme scheme,
                       const ConstVectorRef& log_weight,
                       const std::vector<std::int32_t>& eve,
                       Index num_draws);

}  // namespace ttflow

#endif  // TTFLOW_CORE_PARTICLES_RESAMPLING_H_
