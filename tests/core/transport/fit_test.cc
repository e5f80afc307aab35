#include "core/transport/fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/core/als/countdown_interrupter.h"
#include "tests/core/transport/cloud.h"
#include "tests/core/transport/random_potential.h"

namespace ttflow {
namespace {

Matrix TridiagonalPrecision(Index d) {
  Matrix precision = 2 * Matrix::Identity(d, d);
  for (Index k = 1; k < d; ++k)
    precision(k, k - 1) = precision(k - 1, k) = -0.8;
  return precision;
}

TEST(FitTest, DiagonalGaussianIsExactWithTheAdditivePart) {
  const Vector diagonal = Vector::LinSpaced(6, 0.5, 4);
  const Cloud cloud = GaussianCloud(1000, diagonal.asDiagonal(), 1.5, 0.3);
  const auto result = Fit(cloud, {});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_GT(result->additive_r2, 0.999);
  EXPECT_GT(result->validation_r2, 0.999);
}

TEST(FitTest, CorrelatedGaussianIsExactWithPairs) {
  const Cloud cloud = GaussianCloud(2000, TridiagonalPrecision(6), 1.5, 0.4);
  const auto result = Fit(cloud, {});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_LT(result->additive_r2, 0.99);
  EXPECT_GT(result->validation_r2, 0.999);
  EXPECT_FALSE(result->velocity.potential.pairs.empty());
  EXPECT_LT(std::abs(cloud.weights.dot(result->residual)), 1e-12);
}

TEST(FitTest, ScreeningFindsTheCoupledPairsAmongMany) {
  const Index d = 24;
  Matrix precision = Matrix::Identity(d, d) * 2;
  for (Index k = 0; k + 1 < d; k += 2)
    precision(k, k + 1) = precision(k + 1, k) = 0.9;
  const Cloud cloud = GaussianCloud(2000, precision, 1.2, 0.4);
  FitOptions options;
  options.max_rank = 0;
  const auto result = Fit(cloud, options);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_LE(static_cast<Index>(result->velocity.potential.pairs.size()), 2 * d);
  int found = 0;
  for (const PairTerm& pair : result->velocity.potential.pairs) {
    if (pair.i % 2 == 0 && pair.j == pair.i + 1) ++found;
  }
  EXPECT_EQ(found, d / 2);
  EXPECT_GT(result->validation_r2, 0.99);
}

TEST(FitTest, FoldPotentialsDoNotSeeTheirOwnFold) {
  const Cloud cloud = GaussianCloud(1000, TridiagonalPrecision(4), 1.5, 0.4);
  Cloud changed = cloud;
  // A change too small to change the ridge or which parts are kept.
  for (Index i = 0; i < 1000; i += 2) {
    changed.energy_difference[i] += 1e-4 * std::sin(double(i));
  }
  FitOptions options;
  options.max_rank = 0;
  const auto before = Fit(cloud, options), after = Fit(changed, options);
  ASSERT_TRUE(before.ok() && after.ok());
  ASSERT_EQ(before->ridge, after->ridge);
  const Potential& untouched = before->fold_velocity[0].potential;
  const Potential& again = after->fold_velocity[0].potential;
  double difference = 0;
  for (Index k = 0; k < 4; ++k) {
    difference += (untouched.additive[k] - again.additive[k]).norm();
  }
  double moved = 0;
  for (Index k = 0; k < 4; ++k) {
    moved += (before->fold_velocity[1].potential.additive[k] -
              after->fold_velocity[1].potential.additive[k])
                 .norm();
  }
  // h is centred by its mean over both folds, which rounds differently.
  EXPECT_LT(difference, 1e-3 * moved);
  EXPECT_GT(moved, 1e-6);
}

TEST(FitTest, PureNoiseIsNotFitted) {
  Cloud cloud = MakeCloud(600, 8, 33);
  cloud.gradient = cloud.position;
  cloud.energy_difference = RandomNormals(600, 1, RandomKey(34));
  const auto result = Fit(cloud, {});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_LT(std::abs(result->validation_r2), 0.05);
  EXPECT_FALSE(result->velocity.potential.has_train());
}

TEST(FitTest, NonFiniteAndWeightlessParticlesTakeNoPart) {
  const Cloud cloud = GaussianCloud(1000, TridiagonalPrecision(3), 1.5, 0.4);
  Cloud spoiled = cloud;
  spoiled.weights[7] = 0;
  spoiled.energy_difference[7] = std::numeric_limits<double>::infinity();
  spoiled.weights[8] = 0;
  spoiled.weights[9] = 0;
  Cloud alike = spoiled;
  alike.energy_difference[8] = 1e6;
  alike.gradient(9, 1) = std::numeric_limits<double>::quiet_NaN();
  const auto before = Fit(spoiled, {}), after = Fit(alike, {});
  ASSERT_TRUE(before.ok() && after.ok());
  EXPECT_EQ(before->validation_r2, after->validation_r2);
  EXPECT_TRUE(after->residual.allFinite());
  EXPECT_EQ(after->residual[7], 0);
  EXPECT_NE(after->residual[8], 0);
  EXPECT_EQ(after->residual[9], 0);
}

TEST(FitTest, RefusesTooFewParticlesAndConstantEnergies) {
  Cloud cloud = GaussianCloud(1000, TridiagonalPrecision(3), 1.5, 0.4);
  cloud.energy_difference.setConstant(2.5);
  EXPECT_EQ(Fit(cloud, {}).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Fit(GaussianCloud(63, TridiagonalPrecision(3), 1.5, 0.4), {})
                .status()
                .code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(FitTest, InterrupterStopsAtAnyOfItsChecks) {
  // Has pairs and a train, so that no part of the fit is left out.
  const Cloud cloud =
      PairCloud(1500, 4, {.well = 0.3, .coupling = 1.0}, 1.5, 0.4);
  const auto fit = [&](CountdownInterrupter& interrupter) {
    return FitVelocity(
        cloud.problem(), {}, nullptr, RandomKey(1), Executor(2), interrupter);
  };
  CountdownInterrupter never(0);
  const auto whole = fit(never);
  ASSERT_TRUE(whole.ok()) << whole.status();
  EXPECT_TRUE(whole->velocity.potential.has_train());
  const int last = never.num_checks();
  ASSERT_GT(last, 50);
  for (int k = 1; k <= last; k += k < 40 ? 1 : last / 20) {
    CountdownInterrupter interrupter(k);
    EXPECT_EQ(fit(interrupter).status(), absl::CancelledError("stop")) << k;
    EXPECT_EQ(interrupter.num_checks(), k) << "asked again after the stop";
  }
}

TEST(FitTest, DoesNotDependOnThreads) {
  const Cloud cloud = GaussianCloud(3000, TridiagonalPrecision(12), 1.5, 0.4);
  const auto one = Fit(cloud, {}, nullptr, 1), two = Fit(cloud, {}, nullptr, 2);
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_EQ(one->residual, two->residual);
  EXPECT_EQ(one->validation_r2, two->validation_r2);
}

}  // namespace
}  // namespace ttflow
