#include "core/sampler/mode_approach.h"

#include <algorithm>
#include <utility>

#include "core/foundation/status_macros.h"
#include "core/math/pareto_tail.h"
#include "core/particles/weights.h"

namespace ttflow {
namespace {

// Draws of the modes' normals themselves, and what ESS fractions make of them:
// nothing, a start, and good enough without adapting anything.
constexpr Index kModeDraws = 300;
constexpr double kStartEss = 0.25;
constexpr double kGoodEss = 0.6;
// Few draws do not meet what lies in a tail; their largest weights tell of it.
constexpr double kLightTail = 0.2;

// Of ApproachFromMode.
constexpr Index kDraws = 400;
constexpr Index kDrawsEach = 10;  // a coordinate
constexpr int kMostRounds = 5;
constexpr double kFlattening = 0.3;
constexpr double kGain = 1.2;
constexpr double kFairEss = 0.2;
// What the best round must reach where none is fair.
constexpr double kLeastEss = 0.08;

// Of ApproachFromModes.
constexpr Index kLocalDrawsEach = 40;  // a mode
constexpr int kMostLocalRounds = 5;
// The first fits may only find out how heavy the tails are.
constexpr int kLeastLocalRounds = 2;
constexpr double kLocalGain = 1.1;
constexpr double kGoodLocalEss = 0.8;
constexpr Index kMostLocalModes = 64;
// A fit is O(modes coordinates).
constexpr Index kMostLocalMarginals = 600;

// Between the addresses of the three kinds of draws.
constexpr Index kAddressStep = Index{1} << 22;

Index NumDraws(Index dimension) { return kDraws + kDrawsEach * dimension; }

Index NumLocalDraws(Index dimension, Index modes) {
  return NumDraws(dimension) + kLocalDrawsEach * modes;
}

}  // namespace

absl::StatusOr<ModeApproach> ApproachFromMode(const Density& mode,
                                              const DensityFitter& fitter,
                                              std::int64_t most_evaluations,
                                              TemperedEnergy& energy,
                                              const RandomKey& key,
                                              Index address) {
  const Index count = NumDraws(mode.dimension());
  ModeApproach approach;
  if (2 * count > most_evaluations) return approach;
  most_evaluations -= count;
  TTFLOW_ASSIGN_OR_RETURN(PointSet draws,
                          DrawPoints(mode, count, key, address, energy));
  double best = 0;
  for (int round = 1; round <= kMostRounds && count <= most_evaluations;
       ++round) {
    most_evaluations -= count;
    RecentPoints recent;
    recent.Keep(std::move(draws));
    const PooledPoints pool = recent.FlattenedPool(kFlattening);
    if (!(pool.weights.sum() > 0)) return ModeApproach();
    auto product = fitter.FitAboutMode(pool, energy.executor()).density;
    TTFLOW_ASSIGN_OR_RETURN(
        draws,
        DrawPoints(*product, count, key, address + round * count, energy));
    const double ess = WeightEssFraction(draws.LogWeightsAt(1));
    const double before = best;
    if (ess > best) {
      best = ess;
      approach = {std::move(product), draws};
    }
    if (best >= kFairEss || ess < kGain * before) break;
  }
  return best >= kLeastEss ? std::move(approach) : ModeApproach();
}

absl::StatusOr<LocalApproach> ApproachFromModes(const ModeDensity& modes,
                                                std::int64_t most_evaluations,
                                                TemperedEnergy& energy,
                                                const RandomKey& key,
                                                Index address) {
  const auto num_modes = static_cast<Index>(modes.modes.size());
  const Index d = modes.wide->dimension();
  LocalApproach best;
  if (num_modes > kMostLocalModes || num_modes * d > kMostLocalMarginals) {
    return best;
  }
  std::vector<LocalProduct> products;
  const Vector weights = ModeWeights(modes.modes);
  for (Index k = 0; k < num_modes; ++k) {
    const Mode& mode = modes.modes[k];
    products.push_back({weights[k], StretchedNormal(mode.position, mode.root)});
  }
  const Index count = NumLocalDraws(d, num_modes);
  RecentPoints recent;
  for (int round = 0; round < kMostLocalRounds && count <= most_evaluations;
       ++round) {
    most_evaluations -= count;
    const auto sum = SumOf(products, modes.wide);
    TTFLOW_ASSIGN_OR_RETURN(
        PointSet draws,
        DrawPoints(*sum, count, key, address + round * count, energy));
    const double ess = WeightEssFraction(draws.LogWeightsAt(1));
    recent.Keep(draws);
    const double before = best.ess_fraction;
    if (ess > before) best = {products, std::move(draws), ess};
    if (ess > kGoodLocalEss ||
        (round >= kLeastLocalRounds && ess < kLocalGain * before))
      break;
    const PooledPoints pool = recent.FlattenedPool(kFlattening);
    if (!(pool.weights.sum() > 0)) break;
    products = FitLocalProducts(products,
                                pool.position,
                                pool.weights,
                                pool.batch.target_gradient,
                                energy.executor());
  }
  return best;
}

absl::StatusOr<AdaptedModes> AdaptToModes(const ModeDensity& modes,
                                          DensityFitter& fitter,
                                          std::int64_t most_evaluations,
                                          TemperedEnergy& energy,
                                          const RandomKey& key,
                                          Index address) {
  AdaptedModes adapted;
  const std::int64_t before = energy.num_evaluations();
  const auto allowance = [&] {
    return most_evaluations - (energy.num_evaluations() - before);
  };
  if (allowance() < kModeDraws) return adapted;
  TTFLOW_ASSIGN_OR_RETURN(
      adapted.draws,
      DrawPoints(*modes.density, kModeDraws, key, address, energy));
  const Vector log_weight = adapted.draws.LogWeightsAt(1);
  const double ess = WeightEssFraction(log_weight);
  if (ess >= kStartEss) adapted.fitted.density = modes.density;
  if (ess >= kGoodEss && ParetoTailIndex(log_weight) < kLightTail) {
    return adapted;
  }
  if (modes.modes.size() == 1) {
    TTFLOW_ASSIGN_OR_RETURN(ModeApproach approach,
                            ApproachFromMode(*modes.density,
                                             fitter,
                                             allowance(),
                                             energy,
                                             key,
                                             address + kAddressStep));
    if (approach.product != nullptr) {
      fitter.AdoptProductAboutMode(approach.product);
      adapted.fitted.density = adapted.fitted.train = approach.product;
      adapted.draws = std::move(approach.draws);
      return adapted;
    }
  }
  TTFLOW_ASSIGN_OR_RETURN(
      LocalApproach approach,
      ApproachFromModes(
          modes, allowance(), energy, key, address + 2 * kAddressStep));
  if (approach.ess_fraction >= std::max(kStartEss, ess)) {
    adapted.fitted.density = SumOf(approach.products, modes.wide);
    adapted.draws = std::move(approach.draws);
    fitter.AdoptLocalProducts(std::move(approach.products), modes.wide);
  }
  return adapted;
}

}  // namespace ttflow
