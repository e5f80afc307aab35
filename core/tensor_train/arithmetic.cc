#include "core/tensor_train/arithmetic.h"

#include <cmath>

#include "core/foundation/check.h"

namespace ttflow {

TensorTrain Add(const TensorTrain& x,
                const TensorTrain& y,
                double x_scale,
                double y_scale) {
  const Index d = x.dimension();
  TTFLOW_CHECK(d >= 1 && y.dimension() == d);
  TensorTrain sum;
  for (Index k = 0; k < d; ++k) {
    const TrainCore& a = x.cores[k];
    const TrainCore& b = y.cores[k];
    TTFLOW_CHECK(a.size == b.size);
    const double a_scale = k == 0 ? x_scale : 1;
    const double b_scale = k == 0 ? y_scale : 1;
    // Block diagonal, except that the outer ranks stay one.
    TrainCore core;
    core.left_rank = k == 0 ? 1 : a.left_rank + b.left_rank;
    core.size = a.size;
    core.right_rank = k + 1 == d ? 1 : a.right_rank + b.right_rank;
    core.unfolding = Matrix::Zero(core.left_rank * core.size, core.right_rank);
    for (Index j = 0; j < core.size; ++j) {
      auto slice = core.slice(j);
      slice.topLeftCorner(a.left_rank, a.right_rank) += a_scale * a.slice(j);
      slice.bottomRightCorner(b.left_rank, b.right_rank) +=
          b_scale * b.slice(j);
    }
    sum.cores.push_back(std::move(core));
  }
  return sum;
}

TensorTrain Scale(TensorTrain x, double scale) {
  TTFLOW_CHECK(x.dimension() >= 1);
  x.cores[0].unfolding *= scale;
  return x;
}

double Dot(const TensorTrain& x, const TensorTrain& y) {
  TTFLOW_CHECK(x.dimension() >= 1 && y.dimension() == x.dimension());
  Matrix product = Matrix::Ones(1, 1);  // [r_k of x, r_k of y]
  for (Index k = 0; k < x.dimension(); ++k) {
    const TrainCore& a = x.cores[k];
    const TrainCore& b = y.cores[k];
    TTFLOW_CHECK(a.size == b.size);
    Matrix next = Matrix::Zero(a.right_rank, b.right_rank);
    for (Index j = 0; j < a.size; ++j) {
      next.noalias() += a.slice(j).transpose() * (product * b.slice(j));
    }
    product.swap(next);
  }
  return product(0, 0);
}

double Norm(const TensorTrain& x) {
  return std::sqrt(std::max(0.0, Dot(x, x)));
}

TensorTrain TransformCoordinate(TensorTrain x,
                                Index k,
                                const ConstMatrixRef& transform) {
  TTFLOW_CHECK(k >= 0 && k < x.dimension());
  TrainCore& core = x.cores[k];
  TTFLOW_CHECK(transform.cols() == core.size);
  Matrix unfolding =
      Matrix::Zero(core.left_rank * transform.rows(), core.right_rank);
  for (Index i = 0; i < transform.rows(); ++i) {
    for (Index j = 0; j < core.size; ++j) {
      unfolding.middleRows(i * core.left_rank, core.left_rank) +=
          transform(i, j) * core.slice(j);
    }
  }
  core.size = transform.rows();
  core.unfolding = std::move(unfolding);
  return x;
}

}  // namespace ttflow
