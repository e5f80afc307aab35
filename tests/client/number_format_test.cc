#include "client/output/number_format.h"

#include <cmath>
#include <limits>
#include <vector>

#include "client/output/block_histogram.h"
#include "client/output/table.h"
#include "gtest/gtest.h"

namespace ttflow::client {
namespace {

TEST(NumberFormatTest, Thousands) {
  EXPECT_EQ(WithThousands(0), "0");
  EXPECT_EQ(WithThousands(999), "999");
  EXPECT_EQ(WithThousands(1000), "1 000");
  EXPECT_EQ(WithThousands(391000), "391 000");
  EXPECT_EQ(WithThousands(-1234567), "-1 234 567");
  EXPECT_EQ(WithThousands(-123), "-123");
}

TEST(NumberFormatTest, CompactCounts) {
  EXPECT_EQ(Compact(9999), "9999");
  EXPECT_EQ(Compact(256123), "256k");
  EXPECT_EQ(Compact(12345), "12.3k");
  EXPECT_EQ(Compact(1234567), "1.23M");
  EXPECT_EQ(Compact(12345678901), "12.3G");
}

TEST(NumberFormatTest, ZeroHasNoSign) {
  EXPECT_EQ(Fixed(-0.001, 2), "0.00");
  EXPECT_EQ(Fixed(-0.01, 2), "-0.01");
  EXPECT_EQ(Fixed(std::nan(""), 2), "nan");
  EXPECT_EQ(Fixed(-std::numeric_limits<double>::infinity(), 2), "-inf");
}

TEST(NumberFormatTest, TheErrorSaysHowManyDigitsTheValueHas) {
  EXPECT_EQ(WithError(73.8543, 0.0063), "73.854 ± 0.006");
  EXPECT_EQ(WithError(73.8543, 0.0143), "73.854 ± 0.014");
  EXPECT_EQ(WithError(-12.34, 0.5), "-12.3 ± 0.5");
  EXPECT_EQ(WithError(1234.5, 43), "1234 ± 43");
  EXPECT_EQ(WithError(1, 0.02, false), "1.00 +/- 0.02");
  EXPECT_EQ(WithError(1.23456, 0), "1.235");
  EXPECT_EQ(WithError(1.23456, std::nan("")), "1.235");
}

TEST(NumberFormatTest, Durations) {
  EXPECT_EQ(Duration(3.42), "3.4 s");
  EXPECT_EQ(Duration(75), "1:15");
  EXPECT_EQ(Duration(3700), "1:01:40");
  EXPECT_EQ(Duration(-1), "?");
}

TEST(NumberFormatTest, WidthsCountCharactersNotBytes) {
  EXPECT_EQ(DisplayWidth("R² ━"), 4);
  EXPECT_EQ(Truncate("R² ━x", 2), "R²");
  EXPECT_EQ(Truncate("short", 10), "short");
  EXPECT_EQ(PadLeft("±", 3), "  ±");
  EXPECT_EQ(PadRight("±", 3), "±  ");
}

TEST(BlockHistogramTest, ShowsTwoModesWithAGap) {
  std::vector<double> values;
  for (int i = 0; i < 100; ++i) values.push_back(i < 50 ? -2.0 : 2.0);
  EXPECT_EQ(BlockHistogram(values, 4, true), " -2.00 █  █ 2.00");
  EXPECT_EQ(BlockHistogram(values, 4, false), " -2.00 #  # 2.00");
}

TEST(BlockHistogramTest, SurvivesPoorInput) {
  EXPECT_EQ(BlockHistogram({}, 8, true), "");
  const std::vector<double> bad = {std::nan("")};
  EXPECT_EQ(BlockHistogram(bad, 8, true), "");
  const std::vector<double> same = {1, 1, std::nan(""), 1};
  EXPECT_EQ(BlockHistogram(same, 2, true), "  1.00 █  1.00");
}

TEST(TableTest, AlignsColumns) {
  EXPECT_EQ(TableText({{"NAME", ">N"}, {"a", "1"}, {"longer", "100"}}),
            "NAME      N\n"
            "a         1\n"
            "longer  100\n");
}

}  // namespace
}  // namespace ttflow::client
