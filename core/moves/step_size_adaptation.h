// Step size adaptation between stages: deterministic, from the last acceptance.

#ifndef TTFLOW_CORE_MOVES_STEP_SIZE_ADAPTATION_H_
#define TTFLOW_CORE_MOVES_STEP_SIZE_ADAPTATION_H_

namespace ttflow {

// Returns the next step size: step * exp(gain * (acceptance - target)), kept in
// [1e-6, 1e3]. Acceptance rates in [0, 1].
double AdaptStepSize(double step_size,
                     double acceptance_rate,
                     double target_acceptance,
                     double gain);

}  // namespace ttflow

#endif  // TTFLOW_CORE_MOVES_STEP_SIZE_ADAPTATION_H_
