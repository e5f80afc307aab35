#include "core/tensor_train/round.h"

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/foundation/check.h"
#include "core/tensor_train/orthogonalize.h"

namespace ttflow {
namespace {

// The smallest rank whose discarded tail is within `budget`, and the tail's
// square.
Index KeptRank(const Vector& singular_values,
               double budget,
               Index max_rank,
               double& discarded_square) {
  Index rank = singular_values.size();
  double tail = 0;
  while (rank > 1) {
    const double longer =
        tail + singular_values[rank - 1] * singular_values[rank - 1];
    const bool forced = max_rank > 0 && rank > max_rank;
    if (!forced && longer > budget * budget) break;
    tail = longer;
    --rank;
  }
  discarded_square = tail;
  return rank;
}

}  // namespace

Spectrum Round(TensorTrain& train, double relative_tolerance, Index max_rank) {
  const Index d = train.dimension();
  TTFLOW_CHECK(d >= 1 && relative_tolerance >= 0 && max_rank >= 0);
  Spectrum spectrum;
  spectrum.norm = Orthogonalize(train, 0);
  // With a tolerance of zero, what rounding errors alone would leave.
  const double tolerance =
      std::max(relative_tolerance, 64 * std::numeric_limits<double>::epsilon());
  const double budget =
      tolerance * spectrum.norm /
      std::sqrt(static_cast<double>(std::max<Index>(d - 1, 1)));
  double error_square = 0;
  for (Index k = 0; k + 1 < d; ++k) {
    TrainCore& core = train.cores[k];
    TrainCore& next = train.cores[k + 1];
    const Eigen::BDCSVD<Matrix> svd(core.unfolding,
                                    Eigen::ComputeThinU | Eigen::ComputeThinV);
    const Vector& values = svd.singularValues();
    spectrum.singular_values.push_back(values);
    double discarded = 0;
    const Index rank = KeptRank(values, budget, max_rank, discarded);
    error_square += discarded;
    core.unfolding = svd.matrixU().leftCols(rank);
    core.right_rank = rank;
    const Matrix carry = values.head(rank).asDiagonal() *
                         svd.matrixV().leftCols(rank).transpose();
    Matrix unfolding(rank * next.size, next.right_rank);
    for (Index j = 0; j < next.size; ++j) {
      unfolding.middleRows(j * rank, rank).noalias() = carry * next.slice(j);
    }
    next.left_rank = rank;
    next.unfolding = std::move(unfolding);
  }
  spectrum.truncation_error = std::sqrt(error_square);
  return spectrum;
}

}  // namespace ttflow
