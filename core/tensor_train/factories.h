// Factories of simple trains.

#ifndef TTFLOW_CORE_TENSOR_TRAIN_FACTORIES_H_
#define TTFLOW_CORE_TENSOR_TRAIN_FACTORIES_H_

#include <span>

#include "core/foundation/random.h"
#include "core/foundation/types.h"
#include "core/tensor_train/tensor_train.h"

namespace ttflow {

// Makes the zero train of rank one with the given basis sizes.
TensorTrain MakeZeroTrain(std::span<const Index> sizes);

// Makes the product prod_k g_k(x_k), rank one. factors[k] [m_k] are the
// coefficients of g_k.
TensorTrain MakeRankOneTrain(std::span<const Vector> factors);

// Makes the sum sum_k g_k(x_k), rank two. terms[k] [m_k] are the coefficients
// of g_k and ones[k] [m_k] those of the constant 1 (with an orthonormal basis
// its first entry is the square root of the reference interval's length, the
// others are zero: ConstantCoefficients of basis/h2_orthonormal.h).
TensorTrain MakeAdditiveTrain(std::span<const Vector> terms,
                              std::span<const Vector> ones);

// Makes a train of the given ranks (size d + 1, r_0 = r_d = 1) with standard
// normal entries, core k drawn from key.Stream(kFit, k, 0).
TensorTrain MakeRandomTrain(std::span<const Index> sizes,
                            std::span<const Index> ranks,
                            const RandomKey& key);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TENSOR_TRAIN_FACTORIES_H_
