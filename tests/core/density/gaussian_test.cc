#include "core/density/gaussian.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/math/standard_normal.h"
#include "tests/conformance/goodness_of_fit.h"

namespace ttflow {
namespace {

TEST(GaussianDensityTest, LogDensityAtTheMeanAndOneDeviationAway) {
  const Executor executor(1);
  const GaussianDensity density(Vector{{1, 2}}, Vector{{3, 0.5}});
  const Matrix x{{1, 2}, {4, 2}, {1, 1.5}};
  Vector log_density;
  Matrix score;
  density.LogDensity(x, executor, log_density, &score);
  const double top = -2 * kHalfLogTwoPi - std::log(1.5);
  EXPECT_NEAR(log_density[0], top, 1e-14);
  EXPECT_NEAR(log_density[1], top - 0.5, 1e-14);
  EXPECT_NEAR(log_density[2], top - 0.5, 1e-14);
  const Matrix expected{{0, 0}, {-1 / 3.0, 0}, {0, 2}};
  EXPECT_TRUE(score.isApprox(expected, 1e-14));
}

TEST(GaussianDensityTest, CoordinatesAreIndependent) {
  const Executor executor(1);
  const GaussianDensity density(Vector{{0, 0}}, Vector{{1, 1}});
  const Matrix x = density.Sample(50000, RandomKey(5), executor, 0);
  const Vector product = x.col(0).cwiseProduct(x.col(1));
  const Vector squares =
      (x.col(0).array().square() - 1) * (x.col(1).array().square() - 1);
  EXPECT_LT(std::abs(ZScore(product, 0)), kFalseAlarmZ);
  EXPECT_LT(std::abs(ZScore(squares, 0)), kFalseAlarmZ);
}

}  // namespace
}  // namespace ttflow
