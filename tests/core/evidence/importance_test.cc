#include "core/evidence/importance.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/foundation/random.h"

namespace ttflow {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(ImportanceEvidence, EqualWeightsHaveNoError) {
  const ImportanceEvidence evidence =
      EstimateImportanceEvidence(Vector::Constant(50, -1234.5));
  EXPECT_NEAR(evidence.log_evidence, -1234.5, 1e-10);
  EXPECT_NEAR(evidence.standard_error, 0, 1e-7);
  EXPECT_NEAR(evidence.ess_fraction, 1, 1e-12);
}

TEST(ImportanceEvidence, IsTheMeanWeightWithItsDeltaError) {
  // Weights 1, 2, 3, 0: mean 1.5, ESS 36 / (4 * 14).
  const Vector log_weight{{0, std::log(2), std::log(3), -kInfinity}};
  const ImportanceEvidence evidence = EstimateImportanceEvidence(log_weight);
  EXPECT_NEAR(evidence.log_evidence, std::log(1.5), 1e-14);
  EXPECT_NEAR(evidence.ess_fraction, 36.0 / 56, 1e-14);
  // Standard deviation of the mean weight (n, not n - 1) over the mean.
  const double variance = (0.25 + 0.25 + 2.25 + 2.25) / 4;
  EXPECT_NEAR(evidence.standard_error, std::sqrt(variance / 4) / 1.5, 1e-14);
}

TEST(ImportanceEvidence, NoFiniteWeightIsNoEvidence) {
  const ImportanceEvidence evidence =
      EstimateImportanceEvidence(Vector::Constant(9, -kInfinity));
  EXPECT_EQ(evidence.log_evidence, -kInfinity);
  EXPECT_EQ(evidence.standard_error, kInfinity);
  EXPECT_EQ(evidence.ess_fraction, 0);
}

TEST(ImportanceEvidence, OneWeightOfManyIsWorthOnePoint) {
  Vector log_weight = Vector::Constant(100, -kInfinity);
  log_weight[7] = 3;
  const ImportanceEvidence evidence = EstimateImportanceEvidence(log_weight);
  EXPECT_NEAR(evidence.log_evidence, 3 - std::log(100), 1e-12);
  EXPECT_NEAR(evidence.ess_fraction, 0.01, 1e-12);
}

// Log-normal weights of mean one: the mean estimate is unbiased and its error
// bar fair. Each check has a false alarm of under 1e-4.
TEST(ImportanceEvidence, IsUnbiasedWithAFairError) {
  constexpr int kBatches = 2000;
  constexpr Index kDraws = 500;
  constexpr double kSpread = 0.7;
  double sum = 0;
  double square = 0;
  double normalized_square = 0;
  for (int b = 0; b < kBatches; ++b) {
    RandomStream stream = RandomKey(11).Stream(Purpose::kExact, 0, b);
    Vector log_weight(kDraws);
    for (double& value : log_weight) {
      value = kSpread * stream.Normal() - 0.5 * kSpread * kSpread;
    }
    const ImportanceEvidence evidence = EstimateImportanceEvidence(log_weight);
    const double z = std::exp(evidence.log_evidence);
    sum += z;
    square += (z - 1) * (z - 1);
    normalized_square +=
        std::pow(evidence.log_evidence / evidence.standard_error, 2);
  }
  EXPECT_LT(std::abs(sum / kBatches - 1), 4 * std::sqrt(square) / kBatches);
  // The mean square of normalised errors is one up to sqrt(2 / batches); the
  // log's curvature adds a little.
  EXPECT_NEAR(
      normalized_square / kBatches, 1, 4 * std::sqrt(2.0 / kBatches) + 0.03);
}

}  // namespace
}  // namespace ttflow
