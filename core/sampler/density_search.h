// DensitySearch: finds a density of the target that can be drawn from, by
// annealing.

#ifndef TTFLOW_CORE_SAMPLER_DENSITY_SEARCH_H_
#define TTFLOW_CORE_SAMPLER_DENSITY_SEARCH_H_

#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "core/density/density.h"
#include "core/density/squared_train.h"
#include "core/energy/counting_energy.h"
#include "core/foundation/executor.h"
#include "core/foundation/random.h"
#include "core/particles/particles.h"
#include "core/sampler/density_fitter.h"
#include "core/sampler/local_repair.h"
#include "core/sampler/mode_density.h"
#include "core/sampler/point_set.h"
#include "core/sampler/sampler_options.h"
#include "core/sampler/summary.h"
#include "core/sampler/target_points.h"

namespace ttflow {

// What a search found.
struct FoundDensity {
  std::shared_ptr<const Density> density;
  double ess_fraction = 0;  // of fresh draws at the target
  // log Z by other routes: the product of mean weights along the path, and the
  // first fresh draws at the target. What they say must agree with the draws
  // of the density.
  std::vector<RouteEvidence> routes;
  // Modes, where they were looked for and can be counted.
  std::vector<Mode> modes;
};

// Carries particles from a wide base to the target. At every stage a density is
// fitted to p_t on all recent points, by their energies and gradients; fresh
// draws of it replace the particles where their weights are good, and are
// independence proposals elsewhere; redrawn blocks of coordinates and a
// Langevin move repair the rest. At the target the fit is repeated on its own
// draws while that helps.
//
// Everything that is drawn is evaluated once and kept for later fits. The
// result is fixed before anything is estimated with it.
// Source: docs/method.md, squared trains.
class DensitySearch {
 public:
  // `base`, `energy` and `executor` must outlive the object.
  DensitySearch(const DensityOptions& options,
                const Density& base,
                CountingEnergy& energy,
                const RandomKey& key,
                const Executor& executor);

  // Starts from these points of the base instead of drawing them, before the
  // first step.
  void StartFrom(PointSet first);

  // Runs one stage and describes it in `info` (pass and counts are the
  // caller's). Errors: the energy's and the interrupter's; kFailedPrecondition
  // where no particle has weight.
  absl::Status Step(Interrupter& interrupter, StageInfo& info);

  bool done() const { return done_; }
  double t() const { return t_; }
  int num_stages() const { return stage_; }
  double predicted() const { return fitted_.predicted_log_ess; }
  const FoundDensity& found() const { return found_; }
  // The equally weighted cloud at t, for a base where nothing good was found.
  const Matrix& position() const { return particles_.position; }
  // Most energies that the next step asks for: draws, a block and a Langevin
  // move; at first those of the base too, but not what modes cost.
  Index NextEvaluations() const;
  // The search for modes and what is adapted to them, part of the first step,
  // may cost so many energies; without this call as many as they like.
  void AllowForModes(std::int64_t most_evaluations) {
    mode_allowance_ = most_evaluations;
  }

 private:
  enum class Phase { kAnneal, kRefine };

  absl::Status Anneal(TemperedEnergy& energy, StageInfo& info);
  absl::Status Refine(TemperedEnergy& energy, StageInfo& info);
  // Fits the target itself from the gradients of `pool` alone and tries a few
  // draws.
  absl::StatusOr<bool> LookAhead(const PooledPoints& pool,
                                 TemperedEnergy& energy,
                                 const RandomKey& key);
  // Finds modes from wide starts and keeps their density as a guard, unless
  // there is but one, and as a first try.
  absl::Status SearchModes(TemperedEnergy& energy);
  // Tries the mixture of the modes' normals, if hardly any mode is missing;
  // about a single one a product that is adapted to it.
  absl::StatusOr<bool> TryModes(TemperedEnergy& energy, const RandomKey& key);
  // Leaves the path for the target itself with `density`; draws of it, as they
  // were drawn from it or from it and guards, were good. If it is exact the
  // search ends; else more are drawn, and false is returned where these are
  // not good.
  absl::StatusOr<bool> JumpToTarget(FittedDensity density,
                                    std::shared_ptr<const Density> drawn_from,
                                    PointSet draws,
                                    bool exact,
                                    TemperedEnergy& energy,
                                    const RandomKey& key);
  void Replace(const PointSet& fresh, const RandomKey& key);
  void AddDirectRoute(const Vector& log_weight);
  // `density` with shares of the last hotter one and of the modes: guards of
  // its tails.
  std::shared_ptr<const Density> Guarded(
      std::shared_ptr<const Density> density) const;

  DensityOptions options_;
  const Density& base_;
  CountingEnergy& energy_;
  RandomKey key_;
  const Executor& executor_;
  Index dimension_;

  Phase phase_ = Phase::kAnneal;
  bool started_ = false;
  bool done_ = false;
  int stage_ = 0;
  double t_ = 0;
  Particles particles_;
  RecentPoints recent_;
  TargetPoints target_points_;  // once at the target
  DensityFitter fitter_;
  FittedDensity fitted_;                     // of the last stage
  std::shared_ptr<const Density> proposal_;  // what fresh draws come from
  std::shared_ptr<const Density> hotter_;
  ModeDensity all_modes_;                 // what the mode search found
  std::shared_ptr<const Density> modes_;  // its density where it is a guard
  std::int64_t mode_allowance_ = std::numeric_limits<std::int64_t>::max();
  double fresh_ess_ = 0;
  double best_look_ahead_ = -std::numeric_limits<double>::infinity();
  double log_evidence_ = 0;  // of p_t, the best known
  double log_evidence_variance_ = 0;
  LocalRepair repair_;
  int refinements_ = 0;
  int idle_refinements_ = 0;
  FoundDensity found_;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_DENSITY_SEARCH_H_
