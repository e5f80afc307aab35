#include "core/math/weighted_moments.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace ttflow {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(WeightedMomentsTest, AgreesWithACloudOfRepeatedPoints) {
  // Weights 1, 2, 3 are the same as points repeated so often.
  const Matrix x{{1.0, 5.0}, {2.0, -1.0}, {4.0, 0.5}};
  const Vector weights{{1.0, 2.0, 3.0}};
  Matrix repeated(6, 2);
  repeated << x.row(0), x.row(1), x.row(1), x.row(2), x.row(2), x.row(2);
  const Eigen::RowVector2d mean = repeated.colwise().mean();
  const Matrix centred = repeated.rowwise() - mean;
  const Matrix covariance = centred.transpose() * centred / 6;
  EXPECT_LT((WeightedMean(x, weights) - mean.transpose()).norm(), 1e-14);
  EXPECT_LT((WeightedCovariance(x, weights) - covariance).norm(), 1e-14);
  EXPECT_LT((WeightedVariance(x, weights) - covariance.diagonal()).norm(),
            1e-14);
}

TEST(WeightedMomentsTest, IgnoresTheScaleOfTheWeights) {
  const Matrix x{{1.0}, {2.0}, {4.0}};
  const Vector weights{{0.1, 0.7, 0.2}};
  EXPECT_NEAR(
      WeightedMean(x, 1e-200 * weights)[0], WeightedMean(x, weights)[0], 1e-14);
}

TEST(WeightedMomentsTest, APointOfWeightZeroMayBeAtInfinity) {
  const Matrix x{{1.0}, {kInfinity}, {3.0}};
  const Vector weights{{1.0, 0.0, 1.0}};
  EXPECT_EQ(WeightedMean(x, weights)[0], 2);
  EXPECT_NEAR(WeightedVariance(x, weights)[0], 1, 1e-15);
  EXPECT_NEAR(WeightedCovariance(x, weights)(0, 0), 1, 1e-15);
}

TEST(WeightedQuantilesTest, EqualWeightsGiveHazensQuantiles) {
  const Vector values{{4.0, 1.0, 3.0, 2.0}};
  const Vector quantiles = WeightedQuantiles(
      values, Vector::Ones(4), Vector{{0.0, 0.125, 0.25, 0.5, 0.875, 1.0}});
  EXPECT_LT((quantiles - Vector{{1.0, 1.0, 1.5, 2.5, 4.0, 4.0}}).norm(), 1e-14);
}

TEST(WeightedQuantilesTest, FollowsTheWeights) {
  const Vector values{{0.0, 10.0}};
  const Vector weights{{3.0, 1.0}};
  // The line runs from (0, 3/8) to (10, 7/8).
  const Vector quantiles =
      WeightedQuantiles(values, weights, Vector{{0.3, 0.625, 0.9}});
  EXPECT_LT((quantiles - Vector{{0.0, 5.0, 10.0}}).norm(), 1e-14);
}

TEST(WeightedQuantilesTest, IgnoresPointsOfWeightZero) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Vector values{{nan, 2.0, kInfinity, 5.0}};
  const Vector weights{{0.0, 1.0, 0.0, 1.0}};
  EXPECT_EQ(WeightedQuantiles(values, weights, Vector{{0.5}})[0], 3.5);
}

TEST(WeightedQuantilesTest, IsNanWithoutWeight) {
  EXPECT_TRUE(std::isnan(
      WeightedQuantiles(Vector{{1.0}}, Vector{{0.0}}, Vector{{0.5}})[0]));
}

TEST(WeightedQuantilesTest, HandlesTies) {
  const Vector values{{1.0, 1.0, 1.0, 2.0}};
  EXPECT_EQ(WeightedQuantiles(values, Vector::Ones(4), Vector{{0.5}})[0], 1);
}

TEST(WeightedMomentsTest, UpperMedianIsAnEntryWithAtMostHalfAboveAndBelow) {
  EXPECT_EQ(UpperMedian(Vector{{7.0}}), 7);
  EXPECT_EQ(UpperMedian(Vector{{3.0, 1.0, 2.0}}), 2);
  EXPECT_EQ(UpperMedian(Vector{{4.0, 1.0, 3.0, 2.0}}), 3);
}

}  // namespace
}  // namespace ttflow
