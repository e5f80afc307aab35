#include "core/tensor_train/partial_contractions.h"

#include "core/foundation/check.h"

namespace ttflow {

void RowKronecker(const ConstMatrixRef& x,
                  const ConstMatrixRef& y,
                  MatrixRef out) {
  const Index r = x.cols();
  TTFLOW_CHECK(out.cols() == r * y.cols() && out.rows() == x.rows());
  for (Index j = 0; j < y.cols(); ++j) {
    for (Index a = 0; a < r; ++a) {
      out.col(a + r * j) = x.col(a).cwiseProduct(y.col(j));
    }
  }
}

void AddRowKronecker(const ConstMatrixRef& x,
                     const ConstMatrixRef& y,
                     MatrixRef out) {
  const Index r = x.cols();
  TTFLOW_CHECK(out.cols() == r * y.cols() && out.rows() == x.rows());
  for (Index j = 0; j < y.cols(); ++j) {
    for (Index a = 0; a < r; ++a) {
      out.col(a + r * j) += x.col(a).cwiseProduct(y.col(j));
    }
  }
}

void ExtendLeft(const TrainCore& core,
                const ConstMatrixRef& basis,
                const ConstMatrixRef& left,
                MatrixRef out) {
  Matrix panel(left.rows(), core.left_rank * core.size);
  RowKronecker(left, basis, panel);
  out.noalias() = panel * core.unfolding;
}

void ExtendRight(const TrainCore& core,
                 const ConstMatrixRef& basis,
                 const ConstMatrixRef& right,
                 MatrixRef out) {
  Matrix panel(right.rows(), core.left_rank * core.size);
  panel.noalias() = right * core.unfolding.transpose();
  out.setZero();
  for (Index j = 0; j < core.size; ++j) {
    for (Index a = 0; a < core.left_rank; ++a) {
      out.col(a) +=
          panel.col(a + core.left_rank * j).cwiseProduct(basis.col(j));
    }
  }
}

void ContractAround(const TrainCore& core,
                    const ConstMatrixRef& left,
                    const ConstMatrixRef& right,
                    MatrixRef out) {
  Matrix panel(right.rows(), core.left_rank * core.size);
  panel.noalias() = right * core.unfolding.transpose();
  for (Index j = 0; j < core.size; ++j) {
    out.col(j) = panel.middleCols(core.left_rank * j, core.left_rank)
                     .cwiseProduct(left)
                     .rowwise()
                     .sum();
  }
}

}  // namespace ttflow
