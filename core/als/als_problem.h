// AlsProblem: the seam between the alternating least-squares solver and what is
// fitted.

#ifndef TTFLOW_CORE_ALS_ALS_PROBLEM_H_
#define TTFLOW_CORE_ALS_ALS_PROBLEM_H_

#include "core/foundation/types.h"
#include "core/tensor_train/tensor_train.h"

namespace ttflow {

// A weighted linear least-squares problem in a train T,
//
//   minimise  sum_i weights_i ((A T)_i - rhs_i)^2,
//
// where A is linear and its row i can be carried along the train. Shields the
// solver from what the rows are: values of T (regression), L T (continuity
// equation), and from basis tables.
//
// A *state* is what must be known of the cores on one side to continue: a
// matrix [rows, c r] for a bond of rank r, c = num_components() blocks of r
// columns each, block after block. Plain regression has c = 1 (the partial
// contraction); the continuity equation c = 2: the partial contraction l and
// the operator applied to it, l'. At the train's ends r = 1 and the state is
// the boundary state, its first component 1 and the others 0. The last
// component of the left state after all cores is A T.
//
// All functions below get blocks of consecutive rows [begin, end), n = end -
// begin of them, are const and are called concurrently for different blocks.
class AlsProblem {
 public:
  virtual ~AlsProblem() = default;

  virtual Index num_rows() const = 0;
  virtual Index dimension() const = 0;
  virtual Index basis_size(Index k) const = 0;  // m_k
  virtual Index num_components() const = 0;     // c

  // Non-negative weights [num_rows()], of any sum; rows of weight zero are left
  // out.
  virtual const Vector& weights() const = 0;
  // Right-hand side [num_rows()].
  virtual const Vector& rhs() const = 0;

  // Carries the left state over core k: left [n, c r_left] -> out [n, c
  // r_right].
  virtual void ExtendLeft(Index k,
                          const TrainCore& core,
                          Index begin,
                          Index end,
                          const ConstMatrixRef& left,
                          MatrixRef out) const = 0;

  // Carries the right state over core k: right [n, c r_right] -> out [n, c
  // r_left].
  virtual void ExtendRight(Index k,
                           const TrainCore& core,
                           Index begin,
                           Index end,
                           const ConstMatrixRef& right,
                           MatrixRef out) const = 0;

  // Fills the rows of the problem for core k with all others fixed: design [n,
  // r_left m_k r_right], its columns in the order of core.unfolding's storage,
  // a + r_left j + r_left m_k b. For the continuity equation
  //   l (x) b (x) r'  +  (l (x) L_k b + l' (x) b) (x) r,
  // each (x) a RowKronecker of tensor_train/partial_contractions.h.
  virtual void FillLocalSystem(Index k,
                               Index begin,
                               Index end,
                               const ConstMatrixRef& left,
                               const ConstMatrixRef& right,
                               MatrixRef design) const = 0;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_ALS_ALS_PROBLEM_H_
