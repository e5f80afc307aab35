// Target points: all draws that were made for the target itself, weighted
// together.

#ifndef TTFLOW_CORE_SAMPLER_TARGET_POINTS_H_
#define TTFLOW_CORE_SAMPLER_TARGET_POINTS_H_

#include <memory>
#include <vector>

#include "core/density/density.h"
#include "core/foundation/executor.h"
#include "core/sampler/point_set.h"

namespace ttflow {

// Sets of draws of several densities q_s, n_s of each, as draws of one: their
// mixture sum_s n_s q_s / n. A point that its own density hardly drew, and a
// later one draws often, has then a small weight instead of a huge one.
// Source: the balance heuristic of Veach and Guibas (1995); adaptive multiple
//         importance sampling, Cornuet, Marin, Mira and Robert (2012).
class TargetPoints {
 public:
  // Adds draws of `density`. Every point so far is asked for its density, every
  // density so far at the new points; no energy is.
  void Add(const PointSet& set,
           std::shared_ptr<const Density> density,
           const Executor& executor);

  // All points; log_proposal is that of the mixture.
  const PointSet& all() const { return all_; }

  // The mixture of the densities whose draws have the smallest variance of
  // weights, estimated at all points: one fit's hole in the tails is another's
  // bulk. Densities of a poor ESS fraction are left out; the others keep a
  // small share each, for the estimate uses the points that they were fitted
  // to. Requires a set. Source: Douc, Guillin, Marin and Robert (2007), minimum
  // variance importance
  //         sampling.
  std::shared_ptr<const Density> BestMixture() const;

 private:
  struct Source {
    std::shared_ptr<const Density> density;
    double count = 0;
    double ess_fraction = 0;  // of its own draws
    Vector log_density;       // at all points
  };
  // log sum_s share_s q_s at all points.
  Vector LogMixture(const ConstVectorRef& share) const;

  std::vector<Source> sources_;
  PointSet all_;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_TARGET_POINTS_H_
