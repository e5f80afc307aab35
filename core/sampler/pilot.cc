#include "core/sampler/pilot.h"

#include <algorithm>

#include "core/particles/weights.h"

namespace ttflow {
namespace {

// The pilot only has to find where the mass is.
constexpr Index kPilotParticles = 512;
constexpr double kPilotEss = 0.6;
// The fitted base is wider than the pilot's cloud by this factor.
constexpr double kBaseWidening = 1.25;
// Relative to the present scale; a cloud narrower than this has collapsed.
constexpr double kCollapsed = 1e-6;

}  // namespace

SamplerOptions PilotOptions(const SamplerOptions& options) {
  SamplerOptions pilot = options;
  pilot.num_particles = std::min(kPilotParticles, options.num_particles);
  pilot.flow.mode = FlowMode::kOff;
  pilot.schedule.conditional_ess =
      std::min(kPilotEss, options.schedule.conditional_ess);
  if (pilot.moves.kind == MoveChoice::kNone) {
    pilot.moves.kind = MoveChoice::kMala;
  }
  pilot.moves.count = 1;
  pilot.moves.final_count = 0;
  return pilot;
}

void FitBaseToCloud(const WeightedCloud& cloud, BaseParameters& base) {
  const Vector weights = NormalizedWeights(cloud.log_weight);
  const Vector deviation = ((cloud.position.rowwise() - base.mean.transpose())
                                .array()
                                .square()
                                .matrix()
                                .transpose() *
                            weights)
                               .cwiseSqrt();
  for (Index k = 0; k < deviation.size(); ++k) {
    if (deviation[k] > kCollapsed * base.scale[k]) {
      base.scale[k] = kBaseWidening * deviation[k];
    }
  }
}

}  // namespace ttflow
