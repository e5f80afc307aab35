#include "core/sampler/wide_base.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/core/sampler/test_energies.h"

namespace ttflow {
namespace {

BaseParameters Find(std::shared_ptr<const Energy> energy,
                    const BaseOptions& options = {}) {
  const Executor executor(1);
  CountingEnergy counting(std::move(energy), executor);
  NullInterrupter interrupter;
  auto base = FindWideBase(counting, options, RandomKey(3), interrupter);
  EXPECT_TRUE(base.ok()) << base.status().ToString();
  EXPECT_LT(counting.counts().num_energy_evaluations, 10000);
  return *base;
}

class WideBaseOfScale : public testing::TestWithParam<double> {};
INSTANTIATE_TEST_SUITE_P(Scales,
                         WideBaseOfScale,
                         testing::Values(0.03, 1.0, 300.0));

TEST_P(WideBaseOfScale, CoversAGaussianWithoutBeingFarWider) {
  const double std = GetParam();
  const BaseParameters base =
      Find(std::make_shared<ShiftedGaussian>(5, 0, std));
  for (Index k = 0; k < 5; ++k) {
    EXPECT_GT(base.scale[k], 1.5 * std);
    EXPECT_LT(base.scale[k], 4 * std);
  }
}

TEST(WideBase, MovesToAFarMean) {
  const BaseParameters base =
      Find(std::make_shared<ShiftedGaussian>(3, 200, 2));
  for (Index k = 0; k < 3; ++k) {
    EXPECT_NEAR(base.mean[k], 200, 4);
    EXPECT_LT(base.scale[k], 20);
  }
}

TEST(WideBase, CoversBothWells) {
  const BaseParameters base = Find(std::make_shared<DoubleWells>(4));
  for (Index k = 0; k < 4; ++k) {
    EXPECT_LT(std::abs(base.mean[k]), base.scale[k]);
    EXPECT_GT(base.mean[k] + 2 * base.scale[k], 2);
    EXPECT_LT(base.mean[k] - 2 * base.scale[k], -2);
  }
}

TEST(WideBase, KeepsWhatTheUserGives) {
  BaseOptions options;
  options.mean = {1};
  options.scale = {3, 4};
  const BaseParameters base =
      Find(std::make_shared<ShiftedGaussian>(2, 0, 1), options);
  EXPECT_EQ(base.mean, Vector::Constant(2, 1));
  EXPECT_EQ(base.scale[0], 3);
  EXPECT_EQ(base.scale[1], 4);
}

}  // namespace
}  // namespace ttflow
