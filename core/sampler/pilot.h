// Pilot: a short pass without a flow that finds where the mass is, for a base
// that is narrower than the wide one.

#ifndef TTFLOW_CORE_SAMPLER_PILOT_H_
#define TTFLOW_CORE_SAMPLER_PILOT_H_

#include "core/sampler/execute_stage.h"
#include "core/sampler/model.h"
#include "core/sampler/sampler_options.h"

namespace ttflow {

// The options of the pilot of a run with `options` (effective ones): few
// particles, long steps, one move a stage.
SamplerOptions PilotOptions(const SamplerOptions& options);

// Sets the scale of `base` to the root second moment of the weighted cloud
// about the present mean, widened. About *that* mean: where the pilot has lost
// all modes of a coordinate but one, its own mean and variance would lose them
// for good. A coordinate on which the cloud has collapsed keeps its scale.
// Requires cloud.position [N, d] of base.mean's dimension.
void FitBaseToCloud(const WeightedCloud& cloud, BaseParameters& base);

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_PILOT_H_
