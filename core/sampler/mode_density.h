// Mode density: a sum of normals for a target whose modes can be counted.

#ifndef TTFLOW_CORE_SAMPLER_MODE_DENSITY_H_
#define TTFLOW_CORE_SAMPLER_MODE_DENSITY_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "core/density/density.h"
#include "core/density/mixture.h"
#include "core/sampler/mode_search.h"

namespace ttflow {

// Shares of the modes in a sum, [K]: a fifth of the mass is shared equally, the
// rest by log_mass.
Vector ModeWeights(const std::vector<Mode>& modes);

// The mixture of the modes' normals, by ModeWeights, covariances inflated by
// `inflation`.
std::shared_ptr<const GaussianMixtureDensity> MakeLaplaceMixture(
    const std::vector<Mode>& modes, double inflation);

// A density of the modes, for a target whose modes can be counted.
struct ModeDensity {
  std::shared_ptr<const GaussianMixtureDensity> normals;
  // The same with a wide part; null where modes are countless or hardly any
  // start arrives.
  std::shared_ptr<const Density> density;
  std::shared_ptr<const Density> wide;  // the wide part
  std::vector<Mode> modes;              // empty where density is null
};

// Searches modes from `wide` [n, d], draws of a wide density of the target's
// energies `energies` [n], every other one taken further out (modes at the rim
// hide behind others), again from further out while modes lie beyond, then by
// surprise, in up to sixteen coordinates also at further points of the same
// kind, and makes their density. Spends at most
// `most_evaluations`. Errors as FindModes.
absl::StatusOr<ModeDensity> FindModeDensity(const ConstMatrixRef& wide,
                                            const ConstVectorRef& energies,
                                            std::int64_t most_evaluations,
                                            CountingEnergy& energy,
                                            Interrupter& interrupter);

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_MODE_DENSITY_H_
