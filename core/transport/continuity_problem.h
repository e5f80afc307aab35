// ContinuityProblem: the continuity equation as a least-squares problem in a
// train.

#ifndef TTFLOW_CORE_TRANSPORT_CONTINUITY_PROBLEM_H_
#define TTFLOW_CORE_TRANSPORT_CONTINUITY_PROBLEM_H_

#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "core/als/als_problem.h"
#include "core/basis/basis.h"
#include "core/foundation/executor.h"
#include "core/foundation/interrupter.h"
#include "core/foundation/types.h"

namespace ttflow {

// Basis functions at n points and the one-dimensional operators applied to
// them: all that the rows of the continuity equation are made of.
struct ContinuityTable {
  std::vector<Matrix> values;  // [d], b_k(u_k) [n, m_k]
  // [d], L_k b_k = b_k'' - (d_k f_t) b_k' [n, m_k]; column 0 is zero.
  std::vector<Matrix> images;
};

// Computes the table at u [n, d] with energy gradients grad_u f_t [n, d].
//
// Errors: the interrupter's, asked about every 50 ms.
absl::StatusOr<ContinuityTable> ComputeContinuityTable(
    std::span<const std::shared_ptr<const Basis>> bases,
    const ConstMatrixRef& u,
    const ConstMatrixRef& energy_gradient,
    const Executor& executor,
    Interrupter& interrupter);

// Minimises sum_i weights_i (L_t T (u_i) - rhs_i)^2 over trains T, where
// L_t = sum_k L_k. The state is the partial contraction l and L_t applied to
// it, l' (docs/method.md, section 2): two components.
class ContinuityProblem final : public AlsProblem {
 public:
  // `table` must outlive the problem; weights and rhs [n].
  ContinuityProblem(const ContinuityTable& table, Vector weights, Vector rhs);

  Index num_rows() const override { return weights_.size(); }
  Index dimension() const override {
    return static_cast<Index>(table_.values.size());
  }
  Index basis_size(Index k) const override { return table_.values[k].cols(); }
  Index num_components() const override { return 2; }
  const Vector& weights() const override { return weights_; }
  const Vector& rhs() const override { return rhs_; }

  void ExtendLeft(Index k,
                  const TrainCore& core,
                  Index begin,
                  Index end,
                  const ConstMatrixRef& left,
                  MatrixRef out) const override;
  void ExtendRight(Index k,
                   const TrainCore& core,
                   Index begin,
                   Index end,
                   const ConstMatrixRef& right,
                   MatrixRef out) const override;
  void FillLocalSystem(Index k,
                       Index begin,
                       Index end,
                       const ConstMatrixRef& left,
                       const ConstMatrixRef& right,
                       MatrixRef design) const override;

 private:
  const ContinuityTable& table_;
  Vector weights_;
  Vector rhs_;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_TRANSPORT_CONTINUITY_PROBLEM_H_
