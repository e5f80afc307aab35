#include "tests/conformance/density_conformance.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <numbers>
#include <string>
#include <vector>

#include "core/density/density_sum.h"
#include "core/density/even_density.h"
#include "core/density/gaussian.h"
#include "core/density/mixture.h"
#include "core/density/stretched_product.h"
#include "core/density/student_t.h"
#include "core/math/standard_normal.h"
#include "tests/core/density/random_squared_train.h"
#include "tests/core/density/some_mixture.h"

namespace ttflow {
namespace {

DensityCase GaussianCase(const std::string& name, Vector mean, Vector scale) {
  return {
      name,
      [mean, scale] { return std::make_unique<GaussianDensity>(mean, scale); },
      mean,
      scale,
      [mean, scale](Index k, double x) {
        return StandardNormalCdf((x - mean[k]) / scale[k]);
      }};
}

INSTANTIATE_TEST_SUITE_P(
    Gaussian,
    DensityConformance,
    testing::Values(
        GaussianCase("d1", Vector{{-0.7}}, Vector{{2.5}}),
        GaussianCase("d2", Vector{{3, -40}}, Vector{{0.01, 7}}),
        GaussianCase("d4", Vector{{0, 1, 2, 3}}, Vector{{1, 2, 0.5, 10}})),
    [](const auto& info) { return info.param.name; });

// Distribution function of the t distribution for nu = 3 or 5 (closed form for
// odd nu).
double StudentCdf(double nu, double t) {
  const double a = t / std::sqrt(nu);
  const double c = 1 / (1 + a * a);
  const double tail = nu == 3 ? a * c : a * c * (1 + 2 * c / 3);
  return 0.5 + (std::atan(a) + tail) / std::numbers::pi;
}

DensityCase StudentCase(const std::string& name,
                        Vector mean,
                        Vector scale,
                        double nu) {
  return {name,
          [mean, scale, nu] {
            return std::make_unique<StudentTDensity>(mean, scale, nu);
          },
          mean,
          scale,
          [mean, scale, nu](Index k, double x) {
            return StudentCdf(nu, (x - mean[k]) / scale[k]);
          }};
}

INSTANTIATE_TEST_SUITE_P(
    StudentT,
    DensityConformance,
    testing::Values(
        StudentCase("d1_nu3", Vector{{-0.7}}, Vector{{2.5}}, 3),
        StudentCase("d2_nu5", Vector{{3, -40}}, Vector{{0.01, 7}}, 5),
        StudentCase(
            "d4_nu5", Vector{{0, 1, 2, 3}}, Vector{{1, 2, 0.5, 10}}, 5)),
    [](const auto& info) { return info.param.name; });

DensityCase MixtureCase(const std::string& name, Index d) {
  const GaussianMixtureParameters p = SomeMixture(d);
  return {name,
          [p] { return std::make_unique<GaussianMixtureDensity>(p); },
          p.means.row(0).transpose(),
          Vector::Constant(d, 1.2),
          [p](Index k, double x) {
            double sum = 0;
            for (Index c = 0; c < 3; ++c) {
              const double s =
                  p.root[static_cast<std::size_t>(c)].row(k).norm();
              sum += p.weights[c] * StandardNormalCdf((x - p.means(c, k)) / s);
            }
            return sum;
          }};
}

INSTANTIATE_TEST_SUITE_P(Mixture,
                         DensityConformance,
                         testing::Values(MixtureCase("d1", 1),
                                         MixtureCase("d2", 2),
                                         MixtureCase("d5", 5),
                                         MixtureCase("d12", 12)),
                         [](const auto& info) { return info.param.name; });

DensityCase SquaredTrainCase(const std::string& name,
                             const SquaredTrainShape& shape,
                             unsigned seed) {
  SquaredTrainParameters p = RandomSquaredTrain(shape, seed);
  p.coordinates.center.setConstant(5);
  p.coordinates.scale.setConstant(0.4);
  const SquaredTrainDensity density(p);
  std::vector<SquaredTrainCdf> cdf;
  for (Index k = 0; k < shape.dimension; ++k) cdf.emplace_back(density, k);
  return {name,
          [p] { return std::make_unique<SquaredTrainDensity>(p); },
          p.coordinates.center,
          p.coordinates.scale,
          [cdf](Index k, double x) {
            return cdf[static_cast<std::size_t>(k)]((x - 5) / 0.4);
          },
          /*has_cells=*/true};
}

INSTANTIATE_TEST_SUITE_P(
    SquaredTrain,
    DensityConformance,
    testing::Values(
        SquaredTrainCase("d1", {.dimension = 1, .cells = 20000}, 1),
        SquaredTrainCase("d2", {.dimension = 2, .cells = 20000}, 2),
        SquaredTrainCase("d4", {.dimension = 4, .cells = 20000}, 3),
        SquaredTrainCase("product",
                         {.dimension = 3, .cells = 20000, .basis_size = 1},
                         4)),
    [](const auto& info) { return info.param.name; });

double MarginalCdf(const Marginal& marginal, double v) {
  const double place = (v - marginal.lower()) / marginal.width();
  if (place <= 0) return 0;
  const auto cell = static_cast<Index>(place);
  if (cell >= marginal.num_cells()) return 1;
  return marginal.cumulative()[cell] +
         (place - static_cast<double>(cell)) * marginal.mass()[cell];
}

DensityCase StretchedCase(const std::string& name, Index d) {
  const SquaredTrainParameters train =
      RandomSquaredTrain({.dimension = d, .cells = 20000}, 9);
  StretchedProductParameters p;
  p.coordinates.center = Vector::Constant(d, 5);
  p.coordinates.scale = Vector::Constant(d, 0.4);
  p.marginals = train.marginals;
  p.wide_weight = 0.1;
  p.wide_mean = Vector::Constant(d, 0.3);
  p.wide_scale = Vector::Constant(d, 1.5);
  return {name,
          [p] { return std::make_unique<StretchedProductDensity>(p); },
          p.coordinates.center,
          p.coordinates.scale,
          [p](Index k, double x) {
            const double v = std::asinh((x - 5) / 0.4);
            const double z = (v - p.wide_mean[k]) / p.wide_scale[k];
            return 0.9 * MarginalCdf(p.marginals[static_cast<std::size_t>(k)],
                                     v) +
                   0.1 * StandardNormalCdf(z);
          },
          /*has_cells=*/true};
}

INSTANTIATE_TEST_SUITE_P(StretchedProduct,
                         DensityConformance,
                         testing::Values(StretchedCase("d1", 1),
                                         StretchedCase("d2", 2),
                                         StretchedCase("d4", 4)),
                         [](const auto& info) { return info.param.name; });

DensityCase EvenCase(const std::string& name, Index d) {
  const DensityCase half = MixtureCase("", d);
  return {name,
          [half] {
            return std::make_unique<EvenDensity>(
                std::shared_ptr<const Density>(half.make()));
          },
          half.center,
          half.width,
          [half](Index k, double x) {
            return 0.5 *
                   (half.marginal_cdf(k, x) + 1 - half.marginal_cdf(k, -x));
          }};
}

INSTANTIATE_TEST_SUITE_P(Even,
                         DensityConformance,
                         testing::Values(EvenCase("d1", 1),
                                         EvenCase("d2", 2),
                                         EvenCase("d5", 5)),
                         [](const auto& info) { return info.param.name; });

DensityCase SumCase(const std::string& name, Index d) {
  const GaussianMixtureParameters p = SomeMixture(d);
  const Vector mean = Vector::LinSpaced(d, -1, 2);
  const Vector scale = Vector::Constant(d, 1.5);
  const DensityCase mixture = MixtureCase("", d);
  const DensityCase student = StudentCase("", mean, scale, 5);
  return {
      name,
      [mixture, student] {
        return std::make_unique<DensitySum>(std::vector<DensitySum::Component>{
            {0.8, mixture.make()}, {0.2, student.make()}});
      },
      mixture.center,
      mixture.width,
      [mixture, student](Index k, double x) {
        return 0.8 * mixture.marginal_cdf(k, x) +
               0.2 * student.marginal_cdf(k, x);
      }};
}

INSTANTIATE_TEST_SUITE_P(Sum,
                         DensityConformance,
                         testing::Values(SumCase("d1", 1),
                                         SumCase("d2", 2),
                                         SumCase("d5", 5)),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace ttflow
