// Mixture fit: Gaussian mixtures by weighted EM, and how many components.

#ifndef TTFLOW_CORE_DENSITY_MIXTURE_FIT_H_
#define TTFLOW_CORE_DENSITY_MIXTURE_FIT_H_

#include <limits>
#include <vector>

#include "core/density/mixture.h"
#include "core/foundation/executor.h"
#include "core/foundation/random.h"
#include "core/foundation/types.h"

namespace ttflow {

struct MixtureFitOptions {
  Index num_components = 8;  // at the start; components that die are dropped
  int num_starts = 4;  // of k-means++; the best after ten iterations goes on
  int max_iterations = 60;  // of EM
  double tolerance = 1e-4;  // EM ends at this gain in nats a point
  double shrinkage = 2;     // strength of the pooled covariance, in units of
                            // d + 1 effective points
  double covariance_floor = 1e-6;  // of each coordinate's variance
  double inflation = 1;            // of the covariances at the end
  // Of Student-t components; infinity: normal ones.
  double degrees_of_freedom = std::numeric_limits<double>::infinity();
};

// Fits a mixture to weighted points by expectation maximisation, from greedy
// k-means++ or from `start` unless it is null (then num_components is not
// used). Each component's covariance is drawn towards the pooled covariance
// within components, the more the fewer effective points it has; a component
// with fewer than d + 1 of them is dropped, the last one never.
//
// Shapes: points [N, d], N >= 1; weights [N], non-negative, sum 1. Points
//         without weight, or not finite, take no part; CHECK-fails without any.
// Cost:   O(N K d^2) an iteration.
// Random: streams (kFit, 2^23 + 2^10 + K, start) of `key`; the same bytes for
//         any number of threads.
// Source: Dempster, Laird, Rubin (1977); Arthur and Vassilvitskii (2007).
GaussianMixtureParameters FitGaussianMixture(
    const ConstMatrixRef& points,
    const ConstVectorRef& weights,
    const MixtureFitOptions& options,
    const GaussianMixtureParameters* start,
    const RandomKey& key,
    const Executor& executor);

// sum_i weights_i log p(points_i), over the points that have weight.
double WeightedLogLikelihood(const GaussianMixtureDensity& density,
                             const ConstMatrixRef& points,
                             const ConstVectorRef& weights,
                             const Executor& executor);

struct MixtureSelectionOptions {
  MixtureFitOptions fit;  // num_components is not used
  Index max_components = 64;
  int path_iterations = 20;  // of EM at each size
  int patience = 2;          // sizes without a gain before it ends
  double least_gain = 1e-3;  // in held-out nats a point
};

struct MixtureSelection {
  GaussianMixtureParameters mixture;
  double held_out = 0;  // weighted log likelihood of the held-out points, nats
  struct Size {
    Index num_components = 0;  // those alive
    double held_out = 0;
  };
  std::vector<Size> path;  // in the order tried
};

// Chooses the number of components by the held-out log likelihood: sizes 1, 2,
// 3, 4, 6, 8, 12, ... up to max_components, each started from the last one with
// components added at training points that it covers badly, and from k-means++
// where that is better. The best is fitted to the end.
//
// Shapes: train [N, d], held_out [M, d], weights [N] and [M] as above. Points
//         held out must be independent of those of the fit (no copies).
MixtureSelection FitGaussianMixtureBySelection(
    const ConstMatrixRef& train,
    const ConstVectorRef& train_weights,
    const ConstMatrixRef& held_out,
    const ConstVectorRef& held_out_weights,
    const MixtureSelectionOptions& options,
    const RandomKey& key,
    const Executor& executor);

}  // namespace ttflow

#endif  // TTFLOW_CORE_DENSITY_MIXTURE_FIT_H_
