#include "core/tensor_train/orthogonalize.h"

#include <Eigen/QR>
#include <algorithm>

#include "core/foundation/check.h"

namespace ttflow {
namespace {

// Right unfolding [r_left, m r_right], column index j + m b, transposed: what
// QR needs. [m r_right, r_left].
Matrix TransposedRightUnfolding(const TrainCore& core) {
  Matrix transposed(core.size * core.right_rank, core.left_rank);
  for (Index b = 0; b < core.right_rank; ++b) {
    for (Index j = 0; j < core.size; ++j) {
      transposed.row(j + core.size * b) = core.slice(j).col(b).transpose();
    }
  }
  return transposed;
}

void SetFromTransposedRightUnfolding(const Matrix& transposed,
                                     TrainCore& core) {
  core.left_rank = transposed.cols();
  core.unfolding.resize(core.left_rank * core.size, core.right_rank);
  for (Index b = 0; b < core.right_rank; ++b) {
    for (Index j = 0; j < core.size; ++j) {
      core.slice(j).col(b) = transposed.row(j + core.size * b).transpose();
    }
  }
}

struct ThinQr {
  Matrix q;  // [rows, min(rows, cols)]
  Matrix r;  // [min(rows, cols), cols]
};

ThinQr ComputeThinQr(const Matrix& x) {
  const Index rank = std::min(x.rows(), x.cols());
  const Eigen::HouseholderQR<Matrix> qr(x);
  return {qr.householderQ() * Matrix::Identity(x.rows(), rank),
          qr.matrixQR().topRows(rank).triangularView<Eigen::Upper>()};
}

}  // namespace

void OrthogonalizeLeft(TensorTrain& train, Index k) {
  TTFLOW_CHECK(k >= 0 && k + 1 < train.dimension());
  TrainCore& core = train.cores[k];
  TrainCore& next = train.cores[k + 1];
  ThinQr qr = ComputeThinQr(core.unfolding);
  core.unfolding = std::move(qr.q);
  core.right_rank = core.unfolding.cols();
  Matrix unfolding(core.right_rank * next.size, next.right_rank);
  for (Index j = 0; j < next.size; ++j) {
    unfolding.middleRows(j * core.right_rank, core.right_rank).noalias() =
        qr.r * next.slice(j);
  }
  next.left_rank = core.right_rank;
  next.unfolding = std::move(unfolding);
}

void OrthogonalizeRight(TensorTrain& train, Index k) {
  TTFLOW_CHECK(k >= 1 && k < train.dimension());
  TrainCore& core = train.cores[k];
  TrainCore& previous = train.cores[k - 1];
  const ThinQr qr = ComputeThinQr(TransposedRightUnfolding(core));
  SetFromTransposedRightUnfolding(qr.q, core);
  previous.unfolding = (previous.unfolding * qr.r.transpose()).eval();
  previous.right_rank = core.left_rank;
}

double Orthogonalize(TensorTrain& train, Index center) {
  TTFLOW_CHECK(center >= 0 && center < train.dimension());
  for (Index k = 0; k < center; ++k) OrthogonalizeLeft(train, k);
  for (Index k = train.dimension() - 1; k > center; --k) {
    OrthogonalizeRight(train, k);
  }
  return train.cores[center].unfolding.norm();
}

}  // namespace ttflow
