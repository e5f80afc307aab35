// Sample selection: the samples of a run, from the clouds of its passes.

#ifndef TTFLOW_CORE_SAMPLER_SAMPLE_SELECTION_H_
#define TTFLOW_CORE_SAMPLER_SAMPLE_SELECTION_H_

#include <vector>

#include "core/foundation/random.h"
#include "core/foundation/types.h"

namespace ttflow {

// Selects samples without replacement, as evenly as they divide from all clouds
// [N_c, d] (equally weighted), those of a cloud in random order. What a small
// cloud lacks the later ones give; they must have it.
// Shapes: returns [num_samples, d]; there must be a cloud.
// Random: stream (kSample, 0, c) of `key` for cloud c.
Matrix SelectSamples(const std::vector<Matrix>& clouds,
                     Index num_samples,
                     const RandomKey& key);

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_SAMPLE_SELECTION_H_
