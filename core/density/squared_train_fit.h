// Squared train fit: a density regressed on energies and gradients.

#ifndef TTFLOW_CORE_DENSITY_SQUARED_TRAIN_FIT_H_
#define TTFLOW_CORE_DENSITY_SQUARED_TRAIN_FIT_H_

#include <vector>

#include "absl/status/statusor.h"
#include "core/density/marginal_fit.h"
#include "core/density/squared_train.h"
#include "core/density/squared_train_problem.h"
#include "core/foundation/executor.h"
#include "core/foundation/interrupter.h"
#include "core/foundation/random.h"
#include "core/foundation/types.h"

namespace ttflow {

struct SquaredTrainFit {
  SquaredTrainParameters parameters;
  // Log of the ESS fraction of fresh draws, predicted at held-out points; too
  // good where the fit is poor, without noise where it is perfect.
  double predicted_log_ess = 0;
  double product_log_ess = 0;  // the same of the product alone
};

// Fits pi = q T^2 / |T|^2 to p, q the product of `marginals`: with r_i^2
// proportional to W_i q/p, scaled so that T = 1 fits best, each core in turn
// minimises
//
//   sum_i (r_i T(u_i) - sqrt(W_i))^2
//     + gradient_weight sum_i r_i^2 c_ik^2 (dT/du_k + T (d_k log q + d_k
//     f)/2)^2
//     + ridge |T - T_before|^2,
//
// d_k the derivative of the core that is solved alone and c_ik a scale that
// bounds its weight. A quarter of the points (equal energies kept together:
// copies of one particle) are held out and choose the ridge at every core, the
// best iterate, and the ranks, by PredictLogEss. Starts: the product, and
// `previous`, the density of the stage before in the same kind of coordinates,
// or null.
//
// Errors: the interrupter's, asked before every core.
// Cost:   a sweep O(N d p^2), p = m r^2; one contraction [N, r] a bond is kept.
// Random: starting directions and the held-out points, purpose kFit of `key`.
// Source: docs/method.md, squared trains.
absl::StatusOr<SquaredTrainFit> FitSquaredTrain(
    const Coordinates& coordinates,
    const std::vector<MarginalFit>& marginals,
    const DensityProblem& problem,
    const SquaredTrainDensity* previous,
    const SquaredTrainOptions& options,
    const RandomKey& key,
    const Executor& executor,
    Interrupter& interrupter);

// The product of the marginals alone, as a density with its defensive part.
SquaredTrainParameters MakeProductParameters(
    const Coordinates& coordinates,
    const std::vector<MarginalFit>& marginals,
    const ConstMatrixRef& position,
    const ConstVectorRef& weights,
    const SquaredTrainOptions& options);

}  // namespace ttflow

#endif  // TTFLOW_CORE_DENSITY_SQUARED_TRAIN_FIT_H_
