#include "core/math/energy_distance.h"

#include "core/foundation/check.h"

namespace ttflow {

double MeanPairDistance(const ConstMatrixRef& x,
                        const ConstMatrixRef& y,
                        const Executor& executor) {
  TTFLOW_CHECK(x.rows() > 0 && y.rows() > 0 && x.cols() == y.cols());
  Vector row_sums(x.rows());
  executor.ForBlocks(
      x.rows(),
      [&](Index begin, Index end) {
        Eigen::ArrayXd squared(y.rows());
        for (Index i = begin; i < end; ++i) {
          squared.setZero();
          for (Index k = 0; k < x.cols(); ++k) {
            squared += (y.col(k).array() - x(i, k)).square();
          }
          row_sums[i] = squared.sqrt().sum();
        }
      },
      64);
  return row_sums.sum() / static_cast<double>(x.rows()) /
         static_cast<double>(y.rows());
}

double EnergyDistance(const ConstMatrixRef& x,
                      const ConstMatrixRef& y,
                      const Executor& executor) {
  return 2 * MeanPairDistance(x, y, executor) -
         MeanPairDistance(x, x, executor) - MeanPairDistance(y, y, executor);
}

}  // namespace ttflow
