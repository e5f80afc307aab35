#include "core/tensor_train/evaluate.h"

#include <vector>

#include "core/foundation/check.h"
#include "core/tensor_train/partial_contractions.h"

namespace ttflow {
namespace {

void CheckTable(const TensorTrain& train, const BasisTable& table) {
  TTFLOW_CHECK(train.dimension() >= 1);
  TTFLOW_CHECK(table.dimension() == train.dimension());
  for (Index k = 0; k < train.dimension(); ++k) {
    TTFLOW_CHECK(table.values[k].cols() == train.cores[k].size);
  }
}

}  // namespace

Vector EvaluateTrain(const TensorTrain& train, const BasisTable& table) {
  CheckTable(train, table);
  Matrix left = Matrix::Ones(table.num_rows(), 1);
  Matrix next;
  for (Index k = 0; k < train.dimension(); ++k) {
    next.resize(left.rows(), train.cores[k].right_rank);
    ExtendLeft(train.cores[k], table.values[k], left, next);
    left.swap(next);
  }
  return left.col(0);
}

void EvaluateTrainDerivatives(const TensorTrain& train,
                              const BasisTable& table,
                              Vector* value,
                              Matrix* gradient,
                              Vector* laplacian) {
  CheckTable(train, table);
  const Index d = train.dimension();
  const Index n = table.num_rows();
  if (gradient != nullptr) gradient->resize(n, d);
  if (laplacian != nullptr) laplacian->setZero(n);
  std::vector<Matrix> right(d + 1);
  right[d] = Matrix::Ones(n, 1);
  for (Index k = d - 1; k >= 0; --k) {
    right[k].resize(n, train.cores[k].left_rank);
    ExtendRight(train.cores[k], table.values[k], right[k + 1], right[k]);
  }
  if (value != nullptr) *value = right[0].col(0);
  if (gradient == nullptr && laplacian == nullptr) return;
  Matrix left = Matrix::Ones(n, 1);
  Matrix next;
  Matrix around;
  for (Index k = 0; k < d; ++k) {
    const TrainCore& core = train.cores[k];
    around.resize(n, core.size);
    ContractAround(core, left, right[k + 1], around);
    if (gradient != nullptr) {
      gradient->col(k) = around.cwiseProduct(table.first[k]).rowwise().sum();
    }
    if (laplacian != nullptr) {
      *laplacian += around.cwiseProduct(table.second[k]).rowwise().sum();
    }
    if (k + 1 == d) break;
    next.resize(n, core.right_rank);
    ExtendLeft(core, table.values[k], left, next);
    left.swap(next);
  }
}

}  // namespace ttflow
