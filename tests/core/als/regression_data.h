// Regression data for the tests of this folder: random points and known trains.

#ifndef TTFLOW_TESTS_CORE_ALS_REGRESSION_DATA_H_
#define TTFLOW_TESTS_CORE_ALS_REGRESSION_DATA_H_

#include <vector>

#include "core/als/als_solver.h"
#include "core/als/regression_problem.h"
#include "core/basis/basis_table.h"
#include "core/foundation/random.h"
#include "core/tensor_train/evaluate.h"
#include "core/tensor_train/factories.h"

namespace ttflow {

// `n` uniform points of [-4, 4]^d and the table of the Fourier extension of
// `size` functions there.
inline BasisTable UniformTable(Index n, Index d, Index size) {
  RandomStream stream = RandomKey(11).Stream(Purpose::kExact, 0, 0);
  Matrix u(n, d);
  for (double& value : u.reshaped()) value = 8 * stream.Uniform() - 4;
  const std::vector<BasisSpec> specs(
      d, {BasisFamily::kFourierExtension, size, true, -4, 4});
  return ComputeBasisTable(
      MakeBases(specs), u, TableOrder::kSecond, Executor(1));
}

inline TensorTrain RandomTrain(Index d,
                               Index size,
                               Index rank,
                               std::uint64_t seed) {
  const std::vector<Index> sizes(d, size);
  std::vector<Index> ranks(d + 1, rank);
  ranks.front() = ranks.back() = 1;
  return MakeRandomTrain(sizes, ranks, RandomKey(seed));
}

inline Vector Noise(Index n, double scale) {
  RandomStream stream = RandomKey(12).Stream(Purpose::kExact, 1, 0);
  Vector noise(n);
  for (double& value : noise) value = scale * stream.Normal();
  return noise;
}

// Every `period`-th row is held out; 0: none.
inline std::vector<RowRole> Roles(Index n, Index period) {
  std::vector<RowRole> roles(n, RowRole::kTraining);
  if (period > 0) {
    for (Index i = 0; i < n; i += period) roles[i] = RowRole::kHeldOut;
  }
  return roles;
}

}  // namespace ttflow

#endif  // TTFLOW_TESTS_CORE_ALS_REGRESSION_DATA_H_
