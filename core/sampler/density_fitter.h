// DensityFitter: chooses coordinates and family of a density for weighted
// points, stage after stage.

#ifndef TTFLOW_CORE_SAMPLER_DENSITY_FITTER_H_
#define TTFLOW_CORE_SAMPLER_DENSITY_FITTER_H_

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "core/coordinates/coordinates.h"
#include "core/coordinates/independent.h"
#include "core/density/density.h"
#include "core/density/local_products.h"
#include "core/density/marginal_fit.h"
#include "core/density/mixture.h"
#include "core/density/squared_train.h"
#include "core/density/squared_train_fit.h"
#include "core/foundation/executor.h"
#include "core/foundation/interrupter.h"
#include "core/foundation/random.h"
#include "core/sampler/point_set.h"
#include "core/sampler/sampler_options.h"

namespace ttflow {

struct FittedDensity {
  std::shared_ptr<const Density> density;
  // The same object where it is a squared train, else null: blocks of
  // coordinates can be redrawn from it.
  std::shared_ptr<const SquaredTrainDensity> train;
  double predicted_log_ess = 0;  // of fresh draws, held out
};

// A product fitted to the target from gradients alone.
struct GradientProduct {
  std::shared_ptr<const SquaredTrainDensity> density;
  // Least share, over coordinates, of the gradient's variance that is a
  // function of the coordinate.
  double least_r2 = 0;
};

// Keeps what a later fit starts from: coordinates, and the last density.
class DensityFitter {
 public:
  DensityFitter(const DensityOptions& options, Index dimension);

  // Finds the coordinates in which the gradients of the target separate.
  // `pool` has weights that are not too unequal: what is found holds at all
  // points alike.
  void FindCoordinates(const PooledPoints& pool,
                       const RandomKey& key,
                       const Executor& executor);
  // Turns a rotation that was found a little, for the points of a later stage;
  // else does nothing.
  void RefineCoordinates(const PooledPoints& pool, const Executor& executor);

  // Fits the product to the target from the gradients of `pool`, whatever its
  // weights: on a product they hold at every point.
  GradientProduct FitFromGradients(const PooledPoints& pool,
                                   const Executor& executor) const;
  // Fits the product to the target in the coordinates that positions and
  // scores of `pool` suggest: for points all about one mode.
  GradientProduct FitAboutMode(const PooledPoints& pool,
                               const Executor& executor) const;

  // Predicted log ESS at the target of the product, from points weighted to it.
  static double PredictAtTarget(const SquaredTrainDensity& density,
                                const PooledPoints& pool,
                                const Executor& executor);

  // Fits p_t in the present coordinates and, where that is not good, in those
  // that positions and scores suggest, and a mixture of normals in few
  // dimensions; keeps the best, with hysteresis.
  // Errors: the interrupter's.
  absl::StatusOr<FittedDensity> Fit(double t,
                                    const PooledPoints& pool,
                                    const RandomKey& key,
                                    const Executor& executor,
                                    Interrupter& interrupter);

  // Takes note of the ESS fraction of fresh draws of the last fit. Where it is
  // far below what was predicted, the train has learned the points rather than
  // the density: later ones have fewer ranks. They may grow again where
  // predictions hold.
  void Observe(double ess_fraction);

  // Takes a density found otherwise, in the present coordinates, for the
  // present one.
  void Adopt(std::shared_ptr<const SquaredTrainDensity> train);
  // The same with the coordinates of FitAboutMode. Ranks start from one, for
  // points are few, and grow as Observe allows.
  void AdoptProductAboutMode(
      std::shared_ptr<const SquaredTrainDensity> product);
  // From now on fits these products, with a share of `wide`, and nothing else.
  void AdoptLocalProducts(std::vector<LocalProduct> products,
                          std::shared_ptr<const Density> wide);
  bool has_local_products() const { return !local_products_.empty(); }
  // Starts the next mixture from this one.
  void SuggestMixture(GaussianMixtureParameters mixture);

 private:
  GradientProduct FitProduct(const Coordinates& coordinates,
                             bool use_counts,
                             const PooledPoints& pool,
                             const Executor& executor) const;
  // Fits in the given coordinates; in the present ones with what is known of
  // earlier stages there: their marginals as guards, the last train as a start.
  absl::StatusOr<SquaredTrainFit> FitIn(const Coordinates& coordinates,
                                        bool present,
                                        double t,
                                        const PooledPoints& pool,
                                        const RandomKey& key,
                                        const Executor& executor,
                                        Interrupter& interrupter);
  // Lifts the marginals by a little of those of a hotter stage, which knows of
  // places that too few points of this one reach.
  void GuardMarginals(double t, std::vector<MarginalFit>& marginals) const;
  // A mixture with a wide part, its number of components chosen held out.
  FittedDensity FitMixture(double t,
                           const PooledPoints& pool,
                           const RandomKey& key,
                           const Executor& executor);

  Index most_rank_;  // by the options
  SquaredTrainOptions train_options_;
  Index dimension_;
  Coordinates coordinates_;  // the present ones
  Coordinates first_;        // those of FindCoordinates
  bool present_is_first_ = true;
  std::optional<IndependentCoordinates> independent_;  // if it rotates
  // Marginals of earlier stages in the present coordinates, by time.
  struct PastMarginals {
    double t = 0;
    std::vector<Marginal> marginals;
  };
  std::vector<PastMarginals> past_;
  std::shared_ptr<const SquaredTrainDensity> train_;  // the last one
  double predicted_ = 0;                              // its predicted log ESS
  std::optional<GaussianMixtureParameters> mixture_;  // the last one
  std::vector<LocalProduct> local_products_;          // if adopted
  std::shared_ptr<const Density> wide_;               // beside them
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_DENSITY_FITTER_H_
