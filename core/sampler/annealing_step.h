// How far a step of the density search goes along the path.

#ifndef TTFLOW_CORE_SAMPLER_ANNEALING_STEP_H_
#define TTFLOW_CORE_SAMPLER_ANNEALING_STEP_H_

#include "core/particles/particles.h"

namespace ttflow {

// Returns the next annealing time after `t`, at most 1: that of the wanted
// conditional ESS of particles of p_t. Wanted is the more, the less the last
// fresh draws could replace the particles: `fresh_ess` is their ESS fraction,
// which did so above `replace_ess`.
double NextAnnealingTime(const Particles& particles,
                         double t,
                         double fresh_ess,
                         double replace_ess);

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_ANNEALING_STEP_H_
