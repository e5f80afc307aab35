// Local products: a sum of stretched products, each in the coordinates of a
// mode of its own.

#ifndef TTFLOW_CORE_DENSITY_LOCAL_PRODUCTS_H_
#define TTFLOW_CORE_DENSITY_LOCAL_PRODUCTS_H_

#include <memory>
#include <vector>

#include "core/density/density_sum.h"
#include "core/density/stretched_product.h"
#include "core/foundation/executor.h"

namespace ttflow {

struct LocalProduct {
  double weight = 0;  // positive, of all products together one
  std::shared_ptr<const StretchedProductDensity> density;
};

// Starts a product at the normal of a mode, mean [d] and covariance
// root root^T, `root` [d, d] lower triangular: normal in the stretched
// coordinates and so wider in the tails.
std::shared_ptr<const StretchedProductDensity> StretchedNormal(
    const Vector& mean, const Matrix& root);

// Fits the products to weighted points of the target in turn: each to all
// points by its share in the sum there, from counts and scores alike, its
// weight to the weight that it has there. A product of too few points stays as
// it is.
//
// Shapes: x [N, d]; weights [N], sum 1; gradient [N, d] of the energy. Points
// with weight must be finite.
// Cost:   that of FitMarginals for every product.
// Source: docs/method.md, equation (20); one step of expectation maximisation.
std::vector<LocalProduct> FitLocalProducts(
    const std::vector<LocalProduct>& start,
    const ConstMatrixRef& x,
    const ConstVectorRef& weights,
    const ConstMatrixRef& gradient,
    const Executor& executor);

// The sum as a density, with a small share of `wide`.
std::shared_ptr<const DensitySum> SumOf(
    const std::vector<LocalProduct>& products,
    std::shared_ptr<const Density> wide);

}  // namespace ttflow

#endif  // TTFLOW_CORE_DENSITY_LOCAL_PRODUCTS_H_
