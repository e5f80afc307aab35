// PointSet: evaluated points with the density that they were drawn from.

#ifndef TTFLOW_CORE_SAMPLER_POINT_SET_H_
#define TTFLOW_CORE_SAMPLER_POINT_SET_H_

#include <deque>
#include <vector>

#include "absl/status/statusor.h"
#include "core/density/density.h"
#include "core/foundation/random.h"
#include "core/foundation/types.h"
#include "core/particles/particles.h"
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

// Draws and evaluates `count` points of a density, draws `first` .. of `key`.
// Errors: the energy's and the interrupter's.
absl::StatusOr<PointSet> DrawPoints(const Density& density,
                                    Index count,
                                    const RandomKey& key,
                                    Index first,
                                    TemperedEnergy& energy);

// The points as equally weighted particles, all of fold and eve 0.
Particles AsParticles(const PointSet& set);

// Log weights of particles of p_at for p_t: log_weight - (t - at) h,
// -infinity where h = f_1 - f_0 is not finite. [N]
Vector ReweightedTo(const Particles& particles, double at, double t);

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

// The last few sets of a search, for fits at any later time.
class RecentPoints {
 public:
  // Keeps `set`, and of the older ones those that make three.
  void Keep(PointSet set);

  // All sets weighted to p_t.
  PooledPoints Pool(double t) const;
  // The same with `particles`, whose log weights are those of p_at.
  PooledPoints PoolWith(const Particles& particles, double at, double t) const;
  // All sets weighted to the target, weights flattened to an ESS fraction of
  // `ess` in each.
  PooledPoints FlattenedPool(double ess) const;

 private:
  // Appends all sets and their log weights to p_t.
  void Collect(double t,
               std::vector<const PointSet*>& sets,
               std::vector<Vector>& log_weights) const;

  std::deque<PointSet> sets_;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_POINT_SET_H_
