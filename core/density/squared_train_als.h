// Squared train ALS: the alternating fit of a squared train from one start.

#ifndef TTFLOW_CORE_DENSITY_SQUARED_TRAIN_ALS_H_
#define TTFLOW_CORE_DENSITY_SQUARED_TRAIN_ALS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "core/density/cell_basis.h"
#include "core/density/squared_train_problem.h"
#include "core/density/squared_train_rows.h"
#include "core/foundation/executor.h"
#include "core/foundation/interrupter.h"
#include "core/foundation/types.h"
#include "core/tensor_train/tensor_train.h"

namespace ttflow {

// A train T in the cell bases, of any norm, with its held-out criterion.
struct SquaredTrainIterate {
  TensorTrain train;
  double criterion = 0;  // PredictHeldOut
};

// Solves one core after the other of the regression that FitSquaredTrain
// states. The objects given must outlive it.
class SquaredTrainAls {
 public:
  // `bases` [d] are those of the marginals on which `rows` were made.
  SquaredTrainAls(const std::vector<CellBasis>& bases,
                  const SquaredTrainRows& rows,
                  const SquaredTrainOptions& options,
                  const Executor& executor,
                  Interrupter& interrupter);

  // What the first sweep may leave as it is.
  enum class FirstSweep {
    kMayStay,   // a core whose every change lowers the held-out criterion
    kMustMove,  // nothing: new entries of a core help once all cores have some
  };

  // Fits from `start`, its ranks fixed, in options.num_sweeps forward sweeps or
  // fewer where one gains little. Returns the iterate of the best held-out
  // criterion, the best multiple of the start included.
  // Errors: the interrupter's, asked before every core.
  // Cost:   a sweep O(N d p^2 + d p^3), p = m r^2; O(N d r) memory.
  absl::StatusOr<SquaredTrainIterate> Fit(
      TensorTrain start, FirstSweep first_sweep = FirstSweep::kMayStay) const;

 private:
  // The partial contraction `state` [N, r] of all rows carried over core k.
  Matrix Contract(const TensorTrain& train,
                  Index k,
                  const Matrix& state,
                  bool to_the_right) const;
  // T at all rows [N].
  Vector Values(const TensorTrain& train) const;
  // Gram matrix and right-hand side of the training rows, proximal about the
  // core's present coefficients.
  void NormalEquations(Index k,
                       const Matrix& left,
                       const Matrix& right,
                       const Vector& present,
                       Matrix& gram,
                       Vector& rhs) const;
  // Solves core k on the ridge path and keeps the candidate of the best
  // held-out criterion, no change included unless it must move; returns that
  // criterion.
  double SolveCore(Index k,
                   const Matrix& left,
                   const Matrix& right,
                   bool must_move,
                   TrainCore& core) const;

  const std::vector<CellBasis>& bases_;
  const SquaredTrainRows& rows_;
  const SquaredTrainOptions& options_;
  const Executor& executor_;
  Interrupter& interrupter_;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_DENSITY_SQUARED_TRAIN_ALS_H_
