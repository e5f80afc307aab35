#include "core/particles/resampling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/particles/weights.h"
#include "tests/conformance/resampler_conformance.h"

namespace ttflow {
namespace {

INSTANTIATE_TEST_SUITE_P(AllSchemes,
                         ResamplerConformance,
                         testing::Values(ResamplingScheme::kSystematic,
                                         ResamplingScheme::kStratified,
                                         ResamplingScheme::kResidual,
                                         ResamplingScheme::kMultinomial),
                         [](const auto& info) {
                           switch (info.param) {
                             case ResamplingScheme::kSystematic:
                               return "Systematic";
                             case ResamplingScheme::kStratified:
                               return "Stratified";
                             case ResamplingScheme::kResidual:
                               return "Residual";
                             default:
                               return "Multinomial";
                           }
                         });

constexpr int kRuns = 5000;
const Vector kLogWeight{{0.0, -0.5, -3.0, 1.0, 0.2, -1.0, 0.9}};

// Counts [kRuns, N] of independent resamplings of kLogWeight into `num_draws`.
Matrix Counts(ResamplingScheme scheme, Index num_draws) {
  Matrix counts = Matrix::Zero(kRuns, kLogWeight.size());
  for (int run = 0; run < kRuns; ++run) {
    const RandomKey key =
        RandomKey(3).AtStage(0, static_cast<std::uint32_t>(run));
    for (const Index a : DrawAncestors(scheme, kLogWeight, num_draws, key)) {
      ++counts(run, a);
    }
  }
  return counts;
}

TEST(ResamplingTest, SystematicCountsDifferFromTheirMeanByLessThanOne) {
  const Vector mean = 11 * NormalizedWeights(kLogWeight);
  const Matrix counts = Counts(ResamplingScheme::kSystematic, 11);
  EXPECT_LT((counts.rowwise() - mean.transpose()).cwiseAbs().maxCoeff(),
            1 + 1e-9);
}

TEST(ResamplingTest, StratifiedCountsDifferFromTheirMeanByLessThanTwo) {
  const Vector mean = 11 * NormalizedWeights(kLogWeight);
  const Matrix counts = Counts(ResamplingScheme::kStratified, 11);
  const double largest =
      (counts.rowwise() - mean.transpose()).cwiseAbs().maxCoeff();
  EXPECT_LT(largest, 2 + 1e-9);
  // And is not the systematic scheme under another name.
  EXPECT_GT(largest, 1);
}

TEST(ResamplingTest, ResidualCountsReachTheWholePartOfTheirMean) {
  const Vector mean = 11 * NormalizedWeights(kLogWeight);
  const Matrix counts = Counts(ResamplingScheme::kResidual, 11);
  for (int run = 0; run < kRuns; ++run) {
    for (Index i = 0; i < mean.size(); ++i) {
      ASSERT_GE(counts(run, i), std::floor(mean[i]));
    }
  }
}

// (n_i - M w_i)^2 has the mean M w_i (1 - w_i).
TEST(ResamplingTest, MultinomialCountsHaveTheBinomialVariance) {
  const Vector weights = NormalizedWeights(kLogWeight);
  const Matrix counts = Counts(ResamplingScheme::kMultinomial, 11);
  for (Index i = 0; i < weights.size(); ++i) {
    const Vector square = (counts.col(i).array() - 11 * weights[i]).square();
    EXPECT_LT(std::abs(ZScore(square, 11 * weights[i] * (1 - weights[i]))),
              kFalseAlarmZ);
  }
}

TEST(ResamplingTest, EveryOtherSchemeVariesLessThanMultinomial) {
  const Vector mean = 11 * NormalizedWeights(kLogWeight);
  const auto spread = [&](ResamplingScheme scheme) {
    return (Counts(scheme, 11).rowwise() - mean.transpose()).squaredNorm();
  };
  const double multinomial = spread(ResamplingScheme::kMultinomial);
  EXPECT_LT(spread(ResamplingScheme::kSystematic), 0.5 * multinomial);
  EXPECT_LT(spread(ResamplingScheme::kStratified), 0.6 * multinomial);
  EXPECT_LT(spread(ResamplingScheme::kResidual), 0.8 * multinomial);
}

TEST(ResamplingTest, SystematicKeepsEqualWeightsAsTheyAre) {
  const std::vector<Index> ancestors =
      DrawAncestors(ResamplingScheme::kSystematic,
                    Vector::Constant(1000, -7.5),
                    1000,
                    RandomKey(8));
  for (Index i = 0; i < 1000; ++i)
    EXPECT_EQ(ancestors[static_cast<size_t>(i)], i);
}

// Of 5000 drawn counts, groups of one or several particles each; the relative
// error of a variance is about .02.
TEST(ResamplingTest, NoiseIsTheVarianceOfTheGroupsCounts) {
  const Vector weights = NormalizedWeights(kLogWeight);
  const std::vector<std::vector<std::int32_t>> groupings = {
      {0, 1, 2, 3, 4, 5, 6}, {2, 2, 4, 5, 5, 5, 6}};
  for (const std::vector<std::int32_t>& eve : groupings) {
    Matrix join = Matrix::Zero(7, 7);
    for (Index i = 0; i < 7; ++i) join(i, eve[static_cast<size_t>(i)]) = 1;
    const double even = (join.transpose() * weights).squaredNorm();
    for (const Index num_draws : {5, 7, 100}) {
      for (const ResamplingScheme scheme : {ResamplingScheme::kSystematic,
                                            ResamplingScheme::kStratified,
                                            ResamplingScheme::kResidual,
                                            ResamplingScheme::kMultinomial}) {
        const Matrix counts = Counts(scheme, num_draws) * join;
        const double variance =
            (counts.rowwise() - counts.colwise().mean()).squaredNorm() / kRuns;
        const double noise =
            ResamplingNoise(scheme, kLogWeight, eve, num_draws);
        EXPECT_NEAR(noise * static_cast<double>(num_draws) * (1 - even),
                    variance,
                    0.1 * variance);
      }
    }
  }
}

TEST(ResamplingTest, ThereIsNoNoiseWhereNothingIsLeftToChance) {
  const std::vector<std::int32_t> own = {0, 1, 2, 3};
  EXPECT_NEAR(
      ResamplingNoise(ResamplingScheme::kSystematic, Vector::Zero(4), own, 4),
      0,
      1e-12);
  EXPECT_EQ(
      ResamplingNoise(
          ResamplingScheme::kSystematic, Vector{{0, 1, 2, 3}}, {1, 1, 1, 1}, 4),
      0);
}

TEST(ResamplingDeathTest, NoFiniteWeightIsABrokenInvariant) {
  const Vector log_weight = Vector::Constant(3, -HUGE_VAL);
  EXPECT_DEATH(
      DrawAncestors(ResamplingScheme::kSystematic, log_weight, 3, RandomKey(1)),
      "check failed");
}

}  // namespace
}  // namespace ttflow
