#include "tests/benchmarks/experiments/experiment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>

#include "tests/benchmarks/experiments/line_plot.h"

namespace ttflow::benchmarks {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(ExperimentTest, IntervalsHoldTheMeanAndShrinkWithPairing) {
  const std::vector<double> a = {1.1, 2.2, 3.1, 4.0, 5.2};
  const std::vector<double> b = {1.0, 2.0, 3.0, 4.0, 5.0};
  const Figure mean = MeanFigure(a);
  EXPECT_NEAR(mean.value, 3.12, 1e-12);
  EXPECT_LT(mean.lower, mean.value);
  EXPECT_GT(mean.upper, mean.value);
  const Figure difference = DifferenceFigure(a, b);
  EXPECT_NEAR(difference.value, 0.12, 1e-12);
  EXPECT_LT(difference.upper - difference.lower,
            0.2 * (mean.upper - mean.lower));
  EXPECT_NEAR(RatioFigure(a, b).value, 3.12 / 3, 1e-12);
}

TEST(ExperimentTest, FailedRunsTakeNoPartNorDoTheirPairs) {
  EXPECT_EQ(MeanFigure({1, kNan, 3}).value, 2);
  EXPECT_EQ(DifferenceFigure({1, kNan, 3}, {0, 7, 1}).value, 1.5);
  EXPECT_TRUE(std::isnan(MeanFigure({kNan}).value));
  EXPECT_EQ(FigureText(MeanFigure({kNan}), 2), "-");
}

TEST(ExperimentTest, TablesAreMarkdownAndCsv) {
  Table table({"a", "b"});
  table.AddRow({"1", "x, y"});
  EXPECT_EQ(table.Markdown(), "| a | b |\n|---|---|\n| 1 | x, y |\n");
  EXPECT_EQ(table.Csv(), "a,b\n1,\"x, y\"\n");
}

TEST(ExperimentTest, ReportsKeepWhatStandsAboveTheMarker) {
  const std::string directory = ::testing::TempDir();
  ASSERT_TRUE(WriteReport(directory,
                          "report.md",
                          std::string("by hand\n") + kReportMarker + "\nold"));
  ASSERT_TRUE(WriteBelowMarker(directory, "report.md", "new"));
  std::ifstream file(directory + "/report.md");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(text, std::string("by hand\n") + kReportMarker + "\n\nnew");
  EXPECT_FALSE(WriteReport(directory + "/none", "report.md", ""));
}

TEST(LinePlotTest, DrawsFiniteCurvesWithOneLegend) {
  const PlotSeries series{"one", {{1, {2, 1, 3}}, {2, {4, 3, 5}}}};
  const PlotSeries broken{"two", {{1, {kNan, kNan, kNan}}}};
  const std::string svg = LinePlotSvg(
      {"title", "x", "y"}, {{"left", {series, broken}}, {"right", {series}}});
  EXPECT_THAT(svg, HasSubstr("<svg"));
  EXPECT_THAT(svg, HasSubstr("</svg>"));
  EXPECT_THAT(svg, HasSubstr("right"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_EQ(svg.find(">one<"), svg.rfind(">one<"));
}

}  // namespace
}  // namespace ttflow::benchmarks
