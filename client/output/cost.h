// What a result cost.

#ifndef TTFLOW_CLIENT_OUTPUT_COST_H_
#define TTFLOW_CLIENT_OUTPUT_COST_H_

#include "ttflow/v1/diagnostics.pb.h"

namespace ttflow::client {

// Energy evaluations for each effective particle, training included; infinite
// where no particle counts.
inline double EvaluationsPerEffectiveParticle(const v1::Result& result) {
  const double effective =
      result.weight_ess_fraction() * result.num_particles();
  return static_cast<double>(result.num_energy_evaluations()) / effective;
}

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_OUTPUT_COST_H_
