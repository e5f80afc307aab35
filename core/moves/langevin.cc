#include "core/moves/langevin.h"

#include "core/moves/leapfrog.h"

namespace ttflow {

absl::StatusOr<MoveInfo> LangevinMove::Apply(const MoveSettings& settings,
                                             double t,
                                             TemperedEnergy& energy,
                                             const RandomKey& key,
                                             std::uint32_t first_index,
                                             Particles& particles) const {
  return ApplyLeapfrog(settings, 1, t, energy, key, first_index, particles);
}

}  // namespace ttflow
