// TargetSearch: the density search, in coordinates that make hierarchies and
// curved valleys straight where gradients show such.

#ifndef TTFLOW_CORE_SAMPLER_TARGET_SEARCH_H_
#define TTFLOW_CORE_SAMPLER_TARGET_SEARCH_H_

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/coordinates/triangular_map.h"
#include "core/energy/counting_energy.h"
#include "core/foundation/executor.h"
#include "core/foundation/interrupter.h"
#include "core/foundation/random.h"
#include "core/sampler/density_search.h"
#include "core/sampler/evaluation_budget.h"
#include "core/sampler/model.h"
#include "core/sampler/point_set.h"
#include "core/sampler/sampler_options.h"
#include "core/sampler/summary.h"

namespace ttflow {

// Draws the first points of the base, looks for a triangular map in their
// gradients, and searches a density of the target: in the straight coordinates,
// from a base of their own, where there is a map, else from those very points.
// What it tells is in the user's coordinates.
class TargetSearch {
 public:
  // Until it is destroyed `energy` must not be used by anyone else: it may be
  // restated in straight coordinates meanwhile. `energy`, `budget` and
  // `executor` must outlive the object.
  TargetSearch(const DensityOptions& options,
               const BaseParameters& base,
               CountingEnergy& energy,
               const EvaluationBudget& budget,
               const RandomKey& key,
               const Executor& executor);
  ~TargetSearch();
  TargetSearch(const TargetSearch&) = delete;
  TargetSearch& operator=(const TargetSearch&) = delete;

  // Runs one stage, and all that comes before the first. Arguments and errors
  // as DensitySearch::Step.
  absl::Status Step(Interrupter& interrupter, StageInfo& info);

  bool done() const { return search_.has_value() && search_->done(); }
  double t() const { return search_.has_value() ? search_->t() : 0; }
  int num_stages() const {
    return search_.has_value() ? search_->num_stages() : 0;
  }
  // Most energies that the next step asks for. A map is given up rather than
  // spend what the search will need of the budget.
  Index NextEvaluations() const;

  // What was found so far; the density is null where none was.
  FoundDensity Found() const;
  // Requires done(). The equally weighted cloud at t, [N, d].
  Matrix Position() const;
  // The map, or null.
  const TriangularMap* map() const { return map_.get(); }

 private:
  absl::Status Start(Interrupter& interrupter);
  // Points of the base as it is.
  absl::StatusOr<PointSet> DrawFirst(int round, Interrupter& interrupter);
  // kFailedPrecondition where the energy differs at x and -x.
  absl::Status CheckEven(const PointSet& first, Interrupter& interrupter);
  // The map that they show, from the user's coordinates.
  std::optional<TriangularMap> FindMap(const PointSet& first) const;

  DensityOptions options_;
  std::unique_ptr<const Density> base_;
  CountingEnergy& energy_;
  const EvaluationBudget& budget_;
  std::shared_ptr<const Energy> stated_;  // as the user states it
  RandomKey key_;
  const Executor& executor_;
  std::shared_ptr<const TriangularMap> map_;
  std::optional<DensitySearch> search_;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_TARGET_SEARCH_H_
