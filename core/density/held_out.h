// Held out: which points judge a fit.

#ifndef TTFLOW_CORE_DENSITY_HELD_OUT_H_
#define TTFLOW_CORE_DENSITY_HELD_OUT_H_

#include <vector>

#include "core/foundation/random.h"
#include "core/foundation/types.h"

namespace ttflow {

// Chooses about `share` of the points, those of equal value (copies of one
// particle have equal energies) together. Returns true for the points held out,
// [N].
std::vector<bool> ChooseHeldOut(const ConstVectorRef& values,
                                double share,
                                RandomStream stream);

// Predicts the log ESS fraction of importance weights p/pi from points weighted
// to p: -4 (log E_W e^{r/2} + log E_W e^{-r/2}), r = log_ratio = log p - log pi
// up to a constant. It has no noise where pi is exact.
// Shapes: log_ratio [N], weights [N], of any positive sum.
double PredictLogEss(const ConstVectorRef& log_ratio,
                     const ConstVectorRef& weights);

}  // namespace ttflow

#endif  // TTFLOW_CORE_DENSITY_HELD_OUT_H_
