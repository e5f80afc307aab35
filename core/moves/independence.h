// Independence moves: draws of a density, accepted by Metropolis and Hastings.

#ifndef TTFLOW_CORE_MOVES_INDEPENDENCE_H_
#define TTFLOW_CORE_MOVES_INDEPENDENCE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "core/density/density.h"
#include "core/density/squared_train.h"
#include "core/foundation/executor.h"
#include "core/foundation/random.h"
#include "core/foundation/types.h"
#include "core/particles/particles.h"
#include "core/path/tempered_energy.h"

namespace ttflow {

// Draws of a density that are evaluated already, one a particle.
struct EvaluatedDraws {
  const Matrix& position;      // [N, d]
  const TemperedBatch& batch;  // energies and gradients there
  const Vector& log_density;   // of the density that they were drawn from [N]
};

// Proposes draw i to particle i, with acceptance probability
// min(1, (p_t / pi)(draw) / (p_t / pi)(particle)): leaves p_t invariant. A
// particle where pi vanishes stays; one of infinite energy leaves. Costs no
// evaluation. Returns the mean acceptance probability.
//
// Random: streams (kMove, index, particle) of `key`.
double ProposeIndependently(const Density& density,
                            const EvaluatedDraws& draws,
                            double t,
                            const Executor& executor,
                            const RandomKey& key,
                            std::uint32_t index,
                            Particles& particles);

// Redraws a random run of `length` coordinates of every particle from the
// conditional of q T^2 (SquaredTrainDensity::RedrawBlock) and accepts by the
// ratio of p_t / (q T^2) at the two points: leaves p_t invariant. The run may
// reach over an end, so that every coordinate is redrawn equally often.
// Particles outside the density's cells stay. Returns the mean acceptance
// probability.
//
// Cost:   one evaluation a particle.
// Random: streams (kMove, index .. index + 1, .) of `key`.
// Errors: the energy's and the interrupter's; the particles are then unchanged.
absl::StatusOr<double> RedrawBlocks(const SquaredTrainDensity& density,
                                    Index length,
                                    double t,
                                    TemperedEnergy& energy,
                                    const RandomKey& key,
                                    std::uint32_t index,
                                    Particles& particles);

}  // namespace ttflow

#endif  // TTFLOW_CORE_MOVES_INDEPENDENCE_H_
