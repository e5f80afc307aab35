// Enrichment: directions by which the ranks of a train may grow.

#ifndef TTFLOW_CORE_ALS_ENRICHMENT_H_
#define TTFLOW_CORE_ALS_ENRICHMENT_H_

#include <cstdint>
#include <span>

#include "absl/status/statusor.h"
#include "core/als/als_problem.h"
#include "core/als/residuals.h"
#include "core/foundation/executor.h"
#include "core/foundation/interrupter.h"
#include "core/foundation/random.h"
#include "core/foundation/types.h"
#include "core/tensor_train/tensor_train.h"

namespace ttflow {

// Raises every inner rank by up to `increment`, to at most `max_rank` (0: no
// bound) and to what the neighbouring cores can fill, without changing the
// function: new rows of a core are random directions, the columns that lead to
// them are zero. The first forward half sweep of the solver fills them in.
//
// Random: core k draws from key.Stream(kFit, index + k, 0).
TensorTrain Enrich(const TensorTrain& train,
                   Index increment,
                   Index max_rank,
                   const RandomKey& key,
                   std::uint32_t index);

// As Enrich, but the new rows of core k are the directions that lower the
// training risk fastest: the leading right singular vectors of the gradient of
// the risk in cores k - 1 and k taken as one, which is formed behind few random
// columns for core k - 1 (a range finder; the gradient itself would have
// r m m r entries). `prediction` is A T of the train at all rows; with
// `profile_constant` residuals are about their weighted mean.
//
// Shapes: roles, prediction [num_rows()].
// Cost:   about that of a half sweep without its Gram matrices.
// Errors: the interrupter's.
// Random: core k draws from key.Stream(kFit, index + k, 0); the same bytes for
//         any number of threads.
// Source: Dolgov, Savostyanov (2014), AMEn; the range finder of Halko,
//         Martinsson, Tropp (2011).
absl::StatusOr<TensorTrain> EnrichByResidual(const AlsProblem& problem,
                                             std::span<const RowRole> roles,
                                             const TensorTrain& train,
                                             const Vector& prediction,
                                             bool profile_constant,
                                             Index increment,
                                             Index max_rank,
                                             const RandomKey& key,
                                             std::uint32_t index,
                                             const Executor& executor,
                                             Interrupter& interrupter);

}  // namespace ttflow

#endif  // TTFLOW_CORE_ALS_ENRICHMENT_H_
