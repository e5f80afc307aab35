// Partial contractions: a train with some of its coordinates evaluated at a
// batch.
//
// The left contraction l_k [n, r_k] of a train at n points is the product of
// its first k cores, each contracted with its basis values; the right
// contraction r_k [n, r_k] is the product of the cores k .. d-1. l_0 = r_d = 1,
// and the value of the train is sum_a l_k[:, a] r_k[:, a] for every k.
//
// All functions work on a block of rows that the caller keeps in cache,
// allocate one panel [n, r m] and are thread-safe.

#ifndef TTFLOW_CORE_TENSOR_TRAIN_PARTIAL_CONTRACTIONS_H_
#define TTFLOW_CORE_TENSOR_TRAIN_PARTIAL_CONTRACTIONS_H_

#include "core/foundation/types.h"
#include "core/tensor_train/tensor_train.h"

namespace ttflow {

// Computes the row-wise Kronecker product out[i, a + r j] = x[i, a] y[i, j],
// the column order of TrainCore's unfolding.
//
// Shapes: x [n, r], y [n, m], out [n, r m].
void RowKronecker(const ConstMatrixRef& x,
                  const ConstMatrixRef& y,
                  MatrixRef out);

// Adds the row-wise Kronecker product of x and y to `out`; shapes as above.
void AddRowKronecker(const ConstMatrixRef& x,
                     const ConstMatrixRef& y,
                     MatrixRef out);

// Computes out[i, :] = left[i, :] (sum_j basis[i, j] C[:, j, :]).
//
// Shapes: basis [n, m], left [n, r_left], out [n, r_right].
// Cost:   one matrix product, 2 n r_left m r_right operations.
void ExtendLeft(const TrainCore& core,
                const ConstMatrixRef& basis,
                const ConstMatrixRef& left,
                MatrixRef out);

// Computes out[i, :] = (sum_j basis[i, j] C[:, j, :]) right[i, :]^T.
//
// Shapes: basis [n, m], right [n, r_right], out [n, r_left].
void ExtendRight(const TrainCore& core,
                 const ConstMatrixRef& basis,
                 const ConstMatrixRef& right,
                 MatrixRef out);

// Computes out[i, j] = left[i, :] C[:, j, :] right[i, :]^T: the coefficients of
// the one-dimensional function that coordinate k sees when all others are
// fixed.
//
// Shapes: left [n, r_left], right [n, r_right], out [n, m].
void ContractAround(const TrainCore& core,
                    const ConstMatrixRef& left,
                    const ConstMatrixRef& right,
                    MatrixRef out);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TENSOR_TRAIN_PARTIAL_CONTRACTIONS_H_
