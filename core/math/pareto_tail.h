// The tail index of importance weights.

#ifndef TTFLOW_CORE_MATH_PARETO_TAIL_H_
#define TTFLOW_CORE_MATH_PARETO_TAIL_H_

#include "core/foundation/types.h"

namespace ttflow {

// Returns k-hat, the shape of the generalised Pareto distribution fitted to the
// largest min(N / 5, 3 sqrt N) weights exp(log_weights): moments of order
// below 1 / k are finite. Below .5 the mean's error bar can be believed, above
// .7 the mean itself not.
//
// Posterior mean over a grid of 30 + sqrt(M) scales, then drawn towards .5 with
// the strength of ten observations.
//
// 0 where the largest weights are all equal (bounded); +infinity where nothing
// can be said: fewer than 25 weights, fewer than five of different size in the
// tail, or any weight NaN or infinite. -infinity is a weight of zero.
// Cost:   O(N + M^1.5), M the size of the tail.
// Source: Zhang and Stephens (2009); Vehtari, Simpson, Gelman, Yao, Gabry
//         (2024), Pareto smoothed importance sampling.
double ParetoTailIndex(const ConstVectorRef& log_weights);

// The fit itself: shape of the generalised Pareto distribution from 0 upwards
// of `exceedances` [M], M >= 5, all positive, ascending; not drawn towards
// anything.
double GeneralizedParetoShape(const ConstVectorRef& exceedances);

}  // namespace ttflow

#endif  // TTFLOW_CORE_MATH_PARETO_TAIL_H_
