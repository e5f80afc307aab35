// Rounding: the smallest ranks for a wanted accuracy (TT-SVD).

#ifndef TTFLOW_CORE_TENSOR_TRAIN_ROUND_H_
#define TTFLOW_CORE_TENSOR_TRAIN_ROUND_H_

#include <vector>

#include "core/foundation/types.h"
#include "core/tensor_train/tensor_train.h"

namespace ttflow {

// What rounding saw and did.
struct Spectrum {
  // Singular values of each inner bond before it was cut, descending, d - 1
  // vectors.
  std::vector<Vector> singular_values;
  // Frobenius norm of what was cut away: sqrt of the sum of the squared
  // discarded singular values. The true error is never larger.
  double truncation_error = 0;
  double norm = 0;  // of the train before rounding
};

// Replaces `train` by one of smaller ranks within `relative_tolerance` of it in
// the Frobenius norm; afterwards the train is left-orthogonal with the last
// core as center. Ranks never fall below one.
//
// Options: relative_tolerance >= 0; 0 removes only what is zero to machine
//          precision. max_rank: a bound on every inner rank, 0 = none; where it
//          bites, the tolerance does not hold and truncation_error tells.
// Cost:    O(d m r^3).
// Source:  Oseledets (2011), algorithm 2.
Spectrum Round(TensorTrain& train,
               double relative_tolerance,
               Index max_rank = 0);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TENSOR_TRAIN_ROUND_H_
