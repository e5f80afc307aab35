// ResamplerConformance: what every ResamplingScheme promises. A new scheme only
// adds itself to an INSTANTIATE_TEST_SUITE_P. Include in one source a binary.

#ifndef TTFLOW_TESTS_CONFORMANCE_RESAMPLER_CONFORMANCE_H_
#define TTFLOW_TESTS_CONFORMANCE_RESAMPLER_CONFORMANCE_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "core/foundation/random.h"
#include "core/particles/resampling.h"
#include "core/particles/weights.h"
#include "tests/conformance/goodness_of_fit.h"

namespace ttflow {

class ResamplerConformance : public testing::TestWithParam<ResamplingScheme> {
 protected:
  static std::vector<Index> Draw(const Vector& log_weight,
                                 Index num_draws,
                                 const RandomKey& key) {
    return DrawAncestors(GetParam(), log_weight, num_draws, key);
  }

  static RandomKey Key(std::uint32_t run) {
    return RandomKey(2024).AtStage(0, run);
  }

  // Chi-squared of the ancestor at a random place of each of `runs` independent
  // resamplings: exactly multinomial with the weights where counts are
  // unbiased.
  static double ChiSquared(const Vector& log_weight,
                           Index num_draws,
                           std::uint32_t runs) {
    const Vector weights = NormalizedWeights(log_weight);
    RandomStream place = RandomKey(99).Stream(Purpose::kExact, 0, 0);
    Vector count = Vector::Zero(weights.size());
    for (std::uint32_t run = 0; run < runs; ++run) {
      const std::vector<Index> ancestors =
          Draw(log_weight, num_draws, Key(run));
      ++count[ancestors[place.Below(ancestors.size())]];
    }
    double sum = 0;
    for (Index i = 0; i < weights.size(); ++i) {
      const double expected = runs * weights[i];
      if (expected == 0) continue;
      sum += (count[i] - expected) * (count[i] - expected) / expected;
    }
    return sum;
  }

  const double infinity_ = std::numeric_limits<double>::infinity();
  // Weights of very different size, one of them zero, far from normalised.
  const Vector uneven_{
      {-1000.0, -1001.3, -infinity_, -1004.0, -999.2, -1000.1}};
};

TEST_P(ResamplerConformance, CountsAreUnbiased) {
  const double degrees_of_freedom = 4;  // five weights that are not zero
  EXPECT_LT(ChiSquared(uneven_, 6, 40000), ChiSquaredBound(degrees_of_freedom));
  EXPECT_LT(ChiSquared(uneven_, 17, 40000),
            ChiSquaredBound(degrees_of_freedom));
  EXPECT_LT(ChiSquared(uneven_, 1, 40000), ChiSquaredBound(degrees_of_freedom));
}

TEST_P(ResamplerConformance, EqualWeightsAreUnbiasedToo) {
  EXPECT_LT(ChiSquared(Vector::Zero(7), 5, 40000), ChiSquaredBound(6));
  EXPECT_LT(ChiSquared(Vector::Zero(7), 7, 40000), ChiSquaredBound(6));
}

TEST_P(ResamplerConformance, AncestorsAscendAndHaveWeight) {
  for (std::uint32_t run = 0; run < 200; ++run) {
    const std::vector<Index> ancestors = Draw(uneven_, 50, Key(run));
    ASSERT_EQ(ancestors.size(), 50U);
    EXPECT_TRUE(std::is_sorted(ancestors.begin(), ancestors.end()));
    for (const Index a : ancestors) {
      ASSERT_GE(a, 0);
      ASSERT_LT(a, uneven_.size());
      EXPECT_NE(a, 2);
    }
  }
}

TEST_P(ResamplerConformance, TheOnlyFiniteWeightTakesAll) {
  for (const Index alive : {0, 3, 9}) {
    Vector log_weight = Vector::Constant(10, -infinity_);
    log_weight[alive] = -5000;
    for (const Index a : Draw(log_weight, 20, Key(1))) EXPECT_EQ(a, alive);
  }
}

TEST_P(ResamplerConformance, NoDrawsAreNoAncestors) {
  EXPECT_TRUE(Draw(uneven_, 0, Key(1)).empty());
}

TEST_P(ResamplerConformance, DependsOnTheKeyAndOnWeightsUpToAFactor) {
  const Vector shifted = uneven_.array() + 1024;
  bool differs = false;
  for (std::uint32_t run = 0; run < 20; ++run) {
    EXPECT_EQ(Draw(uneven_, 40, Key(run)), Draw(uneven_, 40, Key(run)));
    EXPECT_EQ(Draw(uneven_, 40, Key(run)), Draw(shifted, 40, Key(run)));
    differs |= Draw(uneven_, 40, Key(run)) != Draw(uneven_, 40, Key(run + 20));
  }
  EXPECT_TRUE(differs);
}

}  // namespace ttflow

#endif  // TTFLOW_TESTS_CONFORMANCE_RESAMPLER_CONFORMANCE_H_
