#include "core/density/mixture_fit.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "core/foundation/check.h"
#include "core/math/weighted_moments.h"

namespace ttflow {
namespace {

constexpr std::uint32_t kFirstStream = (1u << 23) + (1u << 10);
// Dot products instead of matrix products up to this dimension.
constexpr Index kFewColumns = 8;
// A component that no point of a block gives this much is skipped there.
constexpr double kNoResponsibility = 1e-14;
// Squared standard deviations of the start's spheres: so small that each point
// belongs to its nearest centre alone.
constexpr double kNearestOnly = 1e-8;

constexpr int kStartIterations = 10;

struct WeightedPoints {
  Matrix x;         // [n, d]
  Vector weights;   // [n], positive, sum 1
  Vector variance;  // [d], positive
};

WeightedPoints UsablePoints(const ConstMatrixRef& x,
                            const ConstVectorRef& weights) {
  TTFLOW_CHECK(x.rows() == weights.size());
  std::vector<Index> rows;
  for (Index i = 0; i < x.rows(); ++i) {
    if (weights[i] > 0 && x.row(i).allFinite()) rows.push_back(i);
  }
  TTFLOW_CHECK(!rows.empty());
  WeightedPoints points{x(rows, Eigen::all), weights(rows), {}};
  points.weights /= points.weights.sum();
  points.variance = WeightedVariance(points.x, points.weights);
  const double largest = points.variance.maxCoeff();
  points.variance = largest > 0
                        ? Vector(points.variance.cwiseMax(1e-24 * largest))
                        : Vector(Vector::Ones(points.variance.size()));
  return points;
}

// Sums over points, one column a component: mass, sum of squared masses, sum of
// (t-weighted) masses, first and second moments of x - old mean.
struct Moments {
  Matrix sums;  // [3 + d + d (d + 1) / 2, K]
  double log_likelihood = 0;
};

Index NumMoments(Index d) { return 3 + d + d * (d + 1) / 2; }

void AddBlock(const GaussianMixtureDensity& density,
              const WeightedPoints& points,
              Index begin,
              Index end,
              Moments& out) {
  const Index d = density.dimension();
  const Index rows = end - begin;
  const double nu = density.parameters().degrees_of_freedom;
  const auto x = points.x.middleRows(begin, rows);
  const auto w = points.weights.segment(begin, rows);
  Matrix joint;
  Matrix distance;
  const bool student = !std::isinf(nu);
  density.ComponentLogDensities(x, joint, student ? &distance : nullptr);
  out.log_likelihood = w.dot(NormalizeRows(joint));
  out.sums.setZero(NumMoments(d), density.num_components());
  Matrix difference;
  Matrix weighted;
  for (Index k = 0; k < density.num_components(); ++k) {
    auto mass = joint.col(k);
    if (mass.maxCoeff() < kNoResponsibility) continue;
    mass.array() *= w.array();
    auto sums = out.sums.col(k);
    sums[0] = mass.sum();
    sums[1] = mass.squaredNorm();
    if (student) {
      mass.array() *=
          (nu + static_cast<double>(d)) / (nu + distance.col(k).array());
    }
    sums[2] = mass.sum();
    difference = x.rowwise() - density.parameters().means.row(k);
    weighted = difference.array().colwise() * mass.array();
    sums.segment(3, d) = weighted.colwise().sum().transpose();
    Index place = 3 + d;
    if (d <= kFewColumns) {
      for (Index a = 0; a < d; ++a) {
        for (Index b = 0; b <= a; ++b) {
          sums[place++] = weighted.col(a).dot(difference.col(b));
        }
      }
    } else {
      const Matrix second = weighted.transpose() * difference;
      for (Index a = 0; a < d; ++a) {
        for (Index b = 0; b <= a; ++b) sums[place++] = second(a, b);
      }
    }
  }
}

Moments ComputeMoments(const GaussianMixtureDensity& density,
                       const WeightedPoints& points,
                       const Executor& executor) {
  const Index n = points.x.rows();
  const Index block = Executor::kBlockRows;
  std::vector<Moments> parts(static_cast<std::size_t>((n + block - 1) / block));
  executor.ForBlocks(n, [&](Index begin, Index end) {
    AddBlock(density,
             points,
             begin,
             end,
             parts[static_cast<std::size_t>(begin / block)]);
  });
  Moments total = std::move(parts.front());
  for (std::size_t b = 1; b < parts.size(); ++b) {
    total.sums += parts[b].sums;
    total.log_likelihood += parts[b].log_likelihood;
  }
  return total;
}

// New parameters from the sums.
GaussianMixtureParameters Maximize(const GaussianMixtureParameters& old,
                                   const Moments& moments,
                                   const WeightedPoints& points,
                                   const MixtureFitOptions& options) {
  const Index d = old.dimension();
  const auto effective = [&](Index k) {
    const double mass = moments.sums(0, k);
    return mass > 0 ? mass * mass / moments.sums(1, k) : 0.0;
  };
  std::vector<Index> alive;
  Index largest = 0;
  for (Index k = 0; k < old.num_components(); ++k) {
    if (effective(k) >= static_cast<double>(d + 1)) alive.push_back(k);
    if (moments.sums(0, k) > moments.sums(0, largest)) largest = k;
  }
  if (alive.empty()) alive.push_back(largest);

  GaussianMixtureParameters next;
  next.degrees_of_freedom = old.degrees_of_freedom;
  const auto count = static_cast<Index>(alive.size());
  next.weights.resize(count);
  next.means.resize(count, d);
  std::vector<Matrix> covariance;
  Matrix pooled = Matrix::Zero(d, d);
  double pooled_mass = 0;
  for (Index a = 0; a < count; ++a) {
    const Index k = alive[static_cast<std::size_t>(a)];
    const auto sums = moments.sums.col(k);
    const Vector shift = sums.segment(3, d) / sums[2];
    Matrix second(d, d);
    Index place = 3 + d;
    for (Index i = 0; i < d; ++i) {
      for (Index j = 0; j <= i; ++j) {
        second(i, j) = second(j, i) = sums[place++];
      }
    }
    second -= sums[2] * shift * shift.transpose();
    pooled += second;
    pooled_mass += sums[0];
    covariance.push_back(second / sums[0]);
    next.weights[a] = sums[0];
    next.means.row(a) = old.means.row(k) + shift.transpose();
  }
  pooled /= pooled_mass;
  const double strength = options.shrinkage * static_cast<double>(d + 1);
  for (Index a = 0; a < count; ++a) {
    const double n = effective(alive[static_cast<std::size_t>(a)]);
    Matrix shrunk =
        (n * covariance[static_cast<std::size_t>(a)] + strength * pooled) /
        (n + strength);
    shrunk.diagonal() += options.covariance_floor * points.variance;
    next.root.push_back(Eigen::LLT<Matrix>(shrunk).matrixL());
  }
  next.weights /= next.weights.sum();
  return next;
}

// EM from `parameters`. The likelihood, unless null, is that before the last
// iteration.
GaussianMixtureParameters Iterate(GaussianMixtureParameters parameters,
                                  const WeightedPoints& points,
                                  const MixtureFitOptions& options,
                                  int iterations,
                                  const Executor& executor,
                                  double* log_likelihood) {
  double before = -std::numeric_limits<double>::infinity();
  for (int iteration = 0; iteration < iterations; ++iteration) {
    const GaussianMixtureDensity density(parameters);
    const Moments moments = ComputeMoments(density, points, executor);
    GaussianMixtureParameters next =
        Maximize(parameters, moments, points, options);
    const bool same_size = next.num_components() == parameters.num_components();
    parameters = std::move(next);
    const double gain = moments.log_likelihood - before;
    before = moments.log_likelihood;
    if (same_size && iteration > 1 && gain < options.tolerance) break;
  }
  if (log_likelihood != nullptr) *log_likelihood = before;
  return parameters;
}

// Index drawn with probability proportional to `masses`, whose cumulative sums
// are made here.
Index Draw(const Vector& masses, double uniform) {
  const double aim = uniform * masses.sum();
  double sum = 0;
  for (Index i = 0; i < masses.size(); ++i) {
    sum += masses[i];
    if (sum >= aim && masses[i] > 0) return i;
  }
  return masses.size() - 1;
}

// Centres by greedy k-means++ in units of each coordinate's deviation, as tiny
// spheres.
GaussianMixtureParameters SeedByDistance(const WeightedPoints& points,
                                         Index count,
                                         const MixtureFitOptions& options,
                                         RandomStream random) {
  const Index d = points.x.cols();
  const Matrix scaled = points.x.array().rowwise() /
                        points.variance.cwiseSqrt().transpose().array();
  const auto distances = [&](Index i) -> Vector {
    Vector sum = (scaled.col(0).array() - scaled(i, 0)).square();
    for (Index k = 1; k < d; ++k) {
      sum.array() += (scaled.col(k).array() - scaled(i, k)).square();
    }
    return sum;
  };
  const int trials = 2 + static_cast<int>(std::log(static_cast<double>(count)));
  std::vector<Index> centers = {Draw(points.weights, random.Uniform())};
  Vector nearest = distances(centers.front());
  while (static_cast<Index>(centers.size()) < count) {
    const Vector masses = points.weights.cwiseProduct(nearest);
    if (!(masses.sum() > 0)) break;  // no more distinct points
    Index best = 0;
    Vector best_nearest;
    double best_cost = std::numeric_limits<double>::infinity();
    for (int trial = 0; trial < trials; ++trial) {
      const Index candidate = Draw(masses, random.Uniform());
      Vector reduced = nearest.cwiseMin(distances(candidate));
      const double cost = points.weights.dot(reduced);
      if (cost < best_cost) {
        best = candidate;
        best_cost = cost;
        best_nearest = std::move(reduced);
      }
    }
    centers.push_back(best);
    nearest = std::move(best_nearest);
  }
  GaussianMixtureParameters seed;
  seed.degrees_of_freedom = options.degrees_of_freedom;
  seed.means = points.x(centers, Eigen::all);
  const auto size = static_cast<Index>(centers.size());
  seed.weights = Vector::Constant(size, 1 / static_cast<double>(size));
  seed.root.assign(
      centers.size(),
      Matrix((kNearestOnly * points.variance).cwiseSqrt().asDiagonal()));
  return seed;
}

void Inflate(double factor, GaussianMixtureParameters& parameters) {
  for (Matrix& root : parameters.root) root *= std::sqrt(factor);
}

}  // namespace

GaussianMixtureParameters FitGaussianMixture(
    const ConstMatrixRef& points,
    const ConstVectorRef& weights,
    const MixtureFitOptions& options,
    const GaussianMixtureParameters* start,
    const RandomKey& key,
    const Executor& executor) {
  const WeightedPoints usable = UsablePoints(points, weights);
  GaussianMixtureParameters parameters;
  if (start != nullptr) {
    parameters = *start;
    parameters.degrees_of_freedom = options.degrees_of_freedom;
  } else {
    double best = -std::numeric_limits<double>::infinity();
    for (int start_number = 0; start_number < std::max(1, options.num_starts);
         ++start_number) {
      GaussianMixtureParameters seed = SeedByDistance(
          usable,
          options.num_components,
          options,
          key.Stream(
              Purpose::kFit,
              kFirstStream + static_cast<std::uint32_t>(options.num_components),
              static_cast<std::uint64_t>(start_number)));
      double likelihood = 0;
      GaussianMixtureParameters tried = Iterate(std::move(seed),
                                                usable,
                                                options,
                                                kStartIterations,
                                                executor,
                                                &likelihood);
      if (start_number == 0 || likelihood > best) {
        best = likelihood;
        parameters = std::move(tried);
      }
    }
  }
  parameters = Iterate(std::move(parameters),
                       usable,
                       options,
                       std::max(1, options.max_iterations),
                       executor,
                       nullptr);
  Inflate(options.inflation, parameters);
  return parameters;
}

double WeightedLogLikelihood(const GaussianMixtureDensity& density,
                             const ConstMatrixRef& points,
                             const ConstVectorRef& weights,
                             const Executor& executor) {
  Vector log_density;
  density.LogDensity(points, executor, log_density, nullptr);
  return (weights.array() > 0).select(log_density, 0.0).dot(weights) /
         weights.sum();
}

}  // namespace ttflow
