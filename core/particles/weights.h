// Weights: normalisation, effective sample sizes, and the largest step that
// keeps one.

#ifndef TTFLOW_CORE_PARTICLES_WEIGHTS_H_
#define TTFLOW_CORE_PARTICLES_WEIGHTS_H_

#include "core/foundation/types.h"

namespace ttflow {

// Returns exp(log_weight) / sum, [N]; a log weight that is not finite counts as
// zero weight, so all are zero where none is finite.
Vector NormalizedWeights(const ConstVectorRef& log_weight);

// Returns (sum w)^2 / (N sum w^2) in [0, 1]: the share of particles that count;
// 0 where no weight is finite.
double WeightEssFraction(const ConstVectorRef& log_weight);

// Returns the conditional ESS of Zhou, Johansen and Aston (2016),
// (sum W u)^2 / (sum W u^2) with u = exp(log_increment), in [0, 1]; 0 where no
// increment with positive weight is finite.
// Shapes: weights [N], sum 1; log_increment [N], -inf allowed.
double ConditionalEss(const ConstVectorRef& weights,
                      const ConstVectorRef& log_increment);

// Returns the largest dt in [0, limit] at which the conditional ESS of the
// increments -dt * slope is at least `wanted` times the weight of the particles
// that survive (bisection to 1e-12 relative). Particles with a slope that is
// not finite die at any dt > 0: their loss is no reason to shorten the step.
//
// The conditional ESS falls with dt: with K the cumulant function of -slope,
// its log is 2 K(dt) - K(2 dt) and K is convex. 0 where nothing survives.
//
// Shapes: weights [N], sum 1; slope [N], nats per unit of annealing time, +inf
//         where the particle dies.
double LargestStep(const ConstVectorRef& weights,
                   const ConstVectorRef& slope,
                   double wanted,
                   double limit);

}  // namespace ttflow

#endif  // TTFLOW_CORE_PARTICLES_WEIGHTS_H_
