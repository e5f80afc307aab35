// FitRows: the particles that a fit may use, gathered and normalised.

#ifndef TTFLOW_CORE_TRANSPORT_FIT_ROWS_H_
#define TTFLOW_CORE_TRANSPORT_FIT_ROWS_H_

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "core/basis/basis.h"
#include "core/foundation/executor.h"
#include "core/foundation/types.h"
#include "core/transport/fit.h"

namespace ttflow {

// n rows: the particles with positive weight and finite position, gradient and
// energy difference; those of fold 0 first, each fold in the particles' order.
struct FitRows {
  Matrix position;                 // u [n, d]
  Matrix gradient;                 // grad_u f_t [n, d]
  Vector weights;                  // [n], sum 1
  Vector energy_difference;        // h minus its weighted mean [n]
  std::vector<std::uint8_t> fold;  // [n], 0 or 1
  // Rows [fold_begin[f], fold_begin[f + 1]) are those of fold f.
  std::array<Index, 3> fold_begin{};
  // (sum w)^2 / sum w^2 of the rows of each fold: what the numbers of unknowns
  // are measured by.
  std::array<double, 2> effective_rows{};
  double variance = 0;  // weighted variance of h, positive

  Index size() const { return position.rows(); }
  Index dimension() const { return position.cols(); }
  // Most unknowns that either fold can carry at `rows_per_unknown`.
  Index UnknownBudget(double rows_per_unknown) const;
};

// Returns whether particle i of the problem is finite in all that a fit reads.
bool IsFinite(const FitProblem& problem, Index i);

// Gathers the rows.
//
// Errors: kFailedPrecondition with fewer than 64 rows, fewer than 16 in either
//         fold, or where the variance of h is zero.
absl::StatusOr<FitRows> GatherFitRows(const FitProblem& problem);

// Chooses the interval of each coordinate: the weighted quantiles at both
// tails, widened by the margin. An interval of `previous` (empty, or [d]) is
// kept while it still holds the quantiles and is not half as long again as it
// need be, so that bases seldom change from stage to stage.
//
// Returns specs [d] with family and orthonormality of the options and `size`
// functions. Uses positions and weights only.
std::vector<BasisSpec> ChooseBases(const FitRows& rows,
                                   const FitOptions& options,
                                   Index size,
                                   std::span<const BasisSpec> previous,
                                   const Executor& executor);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TRANSPORT_FIT_ROWS_H_
