#include "core/sampler/mode_summary.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace ttflow {
namespace {

Mode ModeAt(double x, double deviation, double log_mass) {
  Mode mode;
  mode.position = Vector::Constant(1, x);
  mode.root = Matrix::Constant(1, 1, deviation);
  mode.log_mass = log_mass;
  return mode;
}

TEST(SummarizeModesTest, WeighsAnUnevenCloud) {
  const std::vector<Mode> modes = {ModeAt(-5, 1, 0), ModeAt(5, 1, 0)};
  Matrix position(4, 1);
  position << -5.5, -4, 5, 6;
  Vector log_weight(4);
  log_weight << std::log(1.0), std::log(1.0), std::log(6.0), std::log(2.0);
  const auto summary = SummarizeModes(modes, position, log_weight);
  ASSERT_EQ(summary.size(), 2u);
  EXPECT_EQ(summary[0].position[0], 5);
  EXPECT_NEAR(summary[0].weight, 0.8, 1e-12);
  EXPECT_NEAR(summary[1].weight, 0.2, 1e-12);
  // sqrt(2 (.1 * .8)^2 + (.6 * .2)^2 + (.2 * .2)^2)
  const double error = std::sqrt(2 * 0.0064 + 0.0144 + 0.0016);
  EXPECT_NEAR(summary[0].weight_standard_error, error, 1e-12);
  EXPECT_NEAR(summary[1].weight_standard_error, error, 1e-12);
}

TEST(SummarizeModesTest, DividesByShapeNotByDistanceAlone) {
  // Twice as near to the narrow mode, but ten of its deviations away.
  const std::vector<Mode> modes = {ModeAt(0, 0.1, 0), ModeAt(3, 2, 0)};
  const auto summary =
      SummarizeModes(modes, Matrix::Constant(1, 1, 1.0), Vector::Zero(1));
  EXPECT_EQ(summary[0].position[0], 3);
  EXPECT_EQ(summary[0].weight, 1);
  EXPECT_EQ(summary[1].weight, 0);
}

TEST(SummarizeModesTest, SaysNothingWithoutModesOrWeights) {
  EXPECT_TRUE(SummarizeModes({}, Matrix::Zero(2, 1), Vector::Zero(2)).empty());
  const double none = -std::numeric_limits<double>::infinity();
  EXPECT_TRUE(SummarizeModes({ModeAt(0, 1, 0)},
                             Matrix::Zero(2, 1),
                             Vector::Constant(2, none))
                  .empty());
}

}  // namespace
}  // namespace ttflow
