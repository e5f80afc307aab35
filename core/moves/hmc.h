// HmcMove: Hamiltonian Monte Carlo with full refreshment of the momenta.

#ifndef TTFLOW_CORE_MOVES_HMC_H_
#define TTFLOW_CORE_MOVES_HMC_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "core/moves/move.h"

namespace ttflow {

// Trajectories of settings.num_leapfrog_steps steps; see leapfrog.h. One step
// is the Langevin move, with the same numbers. Source: Duane, Kennedy,
// Pendleton and Roweth (1987); Neal (2011).
class HmcMove final : public Move {
 public:
  // See Move::Apply. Cost: settings.count * num_leapfrog_steps evaluations a
  // particle.
  absl::StatusOr<MoveInfo> Apply(const MoveSettings& settings,
                                 double t,
                                 TemperedEnergy& energy,
                                 const RandomKey& key,
                                 std::uint32_t first_index,
                                 Particles& particles) const override;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_MOVES_HMC_H_
