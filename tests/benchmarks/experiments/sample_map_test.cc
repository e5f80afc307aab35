#include "tests/benchmarks/experiments/sample_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "tests/benchmarks/experiments/contours.h"
#include "tests/benchmarks/experiments/experiment.h"

namespace ttflow::benchmarks {
namespace {

using ::testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(ContoursTest, ACircleIsOneClosedLineOfItsRadius) {
  constexpr Index kSize = 41;
  Matrix values(kSize, kSize);
  for (Index row = 0; row < kSize; ++row) {
    for (Index column = 0; column < kSize; ++column) {
      values(row, column) = -std::hypot(static_cast<double>(row) - 18,
                                        static_cast<double>(column) - 22);
    }
  }
  const std::vector<Contour> lines = Contours(values, -10.3);
  ASSERT_EQ(lines.size(), 1);
  EXPECT_EQ(lines[0].front(), lines[0].back());
  double length = 0;
  for (std::size_t i = 0; i < lines[0].size(); ++i) {
    const auto [column, row] = lines[0][i];
    EXPECT_NEAR(std::hypot(column - 22, row - 18), 10.3, 0.02);
    if (i == 0) continue;
    const double step =
        std::hypot(column - lines[0][i - 1][0], row - lines[0][i - 1][1]);
    EXPECT_LT(step, 1.5);
    length += step;
  }
  EXPECT_NEAR(length, 2 * 3.14159265 * 10.3, 0.3);
}

TEST(ContoursTest, LinesEndAtTheBorder) {
  Matrix values(3, 4);
  for (Index column = 0; column < 4; ++column) {
    values.col(column).setConstant(static_cast<double>(column));
  }
  const std::vector<Contour> lines = Contours(values, 1.25);
  ASSERT_EQ(lines.size(), 1);
  ASSERT_EQ(lines[0].size(), 3);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_DOUBLE_EQ(lines[0][i][0], 1.25);
    EXPECT_DOUBLE_EQ(lines[0][i][1], static_cast<double>(i));
  }
  EXPECT_TRUE(Contours(values, 7).empty());
}

TEST(ContoursTest, SaddlesKeepTheirHigherCornersApart) {
  Matrix values(2, 2);
  values << 1, 0, 0, 1;
  for (const bool turned : {false, true}) {
    const Matrix saddle = turned ? Matrix(1 - values.array()) : values;
    const std::vector<Contour> lines = Contours(saddle, 0.5);
    ASSERT_EQ(lines.size(), 2);
    for (const Contour& line : lines) {
      ASSERT_EQ(line.size(), 2);
      // The corner that it cuts off is above the level.
      const double column = std::round(0.5 + (line[0][0] + line[1][0] - 1));
      const double row = std::round(0.5 + (line[0][1] + line[1][1] - 1));
      EXPECT_EQ(saddle(static_cast<Index>(row), static_cast<Index>(column)), 1);
    }
  }
}

TEST(ContoursTest, WallsAreCutInTheMiddle) {
  Matrix values(2, 3);
  values << 0, 0, -kInfinity, 0, 0, -kInfinity;
  const std::vector<Contour> lines = Contours(values, -2);
  ASSERT_EQ(lines.size(), 1);
  for (const auto& [column, row] : lines[0]) {
    EXPECT_GT(column, 1);
    EXPECT_LT(column, 2);
  }
}

TEST(SampleMapTest, DrawsContoursOnceAndDotsInsideTheWindowAlone) {
  const auto target = TargetOf("gaussian", 2);
  const DensityMap map = MakeDensityMap(*target, {-4, 4, -2, 2}, 41);
  EXPECT_EQ(map.log_density.rows(), 21);
  EXPECT_EQ(map.log_density.cols(), 41);
  EXPECT_NEAR(map.log_density(10, 20) - map.log_density(10, 25), 0.5, 1e-9);
  EXPECT_NEAR(map.log_density(0, 20), map.log_density(20, 20), 1e-9);
  Matrix samples(3, 2);
  samples << 0, 0, 5, 0, 1, 1;
  const std::string svg =
      SampleMapSvg("title", map, {0.5}, {{"one", samples}, {"two", samples}});
  EXPECT_THAT(svg, HasSubstr(">two</text>"));
  // The middle of a panel of 230 by 115, and (1, 1).
  EXPECT_THAT(svg, HasSubstr("d=\"M115.0 57.5h0M143.8 28.8h0\""));
  EXPECT_EQ(svg.find("id=\"contours\""), svg.rfind("id=\"contours\""));
  EXPECT_NE(svg.find("href=\"#contours\""), svg.rfind("href=\"#contours\""));
}

}  // namespace
}  // namespace ttflow::benchmarks
