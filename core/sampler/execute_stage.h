// ExecuteStage: what a stage model says, done to particles. Adapts nothing,
// decides nothing.

#ifndef TTFLOW_CORE_SAMPLER_EXECUTE_STAGE_H_
#define TTFLOW_CORE_SAMPLER_EXECUTE_STAGE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/foundation/random.h"
#include "core/moves/move.h"
#include "core/particles/particles.h"
#include "core/path/tempered_energy.h"
#include "core/sampler/stage_model.h"

namespace ttflow {

// Where a pass stands: the cloud and the product of mean weights so far.
struct PassState {
  Particles particles;
  double t = 0;
  double log_evidence_at_resampling = 0;  // nats, up to the last resampling
  // Of all resamplings but the last, and of the last (ResamplingNoise).
  double resampling_noise = 0;
  double last_resampling_noise = 0;
  Index num_first_ancestors = 0;  // N of the draws of the base

  // log Z_t: the product so far times the present mean weight.
  double LogEvidence() const;
};

// The weighted cloud as it was before a resampling.
struct WeightedCloud {
  Matrix position;    // [N, d]
  Vector log_weight;  // [N]
  std::vector<std::int32_t> eve;
};

// Which of a transport's maps moves the particles.
enum class StageMode {
  kTraining,  // fold f moves by fold_velocity[f]
  kFrozen,    // all move by `velocity`
};

// Draws `count` particles of the base, evaluates them, assigns folds and eves.
// Random: streams (kBase, 0, i) and (kFold, 0, 0) of `key`.
absl::StatusOr<PassState> StartPass(Index count,
                                    TemperedEnergy& energy,
                                    const RandomKey& key);

// Carries the particles from t_from to t_to: transport (one evaluation a
// particle) or none, and the weights f_t(x) - f_t'(x') + log |det|
// (docs/method.md section 3). Returns the conditional ESS of the step.
absl::StatusOr<double> AdvanceParticles(const StageModel& stage,
                                        StageMode mode,
                                        TemperedEnergy& energy,
                                        PassState& state);

struct RepairInfo {
  double weight_ess_fraction = 0;  // before resampling
  bool resampled = false;
  MoveInfo moves;
};

// Resamples by the stage's rule and applies its moves at t_to. `before`, if not
// null, receives the cloud as it was before resampling.
// Errors: kFailedPrecondition if no particle has a positive weight.
absl::StatusOr<RepairInfo> RepairParticles(const StageModel& stage,
                                           TemperedEnergy& energy,
                                           const RandomKey& key,
                                           PassState& state,
                                           WeightedCloud* before);

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_EXECUTE_STAGE_H_
