// Fit: a velocity for the continuity equation, cross-fitted, judged held-out.

#ifndef TTFLOW_CORE_TRANSPORT_FIT_H_
#define TTFLOW_CORE_TRANSPORT_FIT_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/als/rank_adaptation.h"
#include "core/foundation/executor.h"
#include "core/foundation/interrupter.h"
#include "core/foundation/random.h"
#include "core/transport/velocity.h"

namespace ttflow {

// What the velocity is made of.
enum class VelocityForm {
  kParts,       // grad phi: additive part, pairs and an interaction train
  kTrain,       // grad phi, all of phi in one train
  kComponents,  // a train for every component, no gradient: the paper's
};

struct FitOptions {
  VelocityForm velocity = VelocityForm::kParts;
  BasisFamily basis = BasisFamily::kBSpline;
  bool orthonormal = true;  // in inner_product
  InnerProduct inner_product = InnerProduct::kH2;
  // Most functions a coordinate, with the constant; fewer where rows are few.
  Index additive_basis_size = 12;
  Index train_basis_size = 6;  // of every train, whatever the form
  Index max_rank = 8;          // 0: no train
  RankRule rank_rule = RankRule::kResidual;
  double relative_tolerance = 1e-3;  // TT-SVD rounding
  double ema_rate = 0.5;  // beta of phi <- (1 - beta) phi_old + beta phi_fit
  Index max_pairs = -1;   // -1: as the rows allow, at least 2 d
  double rows_per_unknown = 8;
  double interval_tail = 0.005;   // weighted quantiles at both ends ...
  double interval_margin = 0.25;  // ... widened by this share of their distance
  int num_sweeps = 3;
};

// The data of one stage in local coordinates u. Centred internally.
struct FitProblem {
  ConstMatrixRef position;               // u [N, d]
  ConstVectorRef weights;                // [N], sum 1
  ConstMatrixRef gradient;               // grad_u f_t [N, d]
  ConstVectorRef energy_difference;      // h = f_1 - f_0 [N]
  const std::vector<std::int8_t>& fold;  // [N], 0 or 1
};

struct FitResult {
  // fold_velocity[f] is fitted on the rows of the other fold and moves those
  // of fold f; `velocity` is fitted on all rows, for frozen runs.
  std::array<Velocity, 2> fold_velocity;
  Velocity velocity;
  // rho_i = (h - c) - (div v - grad f_t . v)(u_i) by the cross-fit: the rate at
  // which log weights would fall along the flow; c makes its weighted mean
  // zero. [N]
  Vector residual;
  // 1 - Var(rho) / Var(h), weighted, held out: the figure of merit.
  double validation_r2 = 0;
  double additive_r2 = 0;  // the same with the additive part alone, if any
  double ridge = 0;        // chosen for the last part, relative to trace / p
  Index num_unknowns = 0;  // of the largest solve
  // [d + 1], or empty without a train; of components the largest a bond.
  std::vector<Index> ranks;
};

// Fits a velocity of the form that the options name by (alternating) least
// squares for
//   div v - grad f_t . v = h - hbar,  with v = grad phi
//   L_t phi = h - hbar,  L_t phi = Laplace(phi) - grad f_t . grad phi,
// docs/method.md (1)-(3); of three parts of phi the train is fitted on what the
// other two leave. What does not lower the held-out residual is not kept, which
// may leave v = 0. `previous`, if not null, is the last stage's result in the
// same kind of coordinates and form: intervals that still fit are kept, its
// trains are warm starts, and the `ema` rule's old trains.
//
// The coefficients of fold_velocity[f] are fitted to the rows of fold 1 - f.
// What depends on h of fold f in it are choices: ridges, the numbers of
// functions and pairs, which parts are kept, the ranks, and after which core's
// update the alternating fit stops. Intervals and scales of columns depend on
// positions, weights and gradients of both folds.
//
// Particles without weight, or not finite in position, gradient or energy
// difference, take no part; residual is 0 where it is not finite.
//
// Errors: kCancelled etc. of the interrupter; kFailedPrecondition if fewer than
//         64 particles have weight, or fewer than 16 in a fold, or Var(h) is
//         zero: no flow then.
// Random: starting directions of the train, purpose kFit; the same bytes for
//         any number of threads.
absl::StatusOr<FitResult> FitVelocity(const FitProblem& problem,
                                      const FitOptions& options,
                                      const FitResult* previous,
                                      const RandomKey& key,
                                      const Executor& executor,
                                      Interrupter& interrupter);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TRANSPORT_FIT_H_
