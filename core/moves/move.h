// Move: a Markov kernel that leaves p_t invariant.

#ifndef TTFLOW_CORE_MOVES_MOVE_H_
#define TTFLOW_CORE_MOVES_MOVE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "core/foundation/random.h"
#include "core/particles/particles.h"
#include "core/path/tempered_energy.h"

namespace ttflow {

enum class MoveKind { kMala, kHmc };

// Everything a move needs to know; fixed before it is applied. A plain value,
// part of a stage model.
struct MoveSettings {
  MoveKind kind = MoveKind::kMala;
  // Number of times the kernel is applied.
  int count = 1;
  // Dimensionless: a step in coordinate k is step_size * scale[k]. MALA's
  // proposal is x - (eps_k^2 / 2) grad f_t + eps_k z.
  double step_size = 0.5;
  // HMC only: leapfrog steps a trajectory, at least 1.
  int num_leapfrog_steps = 5;
  // Width of the log-uniform distribution of step sizes: a particle uses
  // step_size * exp(spread * (2 u - 1)); 0 = all the same.
  double log_step_spread = 0;
  // Preconditioner, [d], positive, in units of x.
  Vector scale;
};

// What one looks at afterwards; the planner adapts from it between stages.
struct MoveInfo {
  // Means over particles (by weight) and applications of the probability of
  // acceptance, and of that times sum_k (dx_k / scale_k)^2 / d: expectations
  // given the proposals, less noisy than what was accepted.
  double acceptance_rate = 0;
  double mean_squared_jump = 0;
  std::int64_t num_evaluations = 0;  // points evaluated
};

class Move {
 public:
  virtual ~Move() = default;

  // Applies the kernel settings.count times at annealing time t, in place.
  // Positions and energies change; weights, folds and eves do not. A particle
  // whose energy is infinite may be moved away but never moved to.
  //
  // Random: streams (kMove, first_index + application, particle) of `key`.
  // Errors: what the energy or the interrupter reports; the particles are then
  //         as after the last whole application.
  virtual absl::StatusOr<MoveInfo> Apply(const MoveSettings& settings,
                                         double t,
                                         TemperedEnergy& energy,
                                         const RandomKey& key,
                                         std::uint32_t first_index,
                                         Particles& particles) const = 0;
};

// Returns the process-wide kernel of a kind.
const Move& GetMove(MoveKind kind);

}  // namespace ttflow

#endif  // TTFLOW_CORE_MOVES_MOVE_H_
