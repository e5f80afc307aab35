// Mode approach: a product for the target, adapted step by step from the normal
// of its only mode.

#ifndef TTFLOW_CORE_SAMPLER_MODE_APPROACH_H_
#define TTFLOW_CORE_SAMPLER_MODE_APPROACH_H_

#include <memory>

#include "absl/status/statusor.h"
#include "core/density/density.h"
#include "core/density/squared_train.h"
#include "core/foundation/random.h"
#include "core/path/tempered_energy.h"
#include "core/sampler/density_fitter.h"
#include "core/sampler/point_set.h"

namespace ttflow {

struct ModeApproach {
  // Null where no product was good enough.
  std::shared_ptr<const SquaredTrainDensity> product;
  PointSet draws;  // of the product
};

// Most energies that an approach costs.
Index MostApproachEvaluations(Index dimension);

// Fits a product to draws about the mode, in the coordinates that they suggest,
// then to its own draws, and again while that gains much, until they have a
// fair effective sample size at the target. A posterior with one mode needs no
// path from a wide base, which costs a dozen stages.
//
// `mode` is the density of the mode; draws are those of `key` from `address`
// on. Costs (rounds + 1) (400 + 10 d) energies, at most five rounds. Errors:
// the energy's and the interrupter's. Source: population Monte Carlo (Cappe et
// al., 2004) with weights that are flattened as in Koblents and Miguez (2015).
absl::StatusOr<ModeApproach> ApproachFromMode(const Density& mode,
                                              const DensityFitter& fitter,
                                              TemperedEnergy& energy,
                                              const RandomKey& key,
                                              Index address);

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_MODE_APPROACH_H_
