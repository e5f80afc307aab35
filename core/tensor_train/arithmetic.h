// Arithmetic of trains as coefficient tensors.
//
// With an H2-orthonormal basis the inner product and norm below are those of
// the functions in the mixed H2 norm.

#ifndef TTFLOW_CORE_TENSOR_TRAIN_ARITHMETIC_H_
#define TTFLOW_CORE_TENSOR_TRAIN_ARITHMETIC_H_

#include "core/foundation/types.h"
#include "core/tensor_train/tensor_train.h"

namespace ttflow {

// Returns x_scale x + y_scale y; ranks add up (round afterwards). x and y have
// the same dimension and basis sizes.
TensorTrain Add(const TensorTrain& x,
                const TensorTrain& y,
                double x_scale = 1,
                double y_scale = 1);

// Returns scale * x; the factor goes into the first core.
TensorTrain Scale(TensorTrain x, double scale);

// Returns the inner product of the coefficient tensors, O(d m r^3).
double Dot(const TensorTrain& x, const TensorTrain& y);

// Returns the Frobenius norm of the coefficient tensor. As a difference of two
// nearly equal trains it is good to the square root of the machine precision
// only; orthogonalize instead where that matters.
double Norm(const TensorTrain& x);

// Returns the train with coordinate k in another basis: C_k[:, i, :] <-
// sum_j transform[i, j] C_k[:, j, :]; transform [m_new, m_k]. Ranks unchanged.
TensorTrain TransformCoordinate(TensorTrain x,
                                Index k,
                                const ConstMatrixRef& transform);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TENSOR_TRAIN_ARITHMETIC_H_
