// Particles: the weighted cloud that a run moves along the path.

#ifndef TTFLOW_CORE_PARTICLES_PARTICLES_H_
#define TTFLOW_CORE_PARTICLES_PARTICLES_H_

#include <cstdint>
#include <vector>

#include "core/foundation/types.h"

namespace ttflow {

// A value type. Base and target energies are kept apart, so that the annealing
// time can move, and a flow can be fitted, without a new evaluation.
struct Particles {
  Matrix position;         // [N, d], in the target's own units
  Vector base_energy;      // [N], -log p_0, nats
  Vector target_energy;    // [N], nats; +infinity where it was not finite
  Matrix base_gradient;    // [N, d]
  Matrix target_gradient;  // [N, d]; zero where the energy was not finite
  Vector log_weight;       // [N], unnormalised; all equal after a resampling
  // Half of the cross-fit, 0 or 1; inherited through resampling, so that
  // siblings stay in one half.
  std::vector<std::int8_t> fold;
  // First ancestor, 0 .. N-1; what the standard error of Lee and Whiteley
  // reads.
  std::vector<std::int32_t> eve;

  Index num_particles() const { return position.rows(); }
  Index dimension() const { return position.cols(); }
};

// Replaces particle i by particle ancestors[i] in every field, and sets all log
// weights to zero. ancestors [M]; the cloud then has M particles.
void SelectAncestors(const std::vector<Index>& ancestors, Particles& particles);

}  // namespace ttflow

#endif  // TTFLOW_CORE_PARTICLES_PARTICLES_H_
