// Rank adaptation: how large the ranks of a fitted train become.

#ifndef TTFLOW_CORE_ALS_RANK_ADAPTATION_H_
#define TTFLOW_CORE_ALS_RANK_ADAPTATION_H_

#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "core/als/als_problem.h"
#include "core/als/als_solver.h"
#include "core/foundation/executor.h"
#include "core/foundation/interrupter.h"
#include "core/foundation/random.h"
#include "core/foundation/types.h"
#include "core/tensor_train/tensor_train.h"

namespace ttflow {

enum class RankRule {
  kEma,       // the paper's moving average of trains with TT-SVD rounding
  kResidual,  // bonds grow while the held-out residual falls by more than its
              // noise, in random directions
  kAmen,      // the same, in the directions of the residual's gradient
};

struct RankAdaptationOptions {
  Index max_rank = 8;                // 0: no bound but max_unknowns
  double relative_tolerance = 1e-3;  // TT-SVD rounding
  // Most unknowns of a local solve, 0 = no bound: ranks that would need more
  // are not tried. At least 8 rows an unknown is sound.
  Index max_unknowns = 0;
  double ema_rate = 0.5;  // beta of `ema`, in (0, 1]
  AlsOptions als;
};

// A rank rule: fits a train to a problem and settles its ranks on the way.
// Shields the fit from how ranks are found.
class RankAdaptation {
 public:
  virtual ~RankAdaptation() = default;

  // Fits the train. `start` is where the search begins (the zero train of rank
  // one, or a warm start); `previous`, if not null, is the train of the stage
  // before in the same bases.
  //
  // The result's risks are those of the train that is returned. Errors as
  // SolveAls.
  virtual absl::StatusOr<AlsResult> Fit(const AlsProblem& problem,
                                        std::span<const RowRole> roles,
                                        const TensorTrain& start,
                                        const TensorTrain* previous,
                                        const RandomKey& key,
                                        const Executor& executor,
                                        Interrupter& interrupter) const = 0;
};

// Makes a rule.
//
// `residual`: all bonds grow by one, and the growth is kept while the held-out
// risk falls by more than the standard error of that fall and by 2 % at least;
// rounding to `relative_tolerance`, kept where it does not raise the held-out
// risk beyond noise, takes back what single bonds do not need. A risk below
// relative_tolerance^2 of the zero train's counts as zero. `previous` is not
// used. New directions are random (Enrich).
//
// `amen`: the same with the directions of EnrichByResidual.
//
// `ema`, of Hagemann et al. (2024): from the enriched previous train (or start)
// one alternating fit, then
//   phi <- Round((1 - beta) phi_previous + beta phi_fit, relative_tolerance).
// Without a previous train phi <- Round(phi_fit). Ranks have no preset bound
// unless max_rank or max_unknowns is set.
std::unique_ptr<const RankAdaptation> MakeRankAdaptation(
    RankRule rule, const RankAdaptationOptions& options);

}  // namespace ttflow

#endif  // TTFLOW_CORE_ALS_RANK_ADAPTATION_H_
