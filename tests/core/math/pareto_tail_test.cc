#include "core/math/pareto_tail.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/foundation/random.h"

namespace ttflow {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Quantiles of the generalised Pareto distribution of shape k at random (or
// equally spaced) probabilities, ascending.
Vector Pareto(Index n, double k, bool random) {
  Vector x(n);
  RandomStream stream = RandomKey(4).Stream(Purpose::kExact, 1, 0);
  for (Index i = 0; i < n; ++i) {
    const double p =
        random ? stream.Uniform()
               : 1 - (static_cast<double>(i) + 0.5) / static_cast<double>(n);
    x[i] = k == 0 ? -std::log(p) : (std::pow(p, -k) - 1) / k;
  }
  std::sort(x.begin(), x.end());
  return x;
}

class ParetoShapeTest : public testing::TestWithParam<double> {};

TEST_P(ParetoShapeTest, IsFoundFromItsQuantiles) {
  EXPECT_NEAR(GeneralizedParetoShape(Pareto(2000, GetParam(), false)),
              GetParam(),
              0.03);
}

// The estimate's standard deviation is near (1 + k) / sqrt(M) for k > -1/2.
TEST_P(ParetoShapeTest, IsFoundFromARandomSample) {
  const double k = GetParam();
  EXPECT_NEAR(GeneralizedParetoShape(3.5 * Pareto(4000, k, true)),
              k,
              5 * (1 + k) / std::sqrt(4000.0));
}

// Exceedances of Pareto variables are Pareto of the same shape.
TEST_P(ParetoShapeTest, IsThatOfTheWeightsTail) {
  const double k = GetParam();
  const Index n = 40000;  // a tail of 600
  const Vector log_weights = Pareto(n, k, true).array().log() + 700.0;
  EXPECT_NEAR(ParetoTailIndex(log_weights), k, 5 * (1 + k) / std::sqrt(600.0));
}

INSTANTIATE_TEST_SUITE_P(Shapes,
                         ParetoShapeTest,
                         testing::Values(-0.4, 0.0, 0.3, 0.7, 1.2));

TEST(ParetoTailIndexTest, BoundedWeightsHaveNoTail) {
  Vector log_weights(5000);
  for (Index i = 0; i < log_weights.size(); ++i) {
    RandomStream stream = RandomKey(5).Stream(Purpose::kExact, 2, i);
    log_weights[i] = std::log(stream.Uniform());
  }
  EXPECT_LT(ParetoTailIndex(log_weights), -0.6);  // -1 but for the prior
}

TEST(ParetoTailIndexTest, ConstantWeightsAreZero) {
  EXPECT_EQ(ParetoTailIndex(Vector::Constant(100, -3.0)), 0);
  // Most weights zero, the rest equal.
  Vector log_weights = Vector::Constant(100, -kInfinity);
  log_weights.head(40).setConstant(7);
  EXPECT_EQ(ParetoTailIndex(log_weights), 0);
}

TEST(ParetoTailIndexTest, UnknownIsInfinite) {
  EXPECT_EQ(ParetoTailIndex(Vector::Zero(24)), kInfinity);
  EXPECT_EQ(ParetoTailIndex(Vector::Constant(100, -kInfinity)), kInfinity);
  Vector one = Vector::Zero(100);
  one[17] = 9;  // a single weight above equal ones
  EXPECT_EQ(ParetoTailIndex(one), kInfinity);
  one[3] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(ParetoTailIndex(one), kInfinity);
}

TEST(ParetoTailIndexTest, IgnoresOrderAndScale) {
  Vector log_weights = Pareto(1000, 0.6, true).array().log();
  const double index = ParetoTailIndex(log_weights);
  EXPECT_NEAR(
      ParetoTailIndex(log_weights.reverse().array() - 5000.0), index, 1e-9);
}

}  // namespace
}  // namespace ttflow
