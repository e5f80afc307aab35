// The sampler in a box: bounds are mapped away, and results mapped back.

#ifndef TTFLOW_CORE_SAMPLER_BOUNDED_SAMPLER_H_
#define TTFLOW_CORE_SAMPLER_BOUNDED_SAMPLER_H_

#include <memory>

#include "absl/functional/function_ref.h"
#include "core/energy/energy.h"
#include "core/sampler/sampler.h"

namespace ttflow {

// Returns make(energy) where the energy's traits have no bounds. Else
// make(energy in unbounded coordinates) (BoxMap), whose samples, particles and
// modes are told in the box; stages, log Z, weights and the Model stay those of
// the unbounded coordinates, which have the same Z and the same weights.
std::unique_ptr<Sampler> MakeSamplerInBounds(
    std::shared_ptr<const Energy> energy,
    absl::FunctionRef<std::unique_ptr<Sampler>(std::shared_ptr<const Energy>)>
        make);

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_BOUNDED_SAMPLER_H_
