// PointSet: evaluated points with the density that they were drawn from.

#ifndef TTFLOW_CORE_SAMPLER_POINT_SET_H_
#define TTFLOW_CORE_SAMPLER_POINT_SET_H_

#include <vector>

#include "core/foundation/types.h"
#include "core/path/tempered_energy.h"

namespace ttflow {

// Points that were evaluated once and serve every later annealing time by
// reweighting.
struct PointSet {
  Matrix position;      // [n, d]
  TemperedBatch batch;  // energies and gradients there
  Vector log_proposal;  // log density that each was drawn from [n]

  Index size() const { return position.rows(); }
  // log p_t - log proposal, not normalised; -infinity where not finite. [n]
  Vector LogWeightsAt(double t) const;
};

// Several sets as one weighted cloud.
struct PooledPoints {
  Matrix position;  // [N, d]
  TemperedBatch batch;
  Vector weights;  // [N], sum 1
};

// Pools sets, each with normalised weights exp(log_weights[s]) times its
// effective number of points: a set that hardly overlaps with p_t hardly
// counts. The four largest weights are cut to the fifth.
PooledPoints PoolPoints(const std::vector<const PointSet*>& sets,
                        const std::vector<Vector>& log_weights);

// Returns `power` in [0, 1], the largest with an effective share of at least
// `ess` for the weights exp(power * log_weight).
double FlatteningPower(const ConstVectorRef& log_weight, double ess);

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_POINT_SET_H_
