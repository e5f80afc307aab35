#include "core/moves/step_size_adaptation.h"

#include <gtest/gtest.h>

#include <cmath>

namespace ttflow {
namespace {

TEST(AdaptStepSizeTest, GrowsAndShrinksByTheExcessOfTheAcceptance) {
  EXPECT_EQ(AdaptStepSize(0.5, 0.6, 0.6, 2), 0.5);
  EXPECT_NEAR(AdaptStepSize(0.5, 0.9, 0.6, 2), 0.5 * std::exp(0.6), 1e-15);
  EXPECT_NEAR(AdaptStepSize(0.5, 0.1, 0.6, 2), 0.5 * std::exp(-1.0), 1e-15);
}

TEST(AdaptStepSizeTest, StaysWithinItsBounds) {
  EXPECT_EQ(AdaptStepSize(1e-6, 0, 0.6, 2), 1e-6);
  EXPECT_EQ(AdaptStepSize(1e3, 1, 0.6, 2), 1e3);
}

TEST(AdaptStepSizeTest, FindsTheStepOfAFallingAcceptance) {
  double step = 20;
  for (int i = 0; i < 200; ++i) {
    step = AdaptStepSize(step, std::exp(-step), 0.6, 1);
  }
  EXPECT_NEAR(step, -std::log(0.6), 1e-9);
}

}  // namespace
}  // namespace ttflow
