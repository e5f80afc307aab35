#include "core/sampler/target_points.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <vector>

#include "core/density/density_sum.h"
#include "core/density/gaussian.h"
#include "core/math/log_sum_exp.h"
#include "core/particles/weights.h"
#include "core/path/tempered_energy.h"
#include "tests/core/sampler/test_energies.h"

namespace ttflow {
namespace {

constexpr Index kDimension = 2;

std::shared_ptr<const Density> Normal(double mean, double scale) {
  return std::make_shared<const GaussianDensity>(
      Vector::Constant(kDimension, mean), Vector::Constant(kDimension, scale));
}

// The target is a standard normal.
class TargetPointsTest : public testing::Test {
 protected:
  PointSet Draw(const Density& density, Index count, std::uint64_t seed) {
    auto points = DrawPoints(density, count, RandomKey(seed), 0, tempered_);
    EXPECT_TRUE(points.ok());
    return *std::move(points);
  }

  Executor executor_{1};
  CountingEnergy energy_{std::make_shared<ShiftedGaussian>(kDimension, 0, 1),
                         executor_};
  NullInterrupter interrupter_;
  GaussianDensity base_{Vector::Zero(kDimension), Vector::Ones(kDimension)};
  TemperedEnergy tempered_{base_, energy_, executor_, interrupter_};
};

// Points of two densities are points of their mixture; neither alone covers the
// target, together they do.
TEST_F(TargetPointsTest, WeightsAllDrawsByTheMixture) {
  const auto left = Normal(-1, 0.8);
  const auto right = Normal(1, 0.8);
  TargetPoints points;
  points.Add(Draw(*left, 300, 1), left, executor_);
  points.Add(Draw(*right, 600, 2), right, executor_);
  const PointSet& all = points.all();
  ASSERT_EQ(all.size(), 900);
  Vector of_left;
  Vector of_right;
  left->LogDensity(all.position, executor_, of_left, nullptr);
  right->LogDensity(all.position, executor_, of_right, nullptr);
  for (Index i = 0; i < all.size(); ++i) {
    EXPECT_NEAR(
        all.log_proposal[i],
        std::log((std::exp(of_left[i]) + 2 * std::exp(of_right[i])) / 3),
        1e-12);
  }
  const Vector log_weight = all.LogWeightsAt(1);
  const double ess = WeightEssFraction(log_weight);
  EXPECT_GT(ess, 0.3);
  EXPECT_NEAR(LogMeanExp(log_weight),
              ShiftedGaussian(kDimension, 0, 1).LogEvidence(),
              5 * std::sqrt((1 / ess - 1) / 900));
}

// Of a good density and a poor one the mixture takes hardly anything but the
// first; of two halves it takes both.
TEST_F(TargetPointsTest, BestMixtureWeighsByVariance) {
  const auto weight_of = [](const Density& mixture, const Density& part) {
    for (const auto& component :
         dynamic_cast<const DensitySum&>(mixture).components()) {
      if (component.density.get() == &part) return component.weight;
    }
    return 0.0;
  };
  const auto good = Normal(0, 1.1);
  const auto wide = Normal(0, 1.7);
  const auto hopeless = Normal(5, 0.3);
  TargetPoints points;
  points.Add(Draw(*wide, 800, 3), wide, executor_);
  points.Add(Draw(*good, 800, 4), good, executor_);
  points.Add(Draw(*hopeless, 800, 5), hopeless, executor_);
  const auto best = points.BestMixture();
  EXPECT_GT(weight_of(*best, *good), 0.9);
  EXPECT_EQ(weight_of(*best, *hopeless), 0);

  const auto left = Normal(-0.8, 0.9);
  const auto right = Normal(0.8, 0.9);
  TargetPoints halves;
  halves.Add(Draw(*left, 1500, 6), left, executor_);
  halves.Add(Draw(*right, 1500, 7), right, executor_);
  EXPECT_NEAR(weight_of(*halves.BestMixture(), *left), 0.5, 0.1);
}

}  // namespace
}  // namespace ttflow
