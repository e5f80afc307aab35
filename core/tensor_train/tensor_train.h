// TensorTrain: coefficients of a function of d variables in low rank.

#ifndef TTFLOW_CORE_TENSOR_TRAIN_TENSOR_TRAIN_H_
#define TTFLOW_CORE_TENSOR_TRAIN_TENSOR_TRAIN_H_

#include <vector>

#include "core/foundation/types.h"

namespace ttflow {

// One core C_k [r_left, m, r_right] as its left unfolding: a matrix
// [r_left * m, r_right], row index a + r_left * j for (a, j).
struct TrainCore {
  Index left_rank = 1;
  Index size = 1;  // m
  Index right_rank = 1;
  Matrix unfolding;  // [left_rank * size, right_rank]

  // C_k[:, j, :], [left_rank, right_rank].
  auto slice(Index j) const {
    return unfolding.middleRows(j * left_rank, left_rank);
  }
  auto slice(Index j) { return unfolding.middleRows(j * left_rank, left_rank); }
};

// A value type: cores only, no scratch. r_0 = r_d = 1.
struct TensorTrain {
  std::vector<TrainCore> cores;

  Index dimension() const { return static_cast<Index>(cores.size()); }
  // r_0 .. r_d, d + 1 numbers.
  std::vector<Index> ranks() const;
  // The largest of them.
  Index max_rank() const;
  // Number of coefficients held.
  Index num_coefficients() const;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_TENSOR_TRAIN_TENSOR_TRAIN_H_
