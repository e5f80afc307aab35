// StageModel: everything that one stage of a pass does, decided beforehand.

#ifndef TTFLOW_CORE_SAMPLER_STAGE_MODEL_H_
#define TTFLOW_CORE_SAMPLER_STAGE_MODEL_H_

#include <array>
#include <optional>

#include "core/coordinates/coordinates.h"
#include "core/moves/move.h"
#include "core/particles/resampling.h"
#include "core/transport/velocity.h"

namespace ttflow {

// The deterministic part of a stage: a map of all particles.
struct Transport {
  Coordinates coordinates;
  // In the pass that trains, particles of fold f move by fold_velocity[f],
  // which was fitted on the other fold. Empty (no basis) in a Model that is
  // drawn from.
  std::array<Velocity, 2> fold_velocity;
  // Fitted on all rows; moves every particle of a frozen run.
  Velocity velocity;
  int substeps = 1;
};

struct ResamplingRule {
  ResamplingScheme scheme = ResamplingScheme::kSystematic;
  double ess_threshold = 0.5;
  bool always = false;  // the last stage of a pass
};

// A plain value. A trained flow is the list of the executed ones.
struct StageModel {
  double t_from = 0;
  double t_to = 0;
  std::optional<Transport> transport;
  ResamplingRule resampling;
  MoveSettings moves;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_STAGE_MODEL_H_
