#include "client/report/scale.h"

#include <cmath>

#include "gtest/gtest.h"

namespace ttflow::client {
namespace {

TEST(ScaleTest, MapsItsEnds) {
  const Scale scale{-1, 3, 100, 20, false};
  EXPECT_DOUBLE_EQ(scale(-1), 100);
  EXPECT_DOUBLE_EQ(scale(3), 20);
  EXPECT_DOUBLE_EQ(scale(1), 60);
  const Scale logarithmic{0.01, 1, 0, 200, true};
  EXPECT_DOUBLE_EQ(logarithmic(0.1), 100);
  EXPECT_TRUE(std::isfinite(logarithmic(0)));
}

TEST(TicksTest, AreRoundAndWithinTheEnds) {
  const auto ticks = Ticks({-0.52, 1.03, 0, 1, false}, 3);
  ASSERT_EQ(ticks.size(), 4);
  EXPECT_EQ(ticks[0].label, "-0.5");
  EXPECT_EQ(ticks[1].label, "0.0");
  EXPECT_EQ(ticks[3].label, "1.0");
  for (const double width : {1e-6, 0.37, 1.0, 99.0, 4e7}) {
    const auto some = Ticks({-width / 3, width, 0, 1, false}, 5);
    EXPECT_GE(some.size(), 3) << width;
    EXPECT_LE(some.size(), 9) << width;
  }
}

TEST(TicksTest, LogarithmicOnesArePowersOfTen) {
  const auto ticks = Ticks({0.0005, 1, 0, 1, true}, 5);
  ASSERT_EQ(ticks.size(), 4);
  EXPECT_EQ(ticks[0].label, "0.001");
  EXPECT_EQ(ticks[3].label, "1");
}

TEST(TicksTest, SurviveAnEmptyRange) {
  EXPECT_TRUE(Ticks({1, 1, 0, 1, false}, 5).empty());
  EXPECT_TRUE(Ticks({0, std::nan(""), 0, 1, false}, 5).empty());
}

TEST(RobustIntervalTest, LeavesOutliersAndNanOut) {
  std::vector<double> values;
  for (int i = 0; i <= 1000; ++i) values.push_back(i);
  values.push_back(1e9);
  values.push_back(std::nan(""));
  const Interval interval = RobustInterval(values, 0.01, 0);
  EXPECT_GE(interval.lower, 5);
  EXPECT_LE(interval.upper, 1000);
  EXPECT_EQ(RobustInterval({}, 0.01, 0.1).upper, 1);
  EXPECT_EQ(RobustInterval({5, 5}, 0.01, 0.1).lower, 4);
}

}  // namespace
}  // namespace ttflow::client
