#include "core/sampler/annealing_step.h"

#include <algorithm>

#include "core/particles/weights.h"

namespace ttflow {
namespace {

// Conditional ESS of a step: cautious while particles are carried, bolder where
// fresh draws replace them, boldest where those are good.
constexpr double kCarriedEss = 0.8;
constexpr double kFreshEss = 0.6;
constexpr double kGoodFreshEss = 0.4;
constexpr double kGoodFresh = 0.5;

}  // namespace

double NextAnnealingTime(const Particles& particles,
                         double t,
                         double fresh_ess,
                         double replace_ess) {
  const double aim = fresh_ess <= replace_ess  ? kCarriedEss
                     : fresh_ess <= kGoodFresh ? kFreshEss
                                               : kGoodFreshEss;
  const Vector weights = NormalizedWeights(particles.log_weight);
  const Vector h = particles.target_energy - particles.base_energy;
  const double limit = 1 - t;
  double dt = LargestStep(weights, h, aim, limit);
  // Particles without finite energy alone: the smallest step drops them.
  if (!(dt > 0)) dt = std::min(limit, 1e-6);
  return limit - dt < 1e-9 ? 1 : t + dt;
}

}  // namespace ttflow
