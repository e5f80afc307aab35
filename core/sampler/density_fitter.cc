#include "core/sampler/density_fitter.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "core/coordinates/fisher.h"
#include "core/density/density_sum.h"
#include "core/density/gaussian.h"
#include "core/density/held_out.h"
#include "core/density/marginal_fit.h"
#include "core/density/mixture.h"
#include "core/density/mixture_fit.h"
#include "core/foundation/status_macros.h"
#include "core/math/weighted_moments.h"

namespace ttflow {
namespace {

constexpr int kRefineIterations = 8;
// Predicted log ESS at which ranks stop growing: on the way fresh draws need
// only be good enough to replace the particles.
constexpr double kGoodStage = -0.2;
constexpr double kGoodTarget = -0.04;
// Other coordinates and families are tried where the present ones promise less,
// and taken if they promise so much more of the log ESS.
constexpr double kSatisfied = -0.2;
constexpr double kHysteresis = 0.1;
// A prediction of the log ESS is broken or kept where draws miss it by more or
// less.
constexpr double kBroken = 1;
constexpr double kKept = 0.5;

// Marginals are guarded by those of a stage at so small a share of the time, to
// a share of mass in all coordinates together.
constexpr double kGuardTime = 0.6;
constexpr double kGuardShare = 0.03;

// Mixtures have d^2 / 2 unknowns a component.
constexpr Index kMostMixtureCoordinates = 20;
constexpr Index kFewCoordinates = 5;
constexpr double kMixtureHeldOut = 0.25;
constexpr double kMixtureInflation = 1.1;
constexpr double kMixtureWideShare = 0.05;
constexpr double kMixtureWideScale = 1.5;

}  // namespace

DensityFitter::DensityFitter(const DensityOptions& options, Index dimension)
    : most_rank_(options.max_rank), dimension_(dimension) {
  train_options_.basis_size = options.basis_size;
  train_options_.max_rank = options.max_rank;
}

void DensityFitter::Observe(double ess_fraction) {
  if (train_ == nullptr) return;
  const double log_ess = std::log(std::max(ess_fraction, 1e-9));
  Index& rank = train_options_.max_rank;
  if (log_ess < predicted_ - kBroken) {
    rank = std::max<Index>(1, std::min(rank, train_->max_rank()) - 1);
  } else if (log_ess > predicted_ - kKept) {
    rank = std::min(rank + 1, most_rank_);
  }
}

void DensityFitter::FindCoordinates(const PooledPoints& pool,
                                    const RandomKey& key,
                                    const Executor& executor) {
  first_ = DiagonalCoordinates(pool.position, pool.weights);
  if (dimension_ > 1) {
    IndependentCoordinates found =
        FindIndependentCoordinates(pool.position,
                                   pool.weights,
                                   pool.batch.target_gradient,
                                   IndependentOptions(),
                                   key,
                                   executor);
    first_ = found.ToCoordinates();
    if (found.rotated) independent_ = std::move(found);
  }
  coordinates_ = first_;
  present_is_first_ = true;
}

void DensityFitter::RefineCoordinates(const PooledPoints& pool,
                                      const Executor& executor) {
  if (!independent_.has_value()) return;
  const IndependentCoordinates refined =
      RefineRotation(pool.position,
                     pool.weights,
                     pool.batch.target_gradient,
                     independent_->rotation,
                     kRefineIterations,
                     executor);
  // Centre and scales stay: the tables of earlier densities refer to them.
  independent_->rotation = refined.rotation;
  first_ = RotatedCoordinates(
      independent_->center, independent_->rotation, independent_->deviation);
  if (present_is_first_) coordinates_ = first_;
}

GradientProduct DensityFitter::FitFromGradients(
    const PooledPoints& pool, const Executor& executor) const {
  return FitProduct(coordinates_, /*use_counts=*/false, pool, executor);
}

GradientProduct DensityFitter::FitAboutMode(const PooledPoints& pool,
                                            const Executor& executor) const {
  return FitProduct(
      FisherCoordinates(
          pool.position, pool.weights, pool.batch.target_gradient),
      /*use_counts=*/true,
      pool,
      executor);
}

GradientProduct DensityFitter::FitProduct(const Coordinates& coordinates,
                                          bool use_counts,
                                          const PooledPoints& pool,
                                          const Executor& executor) const {
  const Matrix u = coordinates.ToLocal(pool.position);
  const Matrix gradient =
      coordinates.GradientToLocal(pool.batch.target_gradient);
  std::vector<MarginalFit> marginals = FitMarginals(
      {u, pool.weights, gradient, pool.weights, use_counts}, executor);
  GradientProduct product;
  product.least_r2 = 1;
  for (const MarginalFit& fit : marginals) {
    product.least_r2 = std::min(product.least_r2, fit.gradient_r2);
  }
  GuardMarginals(1, marginals);
  product.density =
      std::make_shared<const SquaredTrainDensity>(MakeProductParameters(
          coordinates, marginals, u, pool.weights, train_options_));
  return product;
}

double DensityFitter::PredictAtTarget(const SquaredTrainDensity& density,
                                      const PooledPoints& pool,
                                      const Executor& executor) {
  // Beyond the cells the density has no mass at all; a large finite ratio says
  // so.
  constexpr double kNoMass = 1e3;
  const Matrix u = density.parameters().coordinates.ToLocal(pool.position);
  const Vector log_density = density.LogSquare(u, executor);
  Vector log_ratio(u.rows());
  Vector weights = pool.weights;
  for (Index i = 0; i < u.rows(); ++i) {
    const double energy = pool.batch.target_energy[i];
    if (!std::isfinite(energy)) {
      weights[i] = 0;
      log_ratio[i] = 0;
    } else {
      log_ratio[i] =
          std::isfinite(log_density[i]) ? -energy - log_density[i] : kNoMass;
    }
  }
  return PredictLogEss(log_ratio, weights);
}

absl::StatusOr<SquaredTrainFit> DensityFitter::FitIn(
    const Coordinates& coordinates,
    bool present,
    double t,
    const PooledPoints& pool,
    const RandomKey& key,
    const Executor& executor,
    Interrupter& interrupter) {
  const Matrix u = coordinates.ToLocal(pool.position);
  const Matrix gradient = coordinates.GradientToLocal(pool.batch.GradientAt(t));
  const Vector log_target = -pool.batch.EnergyAt(t);
  std::vector<MarginalFit> marginals =
      FitMarginals({u, pool.weights, gradient, pool.weights}, executor);
  if (present) {
    PastMarginals now = {t, {}};
    for (const MarginalFit& fit : marginals) {
      now.marginals.push_back(fit.marginal);
    }
    GuardMarginals(t, marginals);
    if (t < 1) past_.push_back(std::move(now));
  }
  SquaredTrainOptions options = train_options_;
  options.good_enough = t < 1 ? kGoodStage : kGoodTarget;
  return FitSquaredTrain(coordinates,
                         marginals,
                         {u, pool.weights, log_target, gradient},
                         present ? train_.get() : nullptr,
                         options,
                         key,
                         executor,
                         interrupter);
}

void DensityFitter::GuardMarginals(double t,
                                   std::vector<MarginalFit>& marginals) const {
  const PastMarginals* hotter = nullptr;
  for (const PastMarginals& past : past_) {
    if (past.t <= kGuardTime * t) hotter = &past;
  }
  if (hotter == nullptr) return;
  const double share = kGuardShare / static_cast<double>(dimension_);
  for (std::size_t k = 0; k < marginals.size(); ++k) {
    marginals[k].marginal =
        MixMarginals(marginals[k].marginal, hotter->marginals[k], share);
  }
}

absl::StatusOr<FittedDensity> DensityFitter::Fit(double t,
                                                 const PooledPoints& pool,
                                                 const RandomKey& key,
                                                 const Executor& executor,
                                                 Interrupter& interrupter) {
  if (!local_products_.empty()) {
    TTFLOW_RETURN_IF_ERROR(interrupter.Check());
    local_products_ = FitLocalProducts(local_products_,
                                       pool.position,
                                       pool.weights,
                                       pool.batch.GradientAt(t),
                                       executor);
    FittedDensity fitted;
    fitted.density = SumOf(local_products_, wide_);
    return fitted;
  }
  TTFLOW_ASSIGN_OR_RETURN(
      SquaredTrainFit best,
      FitIn(coordinates_, true, t, pool, key, executor, interrupter));
  if (best.predicted_log_ess < kSatisfied && dimension_ > 1) {
    std::vector<Coordinates> challengers = {FisherCoordinates(
        pool.position, pool.weights, pool.batch.GradientAt(t))};
    if (!present_is_first_) challengers.push_back(first_);
    for (std::size_t c = 0; c < challengers.size(); ++c) {
      TTFLOW_ASSIGN_OR_RETURN(
          SquaredTrainFit fit,
          FitIn(challengers[c], false, t, pool, key, executor, interrupter));
      if (fit.predicted_log_ess > best.predicted_log_ess + kHysteresis) {
        best = std::move(fit);
        coordinates_ = challengers[c];
        past_.clear();
        present_is_first_ = c == 1;
      }
    }
  }
  FittedDensity fitted;
  fitted.predicted_log_ess = best.predicted_log_ess;
  fitted.train =
      std::make_shared<const SquaredTrainDensity>(std::move(best.parameters));
  fitted.density = fitted.train;
  train_ = fitted.train;
  predicted_ = best.predicted_log_ess;
  if (fitted.predicted_log_ess < kSatisfied &&
      dimension_ <= kMostMixtureCoordinates) {
    TTFLOW_RETURN_IF_ERROR(interrupter.Check());
    FittedDensity mixture = FitMixture(t, pool, key, executor);
    if (mixture.predicted_log_ess > fitted.predicted_log_ess + kHysteresis) {
      return mixture;
    }
  }
  return fitted;
}

FittedDensity DensityFitter::FitMixture(double t,
                                        const PooledPoints& pool,
                                        const RandomKey& key,
                                        const Executor& executor) {
  const Vector energy = pool.batch.EnergyAt(t);
  const std::vector<bool> held_out = ChooseHeldOut(
      energy, kMixtureHeldOut, key.Stream(Purpose::kFit, 1 << 21, 0));
  std::vector<Index> rows[2];
  for (Index i = 0; i < energy.size(); ++i) {
    if (pool.weights[i] > 0 && std::isfinite(energy[i])) {
      rows[held_out[i]].push_back(i);
    }
  }
  FittedDensity best;
  best.predicted_log_ess = -std::numeric_limits<double>::infinity();
  if (rows[0].empty() || rows[1].empty()) return best;
  const Matrix position[2] = {pool.position(rows[0], Eigen::all),
                              pool.position(rows[1], Eigen::all)};
  Vector weights[2] = {pool.weights(rows[0]), pool.weights(rows[1])};
  for (Vector& part : weights) part /= part.sum();
  const Vector log_target = -energy(rows[1]);
  const Vector deviation =
      WeightedVariance(pool.position, pool.weights).cwiseSqrt();
  const double floor = 1e-9 * std::max(deviation.maxCoeff(), 1e-300);
  const auto wide = std::make_shared<const GaussianDensity>(
      WeightedMean(pool.position, pool.weights),
      kMixtureWideScale * deviation.cwiseMax(floor));
  const auto consider = [&](GaussianMixtureParameters mixture) {
    auto density =
        std::make_shared<const DensitySum>(std::vector<DensitySum::Component>{
            {1 - kMixtureWideShare,
             std::make_shared<const GaussianMixtureDensity>(mixture)},
            {kMixtureWideShare, wide}});
    Vector log_density;
    density->LogDensity(position[1], executor, log_density, nullptr);
    const double predicted =
        PredictLogEss(log_target - log_density, weights[1]);
    if (predicted > best.predicted_log_ess) {
      best.predicted_log_ess = predicted;
      best.density = std::move(density);
      mixture_ = std::move(mixture);
    }
  };
  MixtureFitOptions options;
  options.inflation = kMixtureInflation;
  if (mixture_.has_value()) {
    const GaussianMixtureParameters start = *mixture_;
    consider(FitGaussianMixture(
        position[0], weights[0], options, &start, key, executor));
  }
  // A choice of the number of components is dear where there are many
  // coordinates; one start is then enough.
  if (best.predicted_log_ess < kSatisfied &&
      (best.density == nullptr || dimension_ <= kFewCoordinates)) {
    MixtureSelectionOptions selection;
    selection.fit = options;
    consider(FitGaussianMixtureBySelection(position[0],
                                           weights[0],
                                           position[1],
                                           weights[1],
                                           selection,
                                           key,
                                           executor)
                 .mixture);
  }
  return best;
}

void DensityFitter::AdoptProductAboutMode(
    std::shared_ptr<const SquaredTrainDensity> product) {
  coordinates_ = product->parameters().coordinates;
  present_is_first_ = false;
  past_.clear();
  train_options_.max_rank = 1;
  Adopt(std::move(product));
}

void DensityFitter::AdoptLocalProducts(std::vector<LocalProduct> products,
                                       std::shared_ptr<const Density> wide) {
  local_products_ = std::move(products);
  wide_ = std::move(wide);
  train_ = nullptr;
}

void DensityFitter::SuggestMixture(GaussianMixtureParameters mixture) {
  mixture_ = std::move(mixture);
}

void DensityFitter::Adopt(std::shared_ptr<const SquaredTrainDensity> train) {
  train_ = std::move(train);
}

}  // namespace ttflow
