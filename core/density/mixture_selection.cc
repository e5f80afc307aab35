#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "core/density/mixture_fit.h"

namespace ttflow {
namespace {

constexpr std::uint32_t kFirstStream = (1u << 23) + (2u << 10);
// Sizes grow by a half, at least by one.
Index NextSize(Index size) { return size < 4 ? size + 1 : size + size / 2; }

// Adds components at training points far from all others in those' own metric,
// each with half of its neighbour's weight and a quarter of its covariance.
GaussianMixtureParameters Grow(GaussianMixtureParameters mixture,
                               Index size,
                               const ConstMatrixRef& points,
                               const ConstVectorRef& weights,
                               RandomStream random) {
  const Index n = points.rows();
  Vector distance(n);
  std::vector<Index> owner(static_cast<std::size_t>(n));
  {
    const GaussianMixtureDensity density(mixture);
    Matrix joint;
    Matrix squared;
    density.ComponentLogDensities(points, joint, &squared);
    for (Index i = 0; i < n; ++i) {
      distance[i] =
          squared.row(i).minCoeff(&owner[static_cast<std::size_t>(i)]);
    }
  }
  Vector mass = (weights.array() > 0 && distance.array().isFinite())
                    .select(weights.cwiseProduct(distance), 0.0);
  while (mixture.num_components() < size) {
    const double aim = random.Uniform() * mass.sum();
    Index chosen = -1;
    double sum = 0;
    for (Index i = 0; i < n && chosen < 0; ++i) {
      sum += mass[i];
      if (mass[i] > 0 && sum >= aim) chosen = i;
    }
    if (chosen < 0) break;
    const Index parent = owner[static_cast<std::size_t>(chosen)];
    const Matrix root = 0.5 * mixture.root[static_cast<std::size_t>(parent)];
    const Index added = mixture.num_components();
    mixture.weights[parent] *= 0.5;
    mixture.weights.conservativeResize(added + 1);
    mixture.weights[added] = mixture.weights[parent];
    mixture.means.conservativeResize(added + 1, Eigen::NoChange);
    mixture.means.row(added) = points.row(chosen);
    mixture.root.push_back(root);
    // Points near the new centre are covered now.
    Matrix z = points.rowwise() - points.row(chosen);
    root.triangularView<Eigen::Lower>()
        .transpose()
        .solveInPlace<Eigen::OnTheRight>(z);
    const Vector squared = z.rowwise().squaredNorm();
    for (Index i = 0; i < n; ++i) {
      if (mass[i] > 0 && squared[i] < distance[i]) {
        distance[i] = squared[i];
        owner[static_cast<std::size_t>(i)] = added;
        mass[i] = weights[i] * distance[i];
      }
    }
  }
  return mixture;
}

}  // namespace

MixtureSelection FitGaussianMixtureBySelection(
    const ConstMatrixRef& train,
    const ConstVectorRef& train_weights,
    const ConstMatrixRef& held_out,
    const ConstVectorRef& held_out_weights,
    const MixtureSelectionOptions& options,
    const RandomKey& key,
    const Executor& executor) {
  MixtureFitOptions path_options = options.fit;
  path_options.max_iterations = options.path_iterations;
  path_options.inflation = 1;
  path_options.num_starts = 1;
  const auto fit = [&](const MixtureFitOptions& chosen,
                       const GaussianMixtureParameters* start) {
    return FitGaussianMixture(
        train, train_weights, chosen, start, key, executor);
  };
  const auto judge = [&](const GaussianMixtureParameters& mixture) {
    const double value = WeightedLogLikelihood(
        GaussianMixtureDensity(mixture), held_out, held_out_weights, executor);
    return std::isnan(value) ? -std::numeric_limits<double>::infinity() : value;
  };

  MixtureSelection result;
  GaussianMixtureParameters present;
  int without_gain = 0;
  for (Index size = 1;;
       size = std::min(NextSize(size), options.max_components)) {
    path_options.num_components = size;
    GaussianMixtureParameters candidate = fit(path_options, nullptr);
    double value = judge(candidate);
    if (size > 1) {
      const GaussianMixtureParameters grown =
          Grow(present,
               size,
               train,
               train_weights,
               key.Stream(Purpose::kFit,
                          kFirstStream + static_cast<std::uint32_t>(size),
                          0));
      GaussianMixtureParameters other = fit(path_options, &grown);
      if (const double other_value = judge(other); other_value > value) {
        candidate = std::move(other);
        value = other_value;
      }
    }
    present = std::move(candidate);
    result.path.push_back({present.num_components(), value});
    if (result.path.size() == 1 ||
        value > result.held_out + options.least_gain) {
      result.mixture = present;
      result.held_out = value;
      without_gain = 0;
    } else {
      ++without_gain;
    }
    if (size >= options.max_components || without_gain >= options.patience) {
      break;
    }
  }
  // The rest of the iterations, if the held-out points agree.
  MixtureFitOptions last = options.fit;
  last.inflation = 1;
  GaussianMixtureParameters finished = fit(last, &result.mixture);
  if (const double value = judge(finished); value > result.held_out) {
    result.mixture = std::move(finished);
    result.held_out = value;
  }
  for (Matrix& root : result.mixture.root) {
    root *= std::sqrt(options.fit.inflation);
  }
  if (options.fit.inflation != 1) result.held_out = judge(result.mixture);
  return result;
}

}  // namespace ttflow
