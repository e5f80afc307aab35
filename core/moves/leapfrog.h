// Leapfrog: a Metropolis kernel with proposals along Hamiltonian trajectories.

#ifndef TTFLOW_CORE_MOVES_LEAPFROG_H_
#define TTFLOW_CORE_MOVES_LEAPFROG_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "core/foundation/random.h"
#include "core/moves/move.h"
#include "core/particles/particles.h"
#include "core/path/tempered_energy.h"

namespace ttflow {

// Applies Move::Apply with trajectories of `num_steps` leapfrog steps; what
// Langevin and HMC moves share.
//
// In the scaled coordinates u = x / scale with momenta r ~ N(0, I) (kinetic
// energy |r|^2 / 2, so the mass is 1 / scale^2), a step of size eps is
//   r += -eps/2 scale grad f_t,  x += eps scale r,  r += -eps/2 scale grad f_t,
// and the end is accepted with probability min(1, exp(-change of f_t +
// |r|^2/2)). The map is volume preserving and reversible for any gradient
// field, also where an energy is infinite and its gradient zero by convention.
// A trajectory that leaves the finite numbers is cut off and rejected.
//
// A particle's step size factor exp(log_step_spread (2u - 1)) is drawn before
// its momentum and independent of its state, so that each particle applies one
// of a family of reversible kernels.
//
// Cost:   num_steps evaluations a particle and application, one batch over all
//         particles a step; O(N d) memory.
// Random: of each stream: the uniform of the step size, d normals, the uniform
// of
//         the acceptance.
absl::StatusOr<MoveInfo> ApplyLeapfrog(const MoveSettings& settings,
                                       int num_steps,
                                       double t,
                                       TemperedEnergy& energy,
                                       const RandomKey& key,
                                       std::uint32_t first_index,
                                       Particles& particles);

}  // namespace ttflow

#endif  // TTFLOW_CORE_MOVES_LEAPFROG_H_
