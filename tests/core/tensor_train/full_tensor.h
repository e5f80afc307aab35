// Brute-force contraction of small trains: the truth for the tests of this
// folder.

#ifndef TTFLOW_TESTS_CORE_TENSOR_TRAIN_FULL_TENSOR_H_
#define TTFLOW_TESTS_CORE_TENSOR_TRAIN_FULL_TENSOR_H_

#include <vector>

#include "core/foundation/random.h"
#include "core/foundation/types.h"
#include "core/tensor_train/factories.h"
#include "core/tensor_train/tensor_train.h"

namespace ttflow {

// All entries of the coefficient tensor, the first index fastest.
inline Vector FullTensor(const TensorTrain& train) {
  Matrix partial = Matrix::Ones(1, 1);  // [entries so far, rank]
  for (const TrainCore& core : train.cores) {
    Matrix next(partial.rows() * core.size, core.right_rank);
    for (Index j = 0; j < core.size; ++j) {
      for (Index i = 0; i < partial.rows(); ++i) {
        for (Index b = 0; b < core.right_rank; ++b) {
          double sum = 0;
          for (Index a = 0; a < core.left_rank; ++a) {
            sum += partial(i, a) * core.unfolding(a + core.left_rank * j, b);
          }
          next(i + partial.rows() * j, b) = sum;
        }
      }
    }
    partial = next;
  }
  return partial.col(0);
}

inline TensorTrain RandomTrain(std::vector<Index> sizes,
                               std::vector<Index> ranks,
                               std::uint64_t seed = 1) {
  return MakeRandomTrain(sizes, ranks, RandomKey(seed));
}

}  // namespace ttflow

#endif  // TTFLOW_TESTS_CORE_TENSOR_TRAIN_FULL_TENSOR_H_
