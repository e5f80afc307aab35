// Moments and quantiles of a weighted cloud.
//
// Shapes:  x [N, d], values [N], weights [N] non-negative with a positive sum;
//          they are normalised inside. NaN if the weights sum to zero.

#ifndef TTFLOW_CORE_MATH_WEIGHTED_MOMENTS_H_
#define TTFLOW_CORE_MATH_WEIGHTED_MOMENTS_H_

#include "core/foundation/types.h"

namespace ttflow {

// Returns the weighted mean of each coordinate, [d].
Vector WeightedMean(const ConstMatrixRef& x, const ConstVectorRef& weights);

// Returns the weighted variance of each coordinate about its weighted mean, [d]
// (population form: divided by the sum of the weights).
Vector WeightedVariance(const ConstMatrixRef& x, const ConstVectorRef& weights);

// Returns the weighted covariance matrix, [d, d], population form.
Matrix WeightedCovariance(const ConstMatrixRef& x,
                          const ConstVectorRef& weights);

// Returns the weighted quantiles of `values` at `probabilities` (each in [0,
// 1]), in their order.
//
// The distribution function goes linearly through (value, weight before it plus
// half its own), and stays at the extreme values beyond the first and last:
// equal weights give Hazen's quantiles. Points of weight zero have no
// influence. NaN values must have weight zero. Cost: O(N log N).
Vector WeightedQuantiles(const ConstVectorRef& values,
                         const ConstVectorRef& weights,
                         const ConstVectorRef& probabilities);

// Returns the upper median of `values` [N], N >= 1: the element of rank N / 2
// (0-based). Cost: O(N).
double UpperMedian(Vector values);

}  // namespace ttflow

#endif  // TTFLOW_CORE_MATH_WEIGHTED_MOMENTS_H_
