#include "core/math/log_sum_exp.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace ttflow {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(LogSumExpTest, AgreesWithTheDirectSum) {
  const Vector x{{0.5, -1.25, 2.0}};
  EXPECT_NEAR(LogSumExp(x), std::log(x.array().exp().sum()), 1e-15);
  EXPECT_NEAR(LogMeanExp(x), std::log(x.array().exp().mean()), 1e-15);
}

TEST(LogSumExpTest, NeitherOverflowsNorUnderflows) {
  EXPECT_NEAR(LogSumExp(Vector{{1e4, 1e4}}), 1e4 + std::log(2.0), 1e-11);
  EXPECT_NEAR(LogSumExp(Vector{{-1e4, -1e4}}), -1e4 + std::log(2.0), 1e-11);
  EXPECT_EQ(LogSumExp(Vector{{1e308, -1e308}}), 1e308);
}

TEST(LogSumExpTest, DefinesEveryInfinity) {
  EXPECT_EQ(LogSumExp(Vector()), -kInfinity);
  EXPECT_EQ(LogSumExp(Vector{{-kInfinity, -kInfinity}}), -kInfinity);
  EXPECT_EQ(LogSumExp(Vector{{-kInfinity, 3.0}}), 3.0);
  EXPECT_EQ(LogSumExp(Vector{{-kInfinity, kInfinity}}), kInfinity);
  EXPECT_TRUE(std::isnan(LogSumExp(Vector{{0.0, kNan, kInfinity}})));
  EXPECT_TRUE(std::isnan(LogSumExp(Vector{{kNan, -kInfinity}})));
  EXPECT_TRUE(std::isnan(LogMeanExp(Vector())));
  EXPECT_EQ(LogMeanExp(Vector{{-kInfinity}}), -kInfinity);
}

TEST(LogSumExpTest, DoesNotDependOnAlignment) {
  Vector buffer = Vector::LinSpaced(200, -3, 4);
  const Vector copy = buffer.segment(1, 150);
  EXPECT_EQ(LogSumExp(buffer.segment(1, 150)), LogSumExp(copy));
}

TEST(LogAddExpTest, IsLogSumExpOfTwo) {
  for (const double a : {-kInfinity, -800.0, -1.5, 0.0, 900.0}) {
    for (const double b : {-kInfinity, -801.0, -1.5, 3.0, 905.0}) {
      EXPECT_DOUBLE_EQ(LogAddExp(a, b), LogSumExp(Vector{{a, b}}));
    }
  }
}

TEST(NormalizedExpTest, SumsToOneAndKeepsRatios) {
  const Vector weights = NormalizedExp(Vector{{1000.0, 1001.0, -kInfinity}});
  EXPECT_NEAR(weights.sum(), 1, 1e-15);
  EXPECT_NEAR(weights[1] / weights[0], std::exp(1.0), 1e-12);
  EXPECT_EQ(weights[2], 0);
}

TEST(NormalizedExpTest, DefinesEveryInfinity) {
  EXPECT_EQ(NormalizedExp(Vector{{-kInfinity, -kInfinity}}), Vector::Zero(2));
  EXPECT_TRUE(NormalizedExp(Vector{{0.0, kInfinity}}).array().isNaN().all());
  EXPECT_TRUE(NormalizedExp(Vector{{0.0, kNan}}).array().isNaN().all());
}

}  // namespace
}  // namespace ttflow
