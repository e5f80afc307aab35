// FoldSums: the normal sums of both folds, extended and restricted without
// another pass over what is known.

#ifndef TTFLOW_CORE_TRANSPORT_FOLD_SUMS_H_
#define TTFLOW_CORE_TRANSPORT_FOLD_SUMS_H_

#include <array>
#include <vector>

#include "absl/status/statusor.h"
#include "core/als/ridge_path.h"
#include "core/foundation/executor.h"
#include "core/foundation/interrupter.h"
#include "core/foundation/types.h"
#include "core/transport/fit_rows.h"

namespace ttflow {

// Entry f has the sums of the rows of fold f, right-hand side h.
using FoldSums = std::array<NormalSums, 2>;

// Adds up the sums of p unknowns; `fill` as for ComputeNormalSums.
//
// Errors: the interrupter's, asked about every 50 ms.
// Cost:   one fill and one SYRK, N p^2 operations; memory 8 p^2 bytes for each
//         of at most 8 partial sums.
// Random: none; the same bytes for any number of threads.
absl::StatusOr<FoldSums> ComputeFoldSums(const FitRows& rows,
                                         Index p,
                                         FillRows fill,
                                         const Executor& executor,
                                         Interrupter& interrupter);

// Returns the sums of the p unknowns of `sums`, whose columns are filled by
// `fill`, followed by q new ones, filled by `fill_new`.
//
// Errors: the interrupter's, asked about every 50 ms.
// Cost:   both fills and N q (2 p + q) operations.
absl::StatusOr<FoldSums> ExtendFoldSums(const FitRows& rows,
                                        const FoldSums& sums,
                                        FillRows fill,
                                        Index q,
                                        FillRows fill_new,
                                        const Executor& executor,
                                        Interrupter& interrupter);

// Returns the sums in fewer unknowns. The first `num_blocks` blocks of
// projection.rows() unknowns become blocks of projection.cols(), those of the
// functions b_small = b_large projection; with an empty projection the first
// `num_blocks` unknowns stay as they are. Of the unknowns after them those in
// `kept`, counted from 0, remain.
NormalSums RestrictSums(const NormalSums& sums,
                        Index num_blocks,
                        const Matrix& projection,
                        const std::vector<Index>& kept);

// Returns the coefficients in the larger functions of what has `coefficients`
// in the smaller ones b_small = b_large projection: `num_blocks` blocks become
// longer, what follows them stays as it is.
Vector ExpandCoefficients(const Vector& coefficients,
                          Index num_blocks,
                          const Matrix& projection);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TRANSPORT_FOLD_SUMS_H_
