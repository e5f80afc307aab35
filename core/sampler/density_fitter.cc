#include "core/sampler/density_fitter.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "core/coordinates/fisher.h"
#include "core/density/marginal_fit.h"
#include "core/foundation/status_macros.h"

namespace ttflow {
namespace {

constexpr int kRefineIterations = 8;
// Other coordinates are tried where the present ones promise less, and taken if
// they promise so much more of the log ESS.
// Predicted log ESS at which ranks stop growing: on the way fresh draws need
// only be good enough to replace the particles.
constexpr double kGoodStage = -0.2;
constexpr double kGoodTarget = -0.04;
constexpr double kSatisfied = -0.2;
constexpr double kHysteresis = 0.1;

}  // namespace

DensityFitter::DensityFitter(const DensityOptions& options, Index dimension)
    : dimension_(dimension) {
  train_options_.basis_size = options.basis_size;
  train_options_.max_rank = options.max_rank;
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
  const Matrix u = coordinates_.ToLocal(pool.position);
  const Matrix gradient =
      coordinates_.GradientToLocal(pool.batch.target_gradient);
  const std::vector<MarginalFit> marginals = FitMarginals(
      {u, pool.weights, gradient, pool.weights, /*use_counts=*/false},
      executor);
  GradientProduct product;
  product.least_r2 = 1;
  for (const MarginalFit& fit : marginals) {
    product.least_r2 = std::min(product.least_r2, fit.gradient_r2);
  }
  product.density =
      std::make_shared<const SquaredTrainDensity>(MakeProductParameters(
          coordinates_, marginals, u, pool.weights, train_options_));
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
    double t,
    const PooledPoints& pool,
    const SquaredTrainDensity* previous,
    const RandomKey& key,
    const Executor& executor,
    Interrupter& interrupter) const {
  const Matrix u = coordinates.ToLocal(pool.position);
  const Matrix gradient = coordinates.GradientToLocal(pool.batch.GradientAt(t));
  const Vector log_target = -pool.batch.EnergyAt(t);
  const std::vector<MarginalFit> marginals =
      FitMarginals({u, pool.weights, gradient, pool.weights}, executor);
  SquaredTrainOptions options = train_options_;
  options.good_enough = t < 1 ? kGoodStage : kGoodTarget;
  return FitSquaredTrain(coordinates,
                         marginals,
                         {u, pool.weights, log_target, gradient},
                         previous,
                         options,
                         key,
                         executor,
                         interrupter);
}

absl::StatusOr<FittedDensity> DensityFitter::Fit(double t,
                                                 const PooledPoints& pool,
                                                 const RandomKey& key,
                                                 const Executor& executor,
                                                 Interrupter& interrupter) {
  TTFLOW_ASSIGN_OR_RETURN(
      SquaredTrainFit best,
      FitIn(coordinates_, t, pool, density_.get(), key, executor, interrupter));
  if (best.predicted_log_ess < kSatisfied && dimension_ > 1) {
    std::vector<Coordinates> challengers = {FisherCoordinates(
        pool.position, pool.weights, pool.batch.GradientAt(t))};
    if (!present_is_first_) challengers.push_back(first_);
    for (std::size_t c = 0; c < challengers.size(); ++c) {
      TTFLOW_ASSIGN_OR_RETURN(
          SquaredTrainFit fit,
          FitIn(challengers[c], t, pool, nullptr, key, executor, interrupter));
      if (fit.predicted_log_ess > best.predicted_log_ess + kHysteresis) {
        best = std::move(fit);
        coordinates_ = challengers[c];
        present_is_first_ = c == 1;
      }
    }
  }
  FittedDensity fitted;
  fitted.predicted_log_ess = best.predicted_log_ess;
  fitted.density =
      std::make_shared<const SquaredTrainDensity>(std::move(best.parameters));
  density_ = fitted.density;
  return fitted;
}

void DensityFitter::Adopt(std::shared_ptr<const SquaredTrainDensity> density) {
  density_ = std::move(density);
}

}  // namespace ttflow
