// Velocity: the field that a stage moves particles along.

#ifndef TTFLOW_CORE_TRANSPORT_VELOCITY_H_
#define TTFLOW_CORE_TRANSPORT_VELOCITY_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "core/basis/basis.h"
#include "core/foundation/executor.h"
#include "core/foundation/interrupter.h"
#include "core/foundation/types.h"
#include "core/tensor_train/tensor_train.h"
#include "core/transport/potential.h"

namespace ttflow {

// v(u) = grad phi(u) + (T_1(u), .., T_d(u)): the gradient of a potential, and a
// train for every component, which together need not be a gradient. A fit makes
// one or the other (VelocityForm of fit.h); where there are component trains
// the potential is zero, its bases being kept for the dimension alone.
//
// The components are d trains of their own and not one train with a further
// index of size d, because the component of a product needs no more than rank
// one so, where shared cores would need rank d to tell components apart.
struct Velocity {
  Potential potential;
  std::vector<BasisSpec> component_basis = {};  // [d], or empty without trains
  std::vector<TensorTrain> components = {};     // [d], or empty

  Index dimension() const { return potential.dimension(); }
  bool has_components() const { return !components.empty(); }
  // Number of coefficients held, those of the constant function included.
  Index num_coefficients() const;
};

// The bases of the component trains, and upper bounds of |b_j'| on the whole
// line: what the limiter of the sequential step needs (docs/method.md (4)).
struct PreparedComponents {
  // CHECK-fails where bases and trains disagree in number or size.
  explicit PreparedComponents(const Velocity& velocity);

  std::vector<std::shared_ptr<const Basis>> bases;  // [d] or empty
  std::vector<Vector> slope_bounds;                 // [d], each [m_k]
};

// Computes v [N, d] and its divergence [N] at u [N, d]; null outputs are
// skipped. Outputs are resized.
void EvaluateVelocity(const Velocity& velocity,
                      const ConstMatrixRef& u,
                      Matrix* field,
                      Vector* divergence);

// Computes div v - grad f_t . v at the rows u [N, d] with energy gradients
// grad_u f_t [N, d]; returns [N]. Of a gradient field this is L_t phi.
//
// Errors: the interrupter's, asked about every 50 ms.
absl::StatusOr<Vector> ApplyContinuityOperator(
    const Velocity& velocity,
    const ConstMatrixRef& u,
    const ConstMatrixRef& energy_gradient,
    const Executor& executor,
    Interrupter& interrupter);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TRANSPORT_VELOCITY_H_
