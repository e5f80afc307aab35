#include "core/als/residuals.h"

#include <algorithm>

#include "core/als/sliced_loop.h"
#include "core/foundation/status_macros.h"

namespace ttflow {

double ResidualSums::Risk(bool about_mean) const {
  if (!(weight > 0)) return 0;
  const double mean = about_mean ? residual / weight : 0;
  return std::max(0.0, square / weight - mean * mean);
}

Matrix InitialState(Index rows, Index components) {
  Matrix state = Matrix::Zero(rows, components);
  state.col(0).setOnes();
  return state;
}

absl::StatusOr<Vector> ApplyProblem(const AlsProblem& problem,
                                    const TensorTrain& train,
                                    const Executor& executor,
                                    Interrupter& interrupter) {
  Vector image(problem.num_rows());
  double row_operations = 1;
  for (const TrainCore& core : train.cores) {
    row_operations += static_cast<double>(
        problem.num_components() * core.unfolding.size() + 40);
  }
  const auto apply = [&](Index begin, Index end) {
    Matrix left = InitialState(end - begin, problem.num_components());
    Matrix next;
    for (Index k = 0; k < train.dimension(); ++k) {
      next.resize(end - begin,
                  problem.num_components() * train.cores[k].right_rank);
      problem.ExtendLeft(k, train.cores[k], begin, end, left, next);
      left.swap(next);
    }
    image.segment(begin, end - begin) = left.rightCols(1);
  };
  TTFLOW_RETURN_IF_ERROR(ForBlocksSliced(
      problem.num_rows(), row_operations, executor, interrupter, apply));
  return image;
}

double Risk(const AlsProblem& problem,
            const Vector& prediction,
            std::span<const RowRole> roles,
            RowRole role,
            bool profile_constant) {
  const auto counts = [&](Index i) {
    return roles[i] == role && problem.weights()[i] > 0;
  };
  // About the plain mean first: a large constant would cost digits.
  double shift = 0;
  if (profile_constant) {
    double count = 0;
    for (Index i = 0; i < problem.num_rows(); ++i) {
      if (!counts(i)) continue;
      shift += prediction[i] - problem.rhs()[i];
      ++count;
    }
    if (count > 0) shift /= count;
  }
  ResidualSums sums;
  for (Index i = 0; i < problem.num_rows(); ++i) {
    if (!counts(i)) continue;
    sums.Add(problem.weights()[i], prediction[i] - problem.rhs()[i] - shift);
  }
  return sums.Risk(profile_constant);
}

}  // namespace ttflow
