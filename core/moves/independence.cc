#include "core/moves/independence.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/foundation/check.h"
#include "core/foundation/status_macros.h"

namespace ttflow {
namespace {

// The address of a random number that belongs to no particle.
constexpr std::uint64_t kNoParticle = std::uint64_t{1} << 40;

// Accepts draw i with probability exp(log_ratio[i]); returns its mean.
double AcceptDraws(const ConstMatrixRef& position,
                   const TemperedBatch& batch,
                   const Vector& log_ratio,
                   const RandomKey& key,
                   std::uint32_t index,
                   Particles& particles) {
  double rate = 0;
  for (Index i = 0; i < particles.num_particles(); ++i) {
    // NaN: a ratio of two impossible points; the particle stays.
    if (std::isnan(log_ratio[i])) continue;
    const double probability = std::min(1.0, std::exp(log_ratio[i]));
    rate += probability;
    const auto particle = static_cast<std::uint64_t>(i);
    if (!(key.Stream(Purpose::kMove, index, particle).Uniform() <
          probability)) {
      continue;
    }
    particles.position.row(i) = position.row(i);
    particles.base_energy[i] = batch.base_energy[i];
    particles.target_energy[i] = batch.target_energy[i];
    particles.base_gradient.row(i) = batch.base_gradient.row(i);
    particles.target_gradient.row(i) = batch.target_gradient.row(i);
  }
  return rate / static_cast<double>(particles.num_particles());
}

}  // namespace

double ProposeIndependently(const Density& density,
                            const EvaluatedDraws& draws,
                            double t,
                            const Executor& executor,
                            const RandomKey& key,
                            std::uint32_t index,
                            Particles& particles) {
  TTFLOW_CHECK(draws.position.rows() == particles.num_particles());
  Vector log_density;
  density.LogDensity(particles.position, executor, log_density, nullptr);
  const Vector log_ratio = EnergyAt(particles, t) + log_density -
                           draws.batch.EnergyAt(t) - draws.log_density;
  return AcceptDraws(
      draws.position, draws.batch, log_ratio, key, index, particles);
}

absl::StatusOr<double> RedrawBlocks(const SquaredTrainDensity& density,
                                    Index length,
                                    double t,
                                    TemperedEnergy& energy,
                                    const RandomKey& key,
                                    std::uint32_t index,
                                    Particles& particles) {
  const Index d = density.dimension();
  TTFLOW_CHECK(length >= 1 && length <= d);
  RandomStream stream = key.Stream(Purpose::kMove, index, kNoParticle);
  const Index start = static_cast<Index>(stream.Below(
                          static_cast<std::uint64_t>(d + length - 1))) -
                      length + 1;
  const Index begin = std::max<Index>(start, 0);
  const Index end = std::min(start + length, d);
  const Executor& executor = energy.executor();
  const Coordinates& coordinates = density.parameters().coordinates;
  const Matrix u = coordinates.ToLocal(particles.position);
  const Matrix drawn = density.RedrawBlock(u, begin, end, key, index, executor);
  const Matrix position = coordinates.ToGlobal(drawn);
  TemperedBatch batch;
  TTFLOW_RETURN_IF_ERROR(energy.Evaluate(position, batch));
  const Vector log_ratio = EnergyAt(particles, t) +
                           density.LogSquare(u, executor) - batch.EnergyAt(t) -
                           density.LogSquare(drawn, executor);
  return AcceptDraws(position, batch, log_ratio, key, index + 1, particles);
}

}  // namespace ttflow
