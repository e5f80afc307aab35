// Orthogonalisation of a train to a center.

#ifndef TTFLOW_CORE_TENSOR_TRAIN_ORTHOGONALIZE_H_
#define TTFLOW_CORE_TENSOR_TRAIN_ORTHOGONALIZE_H_

#include "core/foundation/types.h"
#include "core/tensor_train/tensor_train.h"

namespace ttflow {

// Makes core k left-orthogonal (its left unfolding [r_{k-1} m_k, r_k] has
// orthonormal columns) and moves the triangular factor into core k + 1. The
// train's tensor is unchanged. The rank r_k falls to r_{k-1} m_k where it was
// larger. Requires k + 1 < d.
void OrthogonalizeLeft(TensorTrain& train, Index k);

// Makes core k right-orthogonal (its right unfolding [r_{k-1}, m_k r_k] has
// orthonormal rows) and moves the triangular factor into core k - 1. Requires
// k >= 1.
void OrthogonalizeRight(TensorTrain& train, Index k);

// Makes the cores before `center` left-orthogonal and those after it
// right-orthogonal, and returns the Frobenius norm of the tensor, which is then
// that of the center core.
//
// Source: Oseledets (2011), section 2.
double Orthogonalize(TensorTrain& train, Index center);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TENSOR_TRAIN_ORTHOGONALIZE_H_
