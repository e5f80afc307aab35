#include "core/sampler/point_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/foundation/random.h"
#include "core/particles/weights.h"

namespace ttflow {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Points on a line of value `mark`, energies and proposal random.
PointSet MakeSet(Index size, double mark, std::uint64_t seed) {
  RandomStream stream = RandomKey(seed).Stream(Purpose::kExact, 0, 0);
  const auto normal = [&] { return stream.Normal(); };
  PointSet set;
  set.position = Matrix::Constant(size, 2, mark);
  set.batch.base_energy = Vector::NullaryExpr(size, normal);
  set.batch.target_energy = Vector::NullaryExpr(size, normal);
  set.batch.base_gradient = Matrix::NullaryExpr(size, 2, normal);
  set.batch.target_gradient = Matrix::NullaryExpr(size, 2, normal);
  set.log_proposal = Vector::NullaryExpr(size, normal);
  return set;
}

TEST(PointSet, WeighsByEnergyAndProposalAtAnyTime) {
  PointSet set = MakeSet(5, 0, 1);
  set.batch.target_energy[3] = std::nan("");
  const Vector log_weight = set.LogWeightsAt(0.25);
  for (Index i = 0; i < 5; ++i) {
    if (i == 3) {
      EXPECT_EQ(log_weight[i], -kInfinity);
      continue;
    }
    EXPECT_NEAR(log_weight[i],
                -0.75 * set.batch.base_energy[i] -
                    0.25 * set.batch.target_energy[i] - set.log_proposal[i],
                1e-14);
  }
}

TEST(PoolPoints, EverySetCountsByItsEffectiveNumberOfPoints) {
  const PointSet a = MakeSet(300, 1, 2);
  const PointSet b = MakeSet(500, 2, 3);
  const Vector log_a = Vector::Zero(300);
  Vector log_b = Vector::Constant(500, -kInfinity);
  log_b.head(100).setConstant(77);  // its scale is no matter
  const PooledPoints pool = PoolPoints({&a, &b}, {log_a, log_b});
  ASSERT_EQ(pool.weights.size(), 800);
  EXPECT_NEAR(pool.weights.sum(), 1, 1e-13);
  EXPECT_NEAR(pool.weights.head(300).sum(), 0.75, 1e-12);
  EXPECT_NEAR(pool.weights.segment(300, 100).sum(), 0.25, 1e-12);
  EXPECT_EQ(pool.weights.tail(400).sum(), 0);
  EXPECT_EQ(pool.position.topRows(300), a.position);
  EXPECT_EQ(pool.position.bottomRows(500), b.position);
  EXPECT_EQ(pool.batch.target_gradient.bottomRows(500),
            b.batch.target_gradient);
  EXPECT_EQ(pool.batch.base_energy.head(300), a.batch.base_energy);
}

TEST(PoolPoints, CutsTheFourLargestWeightsToTheFifth) {
  const PointSet set = MakeSet(100, 1, 2);
  Vector log_weight = Vector::Zero(100);
  for (Index i = 0; i < 10; ++i) log_weight[i] = 0.1 * static_cast<double>(i);
  log_weight[50] = 3;
  const PooledPoints pool = PoolPoints({&set}, {log_weight});
  EXPECT_NEAR(pool.weights.sum(), 1, 1e-13);
  EXPECT_EQ(pool.weights[50], pool.weights[9]);
  EXPECT_EQ(pool.weights[9], pool.weights[7]);  // the fifth: 50, 9, 8, 7 and 6
  EXPECT_EQ(pool.weights[7], pool.weights[6]);
  EXPECT_GT(pool.weights[6], pool.weights[5]);
  EXPECT_NEAR(pool.weights[5] / pool.weights[20], std::exp(0.5), 1e-12);
}

TEST(PoolPoints, NoWeightAtAllIsNoPoint) {
  const PointSet set = MakeSet(20, 1, 2);
  const PooledPoints pool =
      PoolPoints({&set}, {Vector::Constant(20, -kInfinity)});
  EXPECT_EQ(pool.weights.sum(), 0);
}

TEST(FlatteningPower, IsTheLargestThatLeavesTheWantedShare) {
  RandomStream stream = RandomKey(4).Stream(Purpose::kExact, 0, 0);
  Vector log_weight(2000);
  for (double& value : log_weight) value = 5 * stream.Normal();
  log_weight[3] = -kInfinity;
  const double power = FlatteningPower(log_weight, 0.3);
  ASSERT_GT(power, 0);
  ASSERT_LT(power, 1);
  const auto ess_at = [&](double p) {
    Vector scaled = log_weight;
    for (double& value : scaled) {
      if (std::isfinite(value)) value *= p;
    }
    return WeightEssFraction(scaled);
  };
  EXPECT_NEAR(ess_at(power), 0.3, 1e-6);
  EXPECT_LT(ess_at(1.01 * power), 0.3);
  EXPECT_EQ(FlatteningPower(0.1 * log_weight.head(3), 0.3), 1);
}

}  // namespace
}  // namespace ttflow
