#include "core/als/regression_problem.h"

#include <utility>

#include "core/foundation/check.h"
#include "core/tensor_train/partial_contractions.h"

namespace ttflow {

RegressionProblem::RegressionProblem(const BasisTable& table,
                                     Vector weights,
                                     Vector rhs)
    : table_(table), weights_(std::move(weights)), rhs_(std::move(rhs)) {
  TTFLOW_CHECK(weights_.size() == table_.num_rows());
  TTFLOW_CHECK(rhs_.size() == table_.num_rows());
}

Index RegressionProblem::basis_size(Index k) const {
  return table_.values[k].cols();
}

void RegressionProblem::ExtendLeft(Index k,
                                   const TrainCore& core,
                                   Index begin,
                                   Index end,
                                   const ConstMatrixRef& left,
                                   MatrixRef out) const {
  ttflow::ExtendLeft(
      core, table_.values[k].middleRows(begin, end - begin), left, out);
}

void RegressionProblem::ExtendRight(Index k,
                                    const TrainCore& core,
                                    Index begin,
                                    Index end,
                                    const ConstMatrixRef& right,
                                    MatrixRef out) const {
  ttflow::ExtendRight(
      core, table_.values[k].middleRows(begin, end - begin), right, out);
}

void RegressionProblem::FillLocalSystem(Index k,
                                        Index begin,
                                        Index end,
                                        const ConstMatrixRef& left,
                                        const ConstMatrixRef& right,
                                        MatrixRef design) const {
  const auto basis = table_.values[k].middleRows(begin, end - begin);
  Matrix panel(end - begin, left.cols() * basis.cols());
  RowKronecker(left, basis, panel);
  RowKronecker(panel, right, design);
}

}  // namespace ttflow
