// Mode approach: densities of the target, adapted step by step from the normals
// of its modes.

#ifndef TTFLOW_CORE_SAMPLER_MODE_APPROACH_H_
#define TTFLOW_CORE_SAMPLER_MODE_APPROACH_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "core/density/density.h"
#include "core/density/local_products.h"
#include "core/density/squared_train.h"
#include "core/foundation/random.h"
#include "core/path/tempered_energy.h"
#include "core/sampler/density_fitter.h"
#include "core/sampler/mode_density.h"
#include "core/sampler/point_set.h"

namespace ttflow {

struct ModeApproach {
  // Null where no product was good enough.
  std::shared_ptr<const SquaredTrainDensity> product;
  PointSet draws;  // of the product
};

struct AdaptedModes {
  FittedDensity fitted;  // density null where none is good enough
  PointSet draws;        // of it
};

// The density of the modes where its draws are good, else what the two
// approaches below make of it, which `fitter` then goes on from. Draws are
// those of `key` from `address` to `address` + 2^24. Spends at most
// `most_evaluations`. Errors as below.
absl::StatusOr<AdaptedModes> AdaptToModes(const ModeDensity& modes,
                                          DensityFitter& fitter,
                                          std::int64_t most_evaluations,
                                          TemperedEnergy& energy,
                                          const RandomKey& key,
                                          Index address);

// Fits a product to draws about the mode, in the coordinates that they suggest,
// then to its own draws, and again while that gains much, until they have a
// fair effective sample size at the target. A posterior with one mode needs no
// path from a wide base, which costs a dozen stages.
//
// `mode` is the density of the mode; draws are those of `key` from `address`
// on. Costs 400 + 10 d energies a round and before the first, in at most five
// rounds and within `most_evaluations`.
//
// Errors: the energy's and the interrupter's.
// Source: population Monte Carlo (Cappe et al., 2004) with weights that are
// flattened as in Koblents and Miguez (2015).
absl::StatusOr<ModeApproach> ApproachFromMode(const Density& mode,
                                              const DensityFitter& fitter,
                                              std::int64_t most_evaluations,
                                              TemperedEnergy& energy,
                                              const RandomKey& key,
                                              Index address);

struct LocalApproach {
  std::vector<LocalProduct> products;  // the best round's; none where too many
  PointSet draws;                      // of their sum with the wide part
  double ess_fraction = 0;             // of these
};

// The same for any number of modes, with skewed or heavy tails: a stretched
// product for each, fitted to the draws of their sum and then again while that
// gains. Arguments and errors as above.
absl::StatusOr<LocalApproach> ApproachFromModes(const ModeDensity& modes,
                                                std::int64_t most_evaluations,
                                                TemperedEnergy& energy,
                                                const RandomKey& key,
                                                Index address);

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_MODE_APPROACH_H_
