// Evaluation of a functional tensor train and its derivatives at a batch.

#ifndef TTFLOW_CORE_TENSOR_TRAIN_EVALUATE_H_
#define TTFLOW_CORE_TENSOR_TRAIN_EVALUATE_H_

#include "core/basis/basis_table.h"
#include "core/foundation/types.h"
#include "core/tensor_train/tensor_train.h"

namespace ttflow {

// Computes the value of the train at the n points of `table`, [n].
//
// Cost: O(n d m r^2). For large n call it on blocks of rows.
Vector EvaluateTrain(const TensorTrain& train, const BasisTable& table);

// Computes value [n], gradient [n, d] and Laplacian [n] (the sum of the second
// derivatives) of the train; null outputs are skipped. Outputs are resized.
//
// Requires: table.first for a gradient, table.second for a Laplacian.
// Cost:     O(n d m r^2) time, O(n d r) memory.
void EvaluateTrainDerivatives(const TensorTrain& train,
                              const BasisTable& table,
                              Vector* value,
                              Matrix* gradient,
                              Vector* laplacian);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TENSOR_TRAIN_EVALUATE_H_
