#include "core/math/quadrature.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace ttflow {
namespace {

class GaussLegendreTest : public testing::TestWithParam<Index> {};

TEST_P(GaussLegendreTest, IsExactForItsDegree) {
  const Index n = GetParam();
  const QuadratureRule rule = GaussLegendre(n, -1, 2);
  for (Index degree = 0; degree < 2 * n; ++degree) {
    const double power = static_cast<double>(degree);
    const double exact =
        (std::pow(2.0, power + 1) - std::pow(-1.0, power + 1)) / (power + 1);
    const double sum = rule.weights.dot(rule.nodes.array().pow(power).matrix());
    EXPECT_NEAR(sum / exact, 1, 1e-11) << degree;
  }
}

TEST_P(GaussLegendreTest, IsInexactAboveItsDegree) {
  const Index n = GetParam();
  if (n > 10) return;  // the error is below rounding
  const QuadratureRule rule = GaussLegendre(n, -1, 1);
  const double degree = 2 * static_cast<double>(n);
  const double sum = rule.weights.dot(rule.nodes.array().pow(degree).matrix());
  EXPECT_GT(std::abs(sum - 2 / (degree + 1)), 1e-7);
}

TEST_P(GaussLegendreTest, NodesAscendInsideAndWeightsArePositive) {
  const QuadratureRule rule = GaussLegendre(GetParam(), 3, 5);
  EXPECT_GT(rule.nodes[0], 3);
  EXPECT_LT(rule.nodes[rule.nodes.size() - 1], 5);
  for (Index i = 1; i < rule.nodes.size(); ++i) {
    EXPECT_LT(rule.nodes[i - 1], rule.nodes[i]);
  }
  EXPECT_GT(rule.weights.minCoeff(), 0);
  EXPECT_NEAR(rule.weights.sum(), 2, 1e-13);
}

INSTANTIATE_TEST_SUITE_P(Sizes,
                         GaussLegendreTest,
                         testing::Values(1, 2, 3, 5, 10, 33, 100));

TEST(GaussLegendreRuleTest, KnowsTheRuleOfThreePoints) {
  const QuadratureRule rule = GaussLegendre(3, -1, 1);
  EXPECT_NEAR(rule.nodes[0], -std::sqrt(0.6), 1e-15);
  EXPECT_EQ(rule.nodes[1], 0);
  EXPECT_NEAR(rule.weights[0], 5.0 / 9, 1e-14);
  EXPECT_NEAR(rule.weights[1], 8.0 / 9, 1e-14);
}

TEST(CompositeGaussLegendreTest, ResolvesANarrowFeature) {
  const QuadratureRule rule = CompositeGaussLegendre(200, 20, -10, 10);
  EXPECT_EQ(rule.nodes.size(), 4000);
  const double width = 0.02;
  const double sum = rule.weights.dot(
      (-0.5 * ((rule.nodes.array() - 1.234) / width).square()).exp().matrix());
  EXPECT_NEAR(sum, width * std::sqrt(2 * std::numbers::pi), 1e-9);
  for (Index i = 1; i < rule.nodes.size(); ++i) {
    ASSERT_LT(rule.nodes[i - 1], rule.nodes[i]);
  }
}

}  // namespace
}  // namespace ttflow
