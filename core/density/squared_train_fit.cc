#include "core/density/squared_train_fit.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "core/density/cell_basis.h"
#include "core/density/squared_train_als.h"
#include "core/density/squared_train_rows.h"
#include "core/density/squared_train_starts.h"
#include "core/foundation/status_macros.h"
#include "core/math/weighted_moments.h"
#include "core/tensor_train/orthogonalize.h"

namespace ttflow {
namespace {

// Least gain of one more rank, as a share of the predicted log ESS.
constexpr double kGrowthGain = 0.15;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// A product that is predicted to reach this needs no train.
constexpr double kGoodEnough = -0.03;

TensorTrain Normalized(TensorTrain train) {
  const double norm = Orthogonalize(train, 0);
  train.cores[0].unfolding /= norm;
  return train;
}

// Replaces `best` where a fit from one of the starts, or with ranks that grow
// from the best one, is better.
absl::Status Search(const SquaredTrainDensity* previous,
                    const SquaredTrainDensity& product,
                    const SquaredTrainAls& als,
                    const SquaredTrainOptions& options,
                    const RandomKey& key,
                    SquaredTrainIterate& best) {
  bool warm = false;
  if (previous != nullptr && previous->max_rank() > 1) {
    std::optional<TensorTrain> start =
        CarryOver(*previous, product, options.max_rank);
    if (start.has_value()) {
      warm = true;
      TTFLOW_ASSIGN_OR_RETURN(SquaredTrainIterate iterate,
                              als.Fit(*std::move(start)));
      if (iterate.criterion > best.criterion) best = std::move(iterate);
    }
  }
  // A warm start that is good needs no second opinion.
  if (!warm || best.criterion < options.good_enough) {
    TTFLOW_ASSIGN_OR_RETURN(SquaredTrainIterate fresh,
                            als.Fit(product.parameters().train));
    if (fresh.criterion > best.criterion + (warm ? options.min_gain : 0)) {
      best = std::move(fresh);
    }
  }
  for (int growth = 0; growth < options.max_growths; ++growth) {
    if (best.train.max_rank() >= options.max_rank ||
        best.criterion > options.good_enough || product.dimension() == 1) {
      break;
    }
    TTFLOW_ASSIGN_OR_RETURN(
        SquaredTrainIterate grown,
        als.Fit(GrowRanks(best.train,
                          options.max_rank,
                          key,
                          static_cast<std::uint32_t>(growth)),
                SquaredTrainAls::FirstSweep::kMustMove));
    // Cost grows with the fourth power of the rank: a hopeless fit must gain in
    // proportion to go on.
    const double gain = grown.criterion - best.criterion;
    const bool goes_on =
        gain > std::max(options.min_gain, -kGrowthGain * best.criterion);
    if (gain > options.min_gain) best = std::move(grown);
    if (!goes_on) break;
  }
  return absl::OkStatus();
}

}  // namespace

SquaredTrainParameters MakeProductParameters(
    const Coordinates& coordinates,
    const std::vector<MarginalFit>& marginals,
    const ConstMatrixRef& position,
    const ConstVectorRef& weights,
    const SquaredTrainOptions& options) {
  const auto d = static_cast<Index>(marginals.size());
  SquaredTrainParameters parameters;
  parameters.coordinates = coordinates;
  parameters.basis_size = options.basis_size;
  parameters.defensive_weight = options.defensive_weight;
  parameters.lower.resize(d);
  parameters.upper.resize(d);
  parameters.wide_mean = WeightedMean(position, weights);
  parameters.wide_scale =
      kWideScale *
      (WeightedVariance(position, weights).cwiseSqrt().array() + 1e-12);
  for (Index k = 0; k < d; ++k) {
    parameters.marginals.push_back(marginals[k].marginal);
    parameters.lower[k] = marginals[k].lower;
    parameters.upper[k] = marginals[k].upper;
    const Index size = MakeCellBasis(marginals[k].marginal,
                                     marginals[k].lower,
                                     marginals[k].upper,
                                     options.basis_size)
                           .size();
    TrainCore core{1, size, 1, Matrix::Zero(size, 1)};
    core.unfolding(0, 0) = 1;
    parameters.train.cores.push_back(std::move(core));
  }
  return parameters;
}

absl::StatusOr<SquaredTrainFit> FitSquaredTrain(
    const Coordinates& coordinates,
    const std::vector<MarginalFit>& marginals,
    const DensityProblem& problem,
    const SquaredTrainDensity* previous,
    const SquaredTrainOptions& options,
    const RandomKey& key,
    const Executor& executor,
    Interrupter& interrupter) {
  const SquaredTrainDensity product(MakeProductParameters(
      coordinates, marginals, problem.position, problem.weights, options));
  const SquaredTrainRows rows =
      MakeSquaredTrainRows(product.parameters(), problem, options, key);
  SquaredTrainFit fit;
  fit.parameters = product.parameters();
  fit.product_log_ess = rows.heldout_weights.sum() > 0
                            ? PredictHeldOut(rows,
                                             options.defensive_weight,
                                             Vector::Ones(rows.num_heldout()),
                                             1)
                            : -kInfinity;
  fit.predicted_log_ess = fit.product_log_ess;
  if (!(fit.product_log_ess < kGoodEnough) || !rows.usable()) return fit;
  const SquaredTrainAls als(
      product.bases(), rows, options, executor, interrupter);
  SquaredTrainIterate best = {product.parameters().train, fit.product_log_ess};
  TTFLOW_RETURN_IF_ERROR(Search(previous, product, als, options, key, best));
  if (best.criterion >= fit.product_log_ess + options.min_gain) {
    fit.parameters.train = Normalized(std::move(best.train));
    fit.predicted_log_ess = best.criterion;
  }
  return fit;
}

}  // namespace ttflow
