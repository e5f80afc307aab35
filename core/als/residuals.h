// Residuals: a train applied to the rows of a problem, and what it leaves.

#ifndef TTFLOW_CORE_ALS_RESIDUALS_H_
#define TTFLOW_CORE_ALS_RESIDUALS_H_

#include <cstdint>
#include <span>

#include "absl/status/statusor.h"
#include "core/als/als_problem.h"
#include "core/foundation/executor.h"
#include "core/foundation/interrupter.h"
#include "core/foundation/types.h"
#include "core/tensor_train/tensor_train.h"

namespace ttflow {

// What a row of a problem is used for.
enum class RowRole : std::uint8_t {
  kTraining = 0,
  kHeldOut = 1,  // chooses the ridge and the best iterate
  kIgnored = 2,
};

// Weighted sums of residuals; those of blocks are added up in their order.
struct ResidualSums {
  double weight = 0;
  double residual = 0;
  double square = 0;

  void Add(double w, double r) {
    weight += w;
    residual += w * r;
    square += w * r * r;
  }
  void Add(const ResidualSums& other) {
    weight += other.weight;
    residual += other.residual;
    square += other.square;
  }
  // Returns the weighted mean square, about the mean with `about_mean`; 0
  // without weight.
  double Risk(bool about_mean) const;
};

// Makes the state beyond the first or the last core [rows, components]: one in
// the first component, zero in the others.
Matrix InitialState(Index rows, Index components);

// Computes A T [num_rows()] of a train.
//
// Errors: the interrupter's, asked about every 50 ms.
absl::StatusOr<Vector> ApplyProblem(const AlsProblem& problem,
                                    const TensorTrain& train,
                                    const Executor& executor,
                                    Interrupter& interrupter);

// Computes the weighted mean of (prediction - rhs)^2 over the rows of `role`,
// about its mean with `profile_constant`; 0 where there is no weight.
double Risk(const AlsProblem& problem,
            const Vector& prediction,
            std::span<const RowRole> roles,
            RowRole role,
            bool profile_constant);

}  // namespace ttflow

#endif  // TTFLOW_CORE_ALS_RESIDUALS_H_
