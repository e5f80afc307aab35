// LangevinMove: the Metropolis-adjusted Langevin algorithm (MALA).

#ifndef TTFLOW_CORE_MOVES_LANGEVIN_H_
#define TTFLOW_CORE_MOVES_LANGEVIN_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "core/moves/move.h"

namespace ttflow {

// Proposes x' = x - (eps_k^2 / 2) grad f_t + eps_k z, eps_k = step_size
// scale_k, and accepts by the ratio of target and proposal densities.
//
// That is a trajectory of one leapfrog step, and the ratio is its change of
// total energy; see leapfrog.h. num_leapfrog_steps is not read. Source: Roberts
// and Tweedie (1996).
class LangevinMove final : public Move {
 public:
  // See Move::Apply. Cost: settings.count evaluations a particle.
  absl::StatusOr<MoveInfo> Apply(const MoveSettings& settings,
                                 double t,
                                 TemperedEnergy& energy,
                                 const RandomKey& key,
                                 std::uint32_t first_index,
                                 Particles& particles) const override;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_MOVES_LANGEVIN_H_
