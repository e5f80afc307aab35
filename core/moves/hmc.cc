#include "core/moves/hmc.h"

#include "core/moves/leapfrog.h"

namespace ttflow {

absl::StatusOr<MoveInfo> HmcMove::Apply(const MoveSettings& settings,
                                        double t,
                                        TemperedEnergy& energy,
                                        const RandomKey& key,
                                        std::uint32_t first_index,
                                        Particles& particles) const {
  return ApplyLeapfrog(settings,
                       settings.num_leapfrog_steps,
                       t,
                       energy,
                       key,
                       first_index,
                       particles);
}

}  // namespace ttflow
