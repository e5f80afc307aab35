#include "core/density/local_products.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "core/density/gaussian.h"
#include "core/foundation/random.h"
#include "core/particles/weights.h"
#include "core/targets/student_mixture.h"

namespace ttflow {
namespace {

constexpr Index kDimension = 4;
constexpr Index kDraws = 3000;

// Products of t densities of two degrees of freedom, 16 scales apart.
StudentMixture HeavyTails() {
  Matrix centers(2, kDimension);
  centers.row(0).setConstant(-4);
  centers.row(1).setConstant(4);
  return StudentMixture(centers, Vector{{0.25, 0.75}}, 2, 1);
}

struct Draws {
  Matrix x;
  Vector weights;
  Matrix gradient;
  double ess_fraction = 0;
};

Draws DrawFrom(const Density& density,
               const Target& target,
               std::uint64_t seed) {
  const Executor executor(1);
  NullInterrupter interrupter;
  Draws draws;
  draws.x = density.Sample(kDraws, RandomKey(seed), executor, 0);
  Vector energy(kDraws);
  draws.gradient.resize(kDraws, kDimension);
  MatrixRef gradient = draws.gradient;
  EXPECT_TRUE(target.Evaluate(draws.x, energy, &gradient, interrupter).ok());
  Vector log_density;
  density.LogDensity(draws.x, executor, log_density, nullptr);
  const Vector log_weight = -energy - log_density;
  draws.weights = NormalizedWeights(log_weight);
  draws.ess_fraction = WeightEssFraction(log_weight);
  return draws;
}

TEST(LocalProducts, LearnTailsAndWeightsOfHeavyModes) {
  const StudentMixture target = HeavyTails();
  const auto wide = std::make_shared<const GaussianDensity>(
      Vector::Zero(kDimension), Vector::Constant(kDimension, 8));
  // The curvature at a centre is that of a normal of variance 2/3.
  const Matrix root =
      std::sqrt(2.0 / 3) * Matrix::Identity(kDimension, kDimension);
  std::vector<LocalProduct> products;
  for (const double center : {-4.0, 4.0}) {
    products.push_back(
        {0.5, StretchedNormal(Vector::Constant(kDimension, center), root)});
  }
  Draws draws = DrawFrom(*SumOf(products, wide), target, 1);
  const double before = draws.ess_fraction;
  for (std::uint64_t round = 2; round < 5; ++round) {
    products = FitLocalProducts(
        products, draws.x, draws.weights, draws.gradient, Executor(1));
    draws = DrawFrom(*SumOf(products, wide), target, round);
  }
  EXPECT_LT(before, 0.8);
  EXPECT_GT(draws.ess_fraction, 0.85);
  EXPECT_NEAR(products[0].weight, 0.25, 0.05);
  EXPECT_NEAR(products[0].weight + products[1].weight, 1, 1e-12);
}

TEST(LocalProducts, APoorProductStaysAsItIs) {
  const auto lone = StretchedNormal(Vector::Constant(kDimension, 100),
                                    Matrix::Identity(kDimension, kDimension));
  const std::vector<LocalProduct> start = {
      {0.5,
       StretchedNormal(Vector::Constant(kDimension, 4),
                       Matrix::Identity(kDimension, kDimension))},
      {0.5, lone}};
  const Draws draws = DrawFrom(*start[0].density, HeavyTails(), 1);
  const std::vector<LocalProduct> products = FitLocalProducts(
      start, draws.x, draws.weights, draws.gradient, Executor(1));
  EXPECT_NE(products[0].density, start[0].density);
  EXPECT_EQ(products[1].density, lone);
  EXPECT_GT(products[1].weight, 0);
}

}  // namespace
}  // namespace ttflow
