// LocalRepair: moves the particles of a search where fresh draws do not replace
// them.

#ifndef TTFLOW_CORE_SAMPLER_LOCAL_REPAIR_H_
#define TTFLOW_CORE_SAMPLER_LOCAL_REPAIR_H_

#include "absl/status/status.h"
#include "core/density/squared_train.h"
#include "core/foundation/random.h"
#include "core/particles/particles.h"
#include "core/path/tempered_energy.h"
#include "core/sampler/summary.h"

namespace ttflow {

// Redrawn blocks of coordinates and a Langevin move, both invariant for p_t.
// Sizes adapt to the acceptance reached, from stage to stage.
class LocalRepair {
 public:
  explicit LocalRepair(Index dimension);

  // Redraws a block of coordinates of every particle from `train`; nothing in
  // one dimension. `stream` numbers the random numbers under `key`.
  // Errors: the energy's and the interrupter's.
  absl::Status RedrawBlock(const SquaredTrainDensity& train,
                           double t,
                           TemperedEnergy& energy,
                           const RandomKey& key,
                           std::uint32_t stream,
                           Particles& particles);

  // One Metropolis-adjusted Langevin move; sets acceptance and step size of
  // `info`. Errors: the energy's and the interrupter's.
  absl::Status Move(double t,
                    TemperedEnergy& energy,
                    const RandomKey& key,
                    Particles& particles,
                    StageInfo& info);

 private:
  Index dimension_;
  double block_size_;
  double step_size_ = 0.4;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_LOCAL_REPAIR_H_
