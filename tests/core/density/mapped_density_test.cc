#include "core/density/mapped_density.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <numbers>
#include <vector>

#include "core/density/gaussian.h"

namespace ttflow {
namespace {

// y = N(0, I) becomes v ~ N(0, 9), x given v ~ N(1 + v / 2, exp(v)).
MappedDensity Funnel() {
  TriangularStep step;
  step.coordinate = 1;
  step.driver = 0;
  step.knots = Vector{{-1, 0, 1}};
  step.log_scale = Vector{{0.5, -1, 0}};  // -v / 2, t = (v + 1) / 2
  step.offset = Vector{{0.5, 1, 0, 0}};
  step.slope.resize(3, 0);
  return {
      std::make_shared<const TriangularMap>(2,
                                            std::vector<TriangularStep>{step}),
      std::make_shared<const GaussianDensity>(Vector{{0, 0}}, Vector{{3, 1}})};
}

TEST(MappedDensityTest, HasDensityAndScoreOfTheFunnel) {
  const MappedDensity density = Funnel();
  const Executor executor(1);
  const Matrix x = density.Sample(500, RandomKey(1), executor, 0);
  Vector log_density;
  Matrix score;
  density.LogDensity(x, executor, log_density, &score);
  for (Index i = 0; i < x.rows(); ++i) {
    const double v = x(i, 0);
    const double off = x(i, 1) - 1 - v / 2;
    const double precision = std::exp(-v);
    EXPECT_NEAR(log_density[i],
                -v * v / 18 - std::log(3) - precision * off * off / 2 - v / 2 -
                    std::log(2 * std::numbers::pi),
                1e-10 * (1 + std::abs(log_density[i])));
    EXPECT_NEAR(
        score(i, 1), -precision * off, 1e-10 * (1 + std::abs(score(i, 1))));
    const double slope = -v / 9 + precision * off * (off + 1) / 2 - 0.5;
    EXPECT_NEAR(score(i, 0), slope, 1e-9 * (1 + std::abs(slope)));
  }
}

TEST(MappedDensityTest, DrawsAreThoseOfTheStraightOneMappedBack) {
  const MappedDensity density = Funnel();
  const Executor executor(1);
  const Matrix x = density.Sample(100, RandomKey(2), executor, 7);
  const Matrix y = density.straight().Sample(100, RandomKey(2), executor, 7);
  EXPECT_LT((density.map().Apply(x) - y).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_EQ(x.bottomRows(50), density.Sample(50, RandomKey(2), executor, 57));
}

}  // namespace
}  // namespace ttflow
