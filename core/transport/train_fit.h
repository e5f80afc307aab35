// TrainFit: the train of a potential, fitted to what the linear parts leave.

#ifndef TTFLOW_CORE_TRANSPORT_TRAIN_FIT_H_
#define TTFLOW_CORE_TRANSPORT_TRAIN_FIT_H_

#include <array>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "core/basis/basis.h"
#include "core/foundation/executor.h"
#include "core/foundation/interrupter.h"
#include "core/foundation/random.h"
#include "core/tensor_train/tensor_train.h"
#include "core/transport/fit.h"
#include "core/transport/fit_rows.h"
#include "core/transport/linear_fit.h"

namespace ttflow {

struct TrainFit {
  std::vector<BasisSpec> basis;           // [d]
  std::array<TensorTrain, 2> fold_train;  // [f] fitted on fold 1 - f
  TensorTrain train;                      // fitted on all rows
  double ridge = 0;
  Index num_unknowns = 0;  // of the largest local solve
};

// Fits a train to the residual of `linear`, its ranks by the rule of the
// options. Each fold's train is fitted to the rows of the other; the fold's own
// rows choose the ridge (one for the whole fit), the ranks and the sweep at
// which to stop, and decide with those of the other fold whether trains are
// kept at all: only where the held-out risk falls by more than two of its
// standard errors and by 1 %.
//
// Where the train is all of phi (VelocityForm::kTrain) it starts from a sum of
// functions of one variable, otherwise from products of neighbours'.
//
// Returns nothing where a train is not kept, is not wanted (max_rank 0) or
// cannot help: the linear parts leave less than 1 % of Var(h), or d = 1 and it
// is not all of phi.
//
// previous: the last stage's result, or null; a train in it is carried over to
//           the present intervals as a warm start, its folds kept apart.
// Random:   starting directions from key, purpose kFit.
// Errors:   the interrupter's.
absl::StatusOr<std::optional<TrainFit>> FitInteractionTrain(
    const FitRows& rows,
    const LinearFit& linear,
    const FitOptions& options,
    const FitResult* previous,
    const RandomKey& key,
    const Executor& executor,
    Interrupter& interrupter);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TRANSPORT_TRAIN_FIT_H_
