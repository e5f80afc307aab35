// ComponentFit: a train for every component of the velocity.

#ifndef TTFLOW_CORE_TRANSPORT_COMPONENT_FIT_H_
#define TTFLOW_CORE_TRANSPORT_COMPONENT_FIT_H_

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

namespace ttflow {

struct ComponentFit {
  std::vector<BasisSpec> basis;  // [d]
  // [f][k]: component k fitted on fold 1 - f.
  std::array<std::vector<TensorTrain>, 2> fold_components;
  std::vector<TensorTrain> components;  // fitted on all rows, [d]
  double ridge = 0;
  Index num_unknowns = 0;  // of the largest local solve
};

// Fits T_1 .. T_d to the continuity equation
//   sum_k D_k T_k = h - hbar,   D_k = d_k - (d_k f_t),
// docs/method.md (19): component after component to what the others leave, each
// by alternating least squares over its cores, in rounds. The row of component
// k is the train's with D_k b_k in place of b_k at coordinate k, so each is a
// plain regression. The many fields without effect on p_t, such as rotations,
// are left to the ridge, which takes the smallest.
//
// Folds, ranks by the rule of the options and the judgement are as for a train
// of the potential (FitInteractionTrain): one ridge for all, and the fields are
// kept only where the held-out risk falls by more than two of its standard
// errors and by 1 %.
//
// basis:    intervals and sizes, [d].
// previous: the last stage's result, or null; its components are warm starts.
// Returns nothing where they are not kept or not wanted (max_rank 0).
// Random:   starting directions from key, purpose kFit.
// Errors:   the interrupter's.
// Cost:     a round is d times that of one train.
absl::StatusOr<std::optional<ComponentFit>> FitComponents(
    const FitRows& rows,
    const std::vector<BasisSpec>& basis,
    const FitOptions& options,
    const FitResult* previous,
    const RandomKey& key,
    const Executor& executor,
    Interrupter& interrupter);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TRANSPORT_COMPONENT_FIT_H_
