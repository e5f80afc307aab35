#include "core/sampler/mode_approach.h"

#include <utility>

#include "core/foundation/status_macros.h"
#include "core/particles/weights.h"

namespace ttflow {
namespace {

constexpr Index kDraws = 400;
constexpr Index kDrawsEach = 10;  // a coordinate
constexpr int kMostRounds = 5;
constexpr double kFlattening = 0.3;
constexpr double kGain = 1.2;
constexpr double kFairEss = 0.2;

Index NumDraws(Index dimension) { return kDraws + kDrawsEach * dimension; }

}  // namespace

Index MostApproachEvaluations(Index dimension) {
  return (kMostRounds + 1) * NumDraws(dimension);
}

absl::StatusOr<ModeApproach> ApproachFromMode(const Density& mode,
                                              const DensityFitter& fitter,
                                              TemperedEnergy& energy,
                                              const RandomKey& key,
                                              Index address) {
  const Index count = NumDraws(mode.dimension());
  ModeApproach approach;
  TTFLOW_ASSIGN_OR_RETURN(approach.draws,
                          DrawPoints(mode, count, key, address, energy));
  double ess = 0;
  for (int round = 1; round <= kMostRounds; ++round) {
    RecentPoints recent;
    recent.Keep(std::move(approach.draws));
    const PooledPoints pool = recent.FlattenedPool(kFlattening);
    if (!(pool.weights.sum() > 0)) return ModeApproach();
    auto product = fitter.FitAboutMode(pool, energy.executor()).density;
    TTFLOW_ASSIGN_OR_RETURN(
        approach.draws,
        DrawPoints(*product, count, key, address + round * count, energy));
    const double before = ess;
    ess = WeightEssFraction(approach.draws.LogWeightsAt(1));
    if (ess >= kFairEss) {
      approach.product = std::move(product);
      return approach;
    }
    if (ess < kGain * before) break;
  }
  return ModeApproach();
}

}  // namespace ttflow
