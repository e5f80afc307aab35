// Potential: phi = additive + pairs + interaction train, v = grad phi.

#ifndef TTFLOW_CORE_TRANSPORT_POTENTIAL_H_
#define TTFLOW_CORE_TRANSPORT_POTENTIAL_H_

#include <vector>

#include "core/basis/basis.h"
#include "core/foundation/types.h"
#include "core/tensor_train/tensor_train.h"

namespace ttflow {

// One term coefficient * u_i * u_j of the quadratic head, i < j.
struct PairTerm {
  Index i = 0;
  Index j = 0;
  double coefficient = 0;
};

// phi(u) = sum_k sum_j additive[k][j] b_j(u_k) + sum_pairs c u_i u_j +
// train(u). A value type of plain numbers: what a trained flow stores. u are
// the local coordinates of the stage.
struct Potential {
  std::vector<BasisSpec> additive_basis;  // [d]
  std::vector<Vector> additive;  // [d], each [m_k]; constant's entry zero
  std::vector<PairTerm> pairs;
  std::vector<BasisSpec> train_basis;  // [d], or empty without a train
  TensorTrain train;  // cores [r_{k-1}, m_k, r_k]; no cores = none

  Index dimension() const { return static_cast<Index>(additive_basis.size()); }
  bool has_train() const { return !train_basis.empty(); }
};

// Computes phi [N], its gradient [N, d] and Laplacian [N] at u [N, d]; null
// outputs are skipped. Outputs are resized.
void EvaluatePotential(const Potential& potential,
                       const ConstMatrixRef& u,
                       Vector* value,
                       Matrix* gradient,
                       Vector* laplacian);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TRANSPORT_POTENTIAL_H_
