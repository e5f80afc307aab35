// Sequential step: a bijection of R^d along a velocity field, with its exact
// log determinant.

#ifndef TTFLOW_CORE_TRANSPORT_SEQUENTIAL_STEP_H_
#define TTFLOW_CORE_TRANSPORT_SEQUENTIAL_STEP_H_

#include "core/foundation/executor.h"
#include "core/transport/velocity.h"

namespace ttflow {

// Moves u along v for the time dt, coordinate by coordinate
// (docs/method.md (4)): a forward sweep k = 1..d and a backward sweep k = d..1,
// each over dt / (2 substeps), repeated `substeps` times. Every update is a
// monotone map of u_k, thanks to a limiter s_k that depends on the other
// coordinates only, so the whole is a bijection and the determinant is exact.
// With tau = dt / (2 substeps),
//   s_k = min(1, 0.6 / (tau (sup |g_k''| + sum_j |c_j| sup |b_j''|))),
// g_k the additive part's function of u_k (its bound from a fine grid) and c_j
// the coefficients of the train's, given all other coordinates. Pairs are
// linear in u_k. A component train v_k adds sum_j |c_j| sup |b_j'|, c_j the
// coefficients of its function of u_k.
//
// Shapes: u [N, d] in and out; log_determinant [N] is set, in nats.
// Cost:   O(N d (m r + r^2)) a sweep, d times that with component trains; no
//         Hessian, no d x d determinant.
void SequentialStep(const Velocity& velocity,
                    double dt,
                    int substeps,
                    const Executor& executor,
                    Matrix& u,
                    Vector& log_determinant);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TRANSPORT_SEQUENTIAL_STEP_H_
