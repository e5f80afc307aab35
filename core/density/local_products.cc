#include "core/density/local_products.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/density/marginal_fit.h"
#include "core/math/log_sum_exp.h"
#include "core/math/weighted_moments.h"

namespace ttflow {
namespace {

// Of the start, in stretched coordinates.
constexpr double kStartScale = 1.2;
constexpr double kStartRange = 6;
constexpr Index kStartCells = 256;
// The wide part of a product is so much wider than its points.
constexpr double kWideScale = 2;
// Points, by effective number, that a product needs to be fitted again.
constexpr double kLeastPoints = 30;
// Share of all weight that is given to all products alike: none dies for want
// of a draw.
constexpr double kEqualShare = 0.05;
// Of the wide density beside the products.
constexpr double kWideShare = 0.02;

}  // namespace

std::shared_ptr<const StretchedProductDensity> StretchedNormal(
    const Vector& mean, const Matrix& root) {
  const Index d = mean.size();
  StretchedProductParameters parameters;
  parameters.coordinates = LinearCoordinates(
      mean,
      root,
      root.triangularView<Eigen::Lower>().solve(Matrix::Identity(d, d)));
  const double width = 2 * kStartRange / static_cast<double>(kStartCells);
  Vector log_density(kStartCells + 1);
  for (Index j = 0; j <= kStartCells; ++j) {
    const double z =
        (-kStartRange + width * static_cast<double>(j)) / kStartScale;
    log_density[j] = -0.5 * z * z;
  }
  parameters.marginals.assign(
      static_cast<std::size_t>(d),
      Marginal(-kStartRange, width, std::move(log_density)));
  parameters.wide_mean = Vector::Zero(d);
  parameters.wide_scale = Vector::Constant(d, kWideScale * kStartScale);
  return std::make_shared<const StretchedProductDensity>(std::move(parameters));
}

std::vector<LocalProduct> FitLocalProducts(
    const std::vector<LocalProduct>& start,
    const ConstMatrixRef& x,
    const ConstVectorRef& weights,
    const ConstMatrixRef& gradient,
    const Executor& executor) {
  const auto count = static_cast<Index>(start.size());
  Matrix share(x.rows(), count);  // log of weight times density at first
  for (Index k = 0; k < count; ++k) {
    Vector log_density;
    start[k].density->LogDensity(x, executor, log_density, nullptr);
    share.col(k) = log_density.array() + std::log(start[k].weight);
  }
  for (Index i = 0; i < x.rows(); ++i) {
    share.row(i) = NormalizedExp(share.row(i).transpose()).transpose();
  }
  std::vector<LocalProduct> products = start;
  double total = 0;
  for (Index k = 0; k < count; ++k) {
    Vector part = weights.cwiseProduct(share.col(k));
    const double sum = part.sum();
    products[k].weight = sum + kEqualShare / static_cast<double>(count);
    total += products[k].weight;
    if (!(sum > 0)) continue;
    part /= sum;
    if (1 / part.squaredNorm() < kLeastPoints) continue;
    StretchedProductParameters parameters = start[k].density->parameters();
    const Matrix v = Stretched(parameters.coordinates, x);
    const Matrix slope = StretchedGradient(parameters.coordinates, v, gradient);
    const std::vector<MarginalFit> fits =
        FitMarginals({v, part, slope, part}, executor);
    for (std::size_t j = 0; j < fits.size(); ++j) {
      parameters.marginals[j] = fits[j].marginal;
    }
    parameters.wide_mean = WeightedMean(v, part);
    parameters.wide_scale =
        kWideScale * WeightedVariance(v, part).cwiseSqrt().array().max(1e-6);
    products[k].density =
        std::make_shared<const StretchedProductDensity>(std::move(parameters));
  }
  for (LocalProduct& product : products) product.weight /= total;
  return products;
}

std::shared_ptr<const DensitySum> SumOf(
    const std::vector<LocalProduct>& products,
    std::shared_ptr<const Density> wide) {
  std::vector<DensitySum::Component> components;
  for (const LocalProduct& product : products) {
    components.push_back({(1 - kWideShare) * product.weight, product.density});
  }
  components.push_back({kWideShare, std::move(wide)});
  return std::make_shared<const DensitySum>(std::move(components));
}

}  // namespace ttflow
