#include "core/sampler/density_search.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/density/density_sum.h"
#include "core/evidence/importance.h"
#include "core/foundation/status_macros.h"
#include "core/math/log_sum_exp.h"
#include "core/moves/independence.h"
#include "core/particles/resampling.h"
#include "core/particles/weights.h"
#include "core/sampler/annealing_step.h"
#include "core/sampler/mode_approach.h"

namespace ttflow {
namespace {

// Fresh draws replace the particles where their ESS fraction is above this.
constexpr double kReplaceEss = 0.3;
constexpr Index kLookAheadDraws = 300;
constexpr double kLookAheadFlattening = 0.3;
constexpr double kLookAheadPromise = -2.5;
constexpr double kLookAheadGain = 0.5;
constexpr double kLookAheadEss = 0.25;
// Of further draws, which the first few only promised. In few coordinates the
// path costs little and ends better.
constexpr double kConfirmedEss = 0.04;
constexpr double kConfirmedFewEss = 0.25;
constexpr Index kFewCoordinates = 16;
constexpr double kLookAheadDone = 0.9;
constexpr double kLookAheadR2 = 0.99;
constexpr double kLookAheadHonest = -1.5;

// Refinements at the target: at most so many, and so many without a gain.
constexpr int kRefinements = 6;
constexpr int kIdleRefinements = 3;
constexpr double kRefinedEss = 0.92;
constexpr double kRefinementGain = 1.05;

// A stage's density guards the last one's tails if it is so much hotter and its
// own draws were so good.
constexpr double kHottestGuard = 0.9;
constexpr double kGuardEss = 0.05;
constexpr double kGuardShare = 0.05;

// Curvatures of modes cost d evaluations each.
constexpr Index kMostModeCoordinates = 256;

// Draws of a smaller ESS fraction say nothing: their own error is too small.
constexpr double kRouteEss = 0.5;

// Addresses of random numbers within one stage.
constexpr Index kLookAheadFirst = Index{1} << 24;
constexpr Index kModesFirst = Index{1} << 25;
constexpr Index kJumpFirst = Index{1} << 26;
constexpr std::uint32_t kIndependenceStream = 1 << 20;
constexpr std::uint32_t kBlockStream = kIndependenceStream + 1;

void Resample(Index count, const RandomKey& key, Particles& particles) {
  SelectAncestors(
      DrawAncestors(
          ResamplingScheme::kSystematic, particles.log_weight, count, key),
      particles);
}

}  // namespace

DensitySearch::DensitySearch(const DensityOptions& options,
                             const Density& base,
                             CountingEnergy& energy,
                             const RandomKey& key,
                             const Executor& executor)
    : options_(options),
      base_(base),
      energy_(energy),
      key_(key),
      executor_(executor),
      dimension_(base.dimension()),
      fitter_(options, base.dimension()),
      repair_(base.dimension()) {}

absl::Status DensitySearch::Step(Interrupter& interrupter, StageInfo& info) {
  TemperedEnergy energy(base_, energy_, executor_, interrupter);
  if (!started_) {
    TTFLOW_ASSIGN_OR_RETURN(
        PointSet first,
        DrawPoints(
            base_, options_.num_particles, key_.AtStage(0, 0), 0, energy));
    StartFrom(std::move(first));
  }
  ++stage_;
  info.stage = stage_ - 1;
  const double before = t_;
  TTFLOW_RETURN_IF_ERROR(phase_ == Phase::kAnneal ? Anneal(energy, info)
                                                  : Refine(energy, info));
  info.t = t_;
  info.dt = t_ - before;
  info.dt_without_flow = info.dt;
  info.log_evidence = log_evidence_;
  if (fitted_.train != nullptr) {
    info.ranks = fitted_.train->parameters().train.ranks();
  }
  return absl::OkStatus();
}

void DensitySearch::StartFrom(PointSet first) {
  particles_ = AsParticles(first);
  recent_.Keep(std::move(first));
  started_ = true;
}

std::shared_ptr<const Density> DensitySearch::Guarded(
    std::shared_ptr<const Density> density) const {
  return AddGuards(std::move(density), {hotter_, modes_}, kGuardShare);
}

Index DensitySearch::NextEvaluations() const {
  const Index stage = 3 * options_.num_particles + kLookAheadDraws;
  if (stage_ > 0) return stage;
  return stage + (started_ ? 0 : options_.num_particles) + kLookAheadDraws;
}

absl::StatusOr<bool> DensitySearch::LookAhead(const PooledPoints& pool,
                                              TemperedEnergy& energy,
                                              const RandomKey& key) {
  if (!(pool.weights.sum() > 0)) return false;
  const GradientProduct product = fitter_.FitFromGradients(pool, executor_);
  const double predicted =
      DensityFitter::PredictAtTarget(*product.density, pool, executor_);
  const bool regular = stage_ <= 16 && (stage_ & (stage_ - 1)) == 0;
  if (!(predicted > kLookAheadPromise &&
        predicted > best_look_ahead_ + kLookAheadGain) &&
      !regular) {
    return false;
  }
  best_look_ahead_ = std::max(best_look_ahead_, predicted);
  // A product that is blind to some of the modes is so with the guard's draws,
  // too.
  const std::shared_ptr<const Density> guarded = Guarded(product.density);
  TTFLOW_ASSIGN_OR_RETURN(
      PointSet draws,
      DrawPoints(*guarded, kLookAheadDraws, key, kLookAheadFirst, energy));
  const double ess = WeightEssFraction(draws.LogWeightsAt(1));
  if (ess < kLookAheadEss) return false;
  // A product that is not exact is believed only where the path's own weighted
  // points agree.
  if (product.least_r2 < kLookAheadR2 &&
      DensityFitter::PredictAtTarget(
          *product.density, recent_.Pool(1), executor_) < kLookAheadHonest) {
    return false;
  }
  FittedDensity fitted;
  fitted.density = fitted.train = product.density;
  fitted.predicted_log_ess = predicted;
  // An exact product needs no refinement.
  const bool exact = ess > kLookAheadDone && product.least_r2 > kLookAheadR2;
  TTFLOW_ASSIGN_OR_RETURN(
      const bool taken,
      JumpToTarget(
          std::move(fitted), guarded, std::move(draws), exact, energy, key));
  if (taken) fitter_.Adopt(product.density);
  return taken;
}

void DensitySearch::AddDirectRoute(const Vector& log_weight) {
  if (WeightEssFraction(log_weight) < kRouteEss) return;
  found_.routes.push_back({"the first fresh draws",
                           LogMeanExp(log_weight),
                           std::sqrt(MeanWeightVariance(log_weight))});
}

absl::StatusOr<bool> DensitySearch::JumpToTarget(
    FittedDensity density,
    std::shared_ptr<const Density> drawn_from,
    PointSet draws,
    bool exact,
    TemperedEnergy& energy,
    const RandomKey& key) {
  const std::shared_ptr<const Density> guarded = Guarded(density.density);
  Vector log_weight = draws.LogWeightsAt(1);
  PointSet more;
  if (!exact) {
    TTFLOW_ASSIGN_OR_RETURN(
        more,
        DrawPoints(*guarded,
                   std::max<Index>(options_.num_particles - kLookAheadDraws,
                                   kLookAheadDraws),
                   key,
                   kJumpFirst,
                   energy));
    // The first draws were chosen for their weights; these were not.
    log_weight = more.LogWeightsAt(1);
    if (WeightEssFraction(log_weight) <
        (dimension_ > kFewCoordinates ? kConfirmedEss : kConfirmedFewEss)) {
      return false;
    }
  }
  t_ = 1;
  fitted_ = std::move(density);
  fresh_ess_ = WeightEssFraction(log_weight);
  found_.density = guarded;
  found_.ess_fraction = fresh_ess_;
  log_evidence_ = LogMeanExp(log_weight);
  phase_ = Phase::kRefine;
  done_ = exact;
  if (exact) return true;
  AddDirectRoute(log_weight);
  target_points_.Add(draws, std::move(drawn_from), executor_);
  target_points_.Add(more, guarded, executor_);
  return true;
}

absl::Status DensitySearch::SearchModes(TemperedEnergy& energy) {
  const std::int64_t before = energy_.counts().num_energy_evaluations;
  TTFLOW_ASSIGN_OR_RETURN(ModeDensity modes,
                          FindModeDensity(particles_.position,
                                          particles_.target_energy,
                                          mode_allowance_,
                                          energy_,
                                          energy.interrupter()));
  mode_allowance_ -= energy_.counts().num_energy_evaluations - before;
  if (modes.density == nullptr) return absl::OkStatus();
  fitter_.SuggestMixture(modes.normals->parameters());
  found_.modes = modes.modes;
  if (modes.modes.size() > 1) modes_ = modes.density;
  all_modes_ = std::move(modes);
  return absl::OkStatus();
}

absl::StatusOr<bool> DensitySearch::TryModes(TemperedEnergy& energy,
                                             const RandomKey& key) {
  if (all_modes_.density == nullptr) return false;
  DensityFitter fitter = fitter_;
  TTFLOW_ASSIGN_OR_RETURN(
      AdaptedModes adapted,
      AdaptToModes(
          all_modes_, fitter, mode_allowance_, energy, key, kModesFirst));
  if (adapted.fitted.density == nullptr) return false;
  // A single mode, too, guards what was adapted to it.
  std::shared_ptr<const Density> before =
      std::exchange(modes_, all_modes_.density);
  const std::shared_ptr<const Density> drawn_from = adapted.fitted.density;
  TTFLOW_ASSIGN_OR_RETURN(const bool taken,
                          JumpToTarget(std::move(adapted.fitted),
                                       drawn_from,
                                       std::move(adapted.draws),
                                       /*exact=*/false,
                                       energy,
                                       key));
  if (taken) {
    fitter_ = std::move(fitter);
  } else {
    modes_ = std::move(before);
  }
  return taken;
}

void DensitySearch::Replace(const PointSet& fresh, const RandomKey& key) {
  particles_ = AsParticles(fresh);
  particles_.log_weight = fresh.LogWeightsAt(t_);
  log_evidence_ = LogMeanExp(particles_.log_weight);
  log_evidence_variance_ = MeanWeightVariance(particles_.log_weight);
  Resample(options_.num_particles, key, particles_);
}

absl::Status DensitySearch::Anneal(TemperedEnergy& energy, StageInfo& info) {
  const RandomKey key = key_.AtStage(0, 2 * stage_);
  const RandomKey fresh_key = key_.AtStage(0, 2 * stage_ + 1);
  // Flattened weights at the target: gradients hold at any point of a product.
  const PooledPoints flattened = recent_.FlattenedPool(kLookAheadFlattening);
  if (stage_ == 1) {
    fitter_.FindCoordinates(flattened, key, executor_);
  } else {
    fitter_.RefineCoordinates(flattened, executor_);
  }
  if (options_.look_ahead) {
    // Modes first: a look-ahead that sees one of them alone is guarded by all.
    if (stage_ == 1 && dimension_ <= kMostModeCoordinates) {
      TTFLOW_RETURN_IF_ERROR(SearchModes(energy));
    }
    TTFLOW_ASSIGN_OR_RETURN(bool taken, LookAhead(flattened, energy, key));
    if (!taken && stage_ == 1) {
      TTFLOW_ASSIGN_OR_RETURN(taken, TryModes(energy, key));
    }
    if (taken) {
      info.conditional_ess = fresh_ess_;
      info.weight_ess_fraction = fresh_ess_;
      return absl::OkStatus();
    }
  }
  const double next =
      NextAnnealingTime(particles_, t_, fresh_ess_, kReplaceEss);
  const PooledPoints pool = recent_.PoolWith(particles_, t_, next);
  const Vector log_weight = ReweightedTo(particles_, t_, next);
  info.conditional_ess =
      ConditionalEss(NormalizedWeights(particles_.log_weight),
                     log_weight - particles_.log_weight);
  particles_.log_weight = log_weight;
  t_ = next;
  info.weight_ess_fraction = WeightEssFraction(particles_.log_weight);
  if (!(info.weight_ess_fraction > 0)) {
    return absl::FailedPreconditionError(
        "no particle has a positive weight: the energy is not finite where the "
        "particles are; check the target or give a base (base.mean, "
        "base.scale)");
  }
  TTFLOW_ASSIGN_OR_RETURN(
      fitted_, fitter_.Fit(t_, pool, key, executor_, energy.interrupter()));
  log_evidence_ += LogMeanExp(particles_.log_weight);
  log_evidence_variance_ += MeanWeightVariance(particles_.log_weight);
  Resample(options_.num_particles, key, particles_);
  info.resampled = true;
  if (t_ == 1) {
    found_.routes.push_back(
        {"the path", log_evidence_, std::sqrt(log_evidence_variance_)});
  }
  proposal_ = t_ == 1 ? Guarded(fitted_.density) : fitted_.density;
  TTFLOW_ASSIGN_OR_RETURN(
      PointSet fresh,
      DrawPoints(*proposal_, options_.num_particles, fresh_key, 0, energy));
  const Vector fresh_weights = fresh.LogWeightsAt(t_);
  fresh_ess_ = WeightEssFraction(fresh_weights);
  fitter_.Observe(fresh_ess_);
  if (fresh_ess_ > kReplaceEss) {
    Replace(fresh, fresh_key);
  } else {
    ProposeIndependently(*proposal_,
                         {fresh.position, fresh.batch, fresh.log_proposal},
                         t_,
                         executor_,
                         fresh_key,
                         kIndependenceStream,
                         particles_);
    if (fitted_.train != nullptr) {
      TTFLOW_RETURN_IF_ERROR(repair_.RedrawBlock(
          *fitted_.train, t_, energy, fresh_key, kBlockStream, particles_));
    }
  }
  info.fresh_ess_fraction = fresh_ess_;
  if (t_ == 1) target_points_.Add(fresh, proposal_, executor_);
  recent_.Keep(std::move(fresh));
  TTFLOW_RETURN_IF_ERROR(repair_.Move(t_, energy, key, particles_, info));
  if (t_ < kHottestGuard && fresh_ess_ > kGuardEss) {
    hotter_ = fitted_.density;
  }
  if (t_ == 1) {
    found_.density = proposal_;
    found_.ess_fraction = fresh_ess_;
    AddDirectRoute(fresh_weights);
    phase_ = Phase::kRefine;
    if (found_.ess_fraction > kRefinedEss) done_ = true;
  }
  return absl::OkStatus();
}

absl::Status DensitySearch::Refine(TemperedEnergy& energy, StageInfo& info) {
  const RandomKey key = key_.AtStage(0, 2 * stage_);
  const RandomKey fresh_key = key_.AtStage(0, 2 * stage_ + 1);
  ++refinements_;
  const PointSet& all = target_points_.all();
  const PooledPoints pool = PoolPoints({&all}, {all.LogWeightsAt(1)});
  fitter_.RefineCoordinates(pool, executor_);
  TTFLOW_ASSIGN_OR_RETURN(
      fitted_, fitter_.Fit(1, pool, key, executor_, energy.interrupter()));
  proposal_ = Guarded(fitted_.density);
  TTFLOW_ASSIGN_OR_RETURN(
      PointSet fresh,
      DrawPoints(*proposal_, options_.num_particles, fresh_key, 0, energy));
  const Vector fresh_weights = fresh.LogWeightsAt(1);
  const double ess = WeightEssFraction(fresh_weights);
  fitter_.Observe(ess);
  info.fresh_ess_fraction = ess;
  info.weight_ess_fraction = ess;
  info.conditional_ess = ess;
  target_points_.Add(fresh, proposal_, executor_);
  const double gain = ess / std::max(found_.ess_fraction, 1e-9);
  const bool better = ess > found_.ess_fraction;
  if (better) {
    found_.density = proposal_;
    found_.ess_fraction = ess;
  }
  if (better || ess > kReplaceEss) log_evidence_ = LogMeanExp(fresh_weights);
  idle_refinements_ = gain < kRefinementGain ? idle_refinements_ + 1 : 0;
  // Local products do not change their kind: what does not help will not.
  const int idle = fitter_.has_local_products() ? 1 : kIdleRefinements;
  done_ = found_.ess_fraction > kRefinedEss || idle_refinements_ >= idle ||
          refinements_ >= kRefinements;
  if (done_) found_.density = target_points_.BestMixture();
  return absl::OkStatus();
}

}  // namespace ttflow
