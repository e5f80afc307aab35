#include "core/moves/step_size_adaptation.h"

#include <algorithm>
#include <cmath>

namespace ttflow {

double AdaptStepSize(double step_size,
                     double acceptance_rate,
                     double target_acceptance,
                     double gain) {
  return std::clamp(
      step_size * std::exp(gain * (acceptance_rate - target_acceptance)),
      1e-6,
      1e3);
}

}  // namespace ttflow
