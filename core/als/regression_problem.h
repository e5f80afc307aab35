// RegressionProblem: a train fitted to function values, the simplest
// AlsProblem.

#ifndef TTFLOW_CORE_ALS_REGRESSION_PROBLEM_H_
#define TTFLOW_CORE_ALS_REGRESSION_PROBLEM_H_

#include "core/als/als_problem.h"
#include "core/basis/basis_table.h"

namespace ttflow {

// Minimises sum_i weights_i (T(x_i) - rhs_i)^2: A is evaluation, the state the
// partial contraction.
class RegressionProblem final : public AlsProblem {
 public:
  // `table` holds the basis values at the N points and must outlive the
  // problem; weights and rhs are [N].
  RegressionProblem(const BasisTable& table, Vector weights, Vector rhs);

  Index num_rows() const override { return table_.num_rows(); }
  Index dimension() const override { return table_.dimension(); }
  Index basis_size(Index k) const override;
  Index num_components() const override { return 1; }
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
  const BasisTable& table_;
  Vector weights_;
  Vector rhs_;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_ALS_REGRESSION_PROBLEM_H_
