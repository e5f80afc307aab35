// AlsSolver: alternating least squares over the cores of a train.

#ifndef TTFLOW_CORE_ALS_ALS_SOLVER_H_
#define TTFLOW_CORE_ALS_ALS_SOLVER_H_

#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "core/als/als_problem.h"
#include "core/als/residuals.h"
#include "core/foundation/executor.h"
#include "core/foundation/interrupter.h"
#include "core/foundation/types.h"
#include "core/tensor_train/tensor_train.h"

namespace ttflow {

struct AlsOptions {
  int num_half_sweeps = 6;  // most passes over the cores, >= 1
  // Ridge path, relative to trace / p of the local Gram matrix, > 0, ascending;
  // the one of least held-out risk is taken at every core.
  std::vector<double> ridges = {1e-6, 1e-4, 1e-2};
  // Penalises the distance from the present core instead of the core itself:
  // unbiased at a fixed point, slower to forget.
  bool proximal = false;
  // Fits A T + constant to rhs: rows and right-hand side centred by their
  // weighted means, separately in the training and the held-out rows.
  bool profile_constant = false;
  // Stops after a half sweep that lowered the risk by less than this fraction.
  double min_relative_gain = 1e-3;
};

struct AlsResult {
  TensorTrain train;  // the iterate of least held-out risk, the start included
  // Weighted means of the squared residual of `train` (of its deviation from
  // its mean with profile_constant). Without held-out rows both are the
  // training risk.
  double training_risk = 0;
  double heldout_risk = 0;
  double ridge = 0;  // at the core solved last; 0 where none was
  int num_half_sweeps = 0;
  Index num_unknowns = 0;  // of the largest local solve
  Index num_skipped = 0;   // local systems without a finite solution; core kept
};

// Improves `start` core by core, forwards and backwards in turn, ranks fixed
// (a rank larger than its neighbours can fill is reduced first).
//
// Shapes: roles [num_rows()]; start has the problem's basis sizes.
// Errors: the interrupter's, asked before every core and about every 50 ms;
//         kFailedPrecondition if no training row has weight.
// Cost:   a half sweep sum_k O(N p_k^2 / 2 + N m r^2), p_k = r m r; states take
//         8 N c sum_k r_k bytes.
// Random: none; the same bytes for any number of threads.
// Source: Holtz, Rohwedder, Schneider (2012).
absl::StatusOr<AlsResult> SolveAls(const AlsProblem& problem,
                                   std::span<const RowRole> roles,
                                   TensorTrain start,
                                   const AlsOptions& options,
                                   const Executor& executor,
                                   Interrupter& interrupter);

}  // namespace ttflow

#endif  // TTFLOW_CORE_ALS_ALS_SOLVER_H_
