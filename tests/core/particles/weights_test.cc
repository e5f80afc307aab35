#include "core/particles/weights.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/foundation/random.h"

namespace ttflow {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const Vector kAllDead = Vector::Constant(4, -kInfinity);

Vector Normals(Index size, std::uint64_t seed) {
  RandomStream stream = RandomKey(seed).Stream(Purpose::kExact, 0, 0);
  Vector values(size);
  for (double& value : values) value = stream.Normal();
  return values;
}

TEST(NormalizedWeightsTest, IsInvariantUnderAShiftAndSumsToOne) {
  const Vector log_weight = 3 * Normals(1000, 1);
  const Vector weights = NormalizedWeights(log_weight);
  EXPECT_NEAR(weights.sum(), 1, 1e-14);
  EXPECT_NEAR(weights[3] / weights[4],
              std::exp(log_weight[3] - log_weight[4]),
              1e-12 * weights[3] / weights[4]);
  const Vector far = log_weight.array() - 1e6;
  EXPECT_TRUE(NormalizedWeights(far).isApprox(weights, 1e-8));
}

TEST(NormalizedWeightsTest, WhatIsNotFiniteHasNoWeight) {
  const Vector weights = NormalizedWeights(
      Vector{{0, -kInfinity, std::nan(""), kInfinity, std::log(3.0)}});
  const Vector expected{{0.25, 0, 0, 0, 0.75}};
  EXPECT_TRUE(weights.isApprox(expected, 1e-15));
  EXPECT_EQ(NormalizedWeights(kAllDead), Vector::Zero(4));
  EXPECT_EQ(NormalizedWeights(Vector(0)).size(), 0);
}

TEST(WeightEssFractionTest, ClosedForms) {
  EXPECT_DOUBLE_EQ(WeightEssFraction(Vector::Constant(17, -300)), 1);
  // m of N alive and equal: m / N.
  EXPECT_DOUBLE_EQ(WeightEssFraction(Vector{{2, -kInfinity, 2, -kInfinity, 2}}),
                   0.6);
  // Weights 3 and 1: 16 / (2 * 10).
  EXPECT_NEAR(WeightEssFraction(Vector{{std::log(3.0), 0}}), 0.8, 1e-15);
  EXPECT_EQ(WeightEssFraction(kAllDead), 0);
}

TEST(ConditionalEssTest, ClosedForms) {
  const Vector weights{{0.5, 0.25, 0.25}};
  EXPECT_DOUBLE_EQ(ConditionalEss(weights, Vector::Constant(3, -800)), 1);
  // Half of the weight dies: the rest is even.
  EXPECT_DOUBLE_EQ(ConditionalEss(weights, Vector{{-kInfinity, 0, 0}}), 0.5);
  // (sum W u)^2 / sum W u^2 with u = 2, 1, 1.
  EXPECT_NEAR(ConditionalEss(weights, Vector{{std::log(2.0), 0, 0}}),
              2.25 / 2.5,
              1e-15);
  // Equal weights: the ESS fraction of the increments.
  const Vector increment = Normals(500, 2);
  EXPECT_NEAR(ConditionalEss(Vector::Constant(500, 1 / 500.0), increment),
              WeightEssFraction(increment),
              1e-13);
}

TEST(ConditionalEssTest, ZeroWhereNothingWithWeightSurvives) {
  EXPECT_EQ(ConditionalEss(Vector::Constant(4, 0.25), kAllDead), 0);
  EXPECT_EQ(ConditionalEss(Vector{{1, 0}}, Vector{{-kInfinity, 0}}), 0);
}

TEST(LargestStepTest, ReachesTheWantedValue) {
  const Vector weights = NormalizedWeights(Normals(400, 3));
  const Vector slope = 1e3 + 50 * Normals(400, 4).array();
  for (const double wanted : {0.99, 0.9, 0.5, 0.1}) {
    const double dt = LargestStep(weights, slope, wanted, 1);
    ASSERT_GT(dt, 0);
    ASSERT_LT(dt, 1);
    EXPECT_NEAR(ConditionalEss(weights, -dt * slope), wanted, 1e-9);
    EXPECT_GE(ConditionalEss(weights, -dt * slope), wanted - 1e-12);
    EXPECT_LT(ConditionalEss(weights, -dt * (1 + 1e-6) * slope), wanted);
  }
}

TEST(LargestStepTest, FallsWithTheWantedEssAndWithTheSpread) {
  const Vector weights = Vector::Constant(300, 1 / 300.0);
  const Vector slope = 20 * Normals(300, 5);
  double previous = kInfinity;
  for (const double wanted : {0.2, 0.4, 0.6, 0.8, 0.95, 0.999}) {
    const double dt = LargestStep(weights, slope, wanted, 1);
    EXPECT_LT(dt, previous);
    previous = dt;
    // Slopes twice as wide: half the step.
    EXPECT_NEAR(LargestStep(weights, 2 * slope, wanted, 1), dt / 2, 1e-10 * dt);
  }
}

TEST(LargestStepTest, IsTheLimitWhereThatKeepsEnough) {
  const Vector weights = Vector::Constant(100, 0.01);
  EXPECT_EQ(LargestStep(weights, Vector::Constant(100, 1e9), 0.99, 0.3), 0.3);
  EXPECT_EQ(LargestStep(weights, 0.01 * Normals(100, 6), 0.9, 0.25), 0.25);
  EXPECT_EQ(LargestStep(weights, Normals(100, 6), 0.9, 0), 0);
}

TEST(LargestStepTest, ParticlesThatDieAnywayDoNotShortenTheStep) {
  const Vector slope = 30 * Normals(200, 7);
  Vector weights = Vector::Constant(400, 1 / 400.0);
  Vector with_dead(400);
  with_dead << slope, Vector::Constant(200, kInfinity);
  EXPECT_NEAR(LargestStep(weights, with_dead, 0.9, 1),
              LargestStep(Vector::Constant(200, 1 / 200.0), slope, 0.9, 1),
              1e-12);
  EXPECT_EQ(LargestStep(weights, Vector::Constant(400, kInfinity), 0.9, 1), 0);
  // A survivor without weight is none.
  EXPECT_EQ(LargestStep(Vector{{1, 0}}, Vector{{kInfinity, 1}}, 0.9, 1), 0);
}

TEST(LargestStepTest, HugeSlopesGiveATinyPositiveStep) {
  const Vector weights = Vector::Constant(100, 0.01);
  const Vector slope = 1e30 * Normals(100, 8);
  const double dt = LargestStep(weights, slope, 0.9, 1);
  EXPECT_GT(dt, 0);
  EXPECT_NEAR(ConditionalEss(weights, -dt * slope), 0.9, 1e-9);
}

}  // namespace
}  // namespace ttflow
