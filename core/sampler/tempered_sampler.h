// The sampler on R^d: search and draws, or pilot, training and frozen passes.

#ifndef TTFLOW_CORE_SAMPLER_TEMPERED_SAMPLER_H_
#define TTFLOW_CORE_SAMPLER_TEMPERED_SAMPLER_H_

#include <memory>

#include "core/energy/energy.h"
#include "core/foundation/executor.h"
#include "core/sampler/model.h"
#include "core/sampler/sampler.h"
#include "core/sampler/sampler_options.h"

namespace ttflow {

// A run that trains, or one that draws from `trained` where that is not null.
// `options` are effective and valid; `num_frozen` is the number of frozen
// passes where no density is drawn from. Coordinates must be free: the traits'
// bounds are not looked at. `executor` must outlive the sampler.
std::unique_ptr<Sampler> MakeTemperedSampler(
    std::shared_ptr<const Energy> energy,
    const SamplerOptions& options,
    std::shared_ptr<const Model> trained,
    Index num_frozen,
    const Executor& executor);

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_TEMPERED_SAMPLER_H_
