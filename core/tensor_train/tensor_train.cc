#include "core/tensor_train/tensor_train.h"

#include <algorithm>

namespace ttflow {

std::vector<Index> TensorTrain::ranks() const {
  std::vector<Index> ranks;
  ranks.reserve(cores.size() + 1);
  ranks.push_back(1);
  for (const TrainCore& core : cores) ranks.push_back(core.right_rank);
  return ranks;
}

Index TensorTrain::max_rank() const { return std::ranges::max(ranks()); }

Index TensorTrain::num_coefficients() const {
  Index count = 0;
  for (const TrainCore& core : cores) count += core.unfolding.size();
  return count;
}

}  // namespace ttflow
