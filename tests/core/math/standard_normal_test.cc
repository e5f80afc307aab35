#include "core/math/standard_normal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

namespace ttflow {
namespace {

TEST(StandardNormalTest, KnowsTabulatedValues) {
  EXPECT_EQ(StandardNormalCdf(0), 0.5);
  EXPECT_NEAR(StandardNormalCdf(1.959963984540054), 0.975, 1e-15);
  EXPECT_NEAR(StandardNormalCdf(-10) / 7.619853024160527e-24, 1, 1e-12);
  EXPECT_NEAR(StandardNormalQuantile(0.975), 1.959963984540054, 1e-14);
  EXPECT_NEAR(StandardNormalQuantile(7.619853024160527e-24), -10, 1e-12);
  EXPECT_NEAR(kHalfLogTwoPi, 0.5 * std::log(2 * std::numbers::pi), 1e-15);
}

TEST(StandardNormalTest, QuantileInvertsTheCdf) {
  for (double x = -37; x < 8; x += 0.37) {
    const double p = StandardNormalCdf(x);
    // Near one, the spacing of p limits what can be recovered.
    const double tolerance =
        x < 0 ? 1e-13 * (1 - x) : 1e-15 / std::exp(-0.5 * x * x);
    EXPECT_NEAR(StandardNormalQuantile(p), x, tolerance + 1e-14) << x;
  }
  EXPECT_NEAR(StandardNormalQuantile(0.5), 0, 1e-15);
}

TEST(StandardNormalTest, QuantileIsDefinedAtAndOutsideTheEnds) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(StandardNormalQuantile(0), -infinity);
  EXPECT_EQ(StandardNormalQuantile(1), infinity);
  EXPECT_TRUE(std::isnan(StandardNormalQuantile(-0.1)));
  EXPECT_TRUE(std::isnan(StandardNormalQuantile(1.1)));
  EXPECT_TRUE(std::isnan(StandardNormalQuantile(std::nan(""))));
}

}  // namespace
}  // namespace ttflow
