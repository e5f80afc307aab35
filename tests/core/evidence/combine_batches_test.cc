#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/evidence/standard_error.h"
#include "core/foundation/random.h"
#include "tests/conformance/goodness_of_fit.h"

namespace ttflow {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(CombineBatchesTest, TwoBatchesInClosedForm) {
  const BatchEvidence combined = CombineBatches({std::log(2.0), std::log(6.0)});
  EXPECT_NEAR(combined.log_evidence, std::log(4.0), 1e-15);
  EXPECT_NEAR(combined.standard_error, 0.5 * std::log(3.0), 1e-15);
}

TEST(CombineBatchesTest, ManyBatchesAsOnTheZScale) {
  const std::vector<double> z = {0.5, 0.9, 1.4, 0.7, 2.0};
  const double n = static_cast<double>(z.size());
  double total = 0;
  std::vector<double> log_z;
  for (const double value : z) {
    total += value;
    log_z.push_back(std::log(value));
  }
  double mean = 0;
  for (const double value : z) mean += std::log((total - value) / (n - 1)) / n;
  double sum = 0;
  for (const double value : z) {
    sum += std::pow(std::log((total - value) / (n - 1)) - mean, 2);
  }
  const BatchEvidence combined = CombineBatches(log_z);
  EXPECT_NEAR(combined.log_evidence, std::log(total / n), 1e-14);
  EXPECT_NEAR(combined.standard_error, std::sqrt((n - 1) / n * sum), 1e-14);
}

TEST(CombineBatchesTest, OnlyTheLevelFollowsAFarShift) {
  const std::vector<double> near = {0.1, -0.4, 0.3};
  for (const double shift : {-1e5, 1e5}) {
    std::vector<double> far = near;
    for (double& value : far) value += shift;
    EXPECT_NEAR(CombineBatches(far).log_evidence,
                CombineBatches(near).log_evidence + shift,
                1e-9);
    EXPECT_NEAR(CombineBatches(far).standard_error,
                CombineBatches(near).standard_error,
                1e-9);
  }
}

TEST(CombineBatchesTest, EqualBatchesHaveNoError) {
  const BatchEvidence combined = CombineBatches({-3.5, -3.5, -3.5, -3.5});
  EXPECT_NEAR(combined.log_evidence, -3.5, 1e-14);
  EXPECT_NEAR(combined.standard_error, 0, 1e-14);
}

TEST(CombineBatchesTest, ABatchOfNoWeightCountsAsZero) {
  const BatchEvidence combined = CombineBatches({0, 0, -kInfinity});
  EXPECT_NEAR(combined.log_evidence, std::log(2.0 / 3), 1e-15);
  EXPECT_TRUE(std::isfinite(combined.standard_error));
  EXPECT_GT(combined.standard_error, 0.1);
  EXPECT_EQ(CombineBatches({0, -kInfinity}).standard_error, kInfinity);
  EXPECT_EQ(CombineBatches({-kInfinity, -kInfinity}).log_evidence, -kInfinity);
  EXPECT_EQ(CombineBatches({-kInfinity, -kInfinity}).standard_error, kInfinity);
}

// Twenty unbiased log-normal estimates: errors over their stated standard
// errors spread by one. 1000 runs: the spread's own error is 0.023, and 0.85
// .. 1.2 is more than five of them away from one.
TEST(CombineBatchesTest, TheErrorIsCalibrated) {
  constexpr int kRuns = 1000;
  Vector z(kRuns);
  for (int run = 0; run < kRuns; ++run) {
    RandomStream stream = RandomKey(61).Stream(Purpose::kExact, 0, run);
    std::vector<double> log_z(20);
    for (double& value : log_z) value = 0.3 * stream.Normal() - 0.045;
    const BatchEvidence combined = CombineBatches(log_z);
    z[run] = combined.log_evidence / combined.standard_error;
  }
  const double spread = std::sqrt(z.squaredNorm() / kRuns);
  EXPECT_GT(spread, 0.85);
  EXPECT_LT(spread, 1.2);
}

}  // namespace
}  // namespace ttflow
