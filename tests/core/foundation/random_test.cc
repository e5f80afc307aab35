#include "core/foundation/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/foundation/types.h"
#include "tests/conformance/goodness_of_fit.h"

namespace ttflow {
namespace {

constexpr Index kDraws = 100000;

double NormalCdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

// The all-zero answer of the Random123 distribution (kat_vectors, philox4x32
// 10).
TEST(RandomStreamTest, FirstBlockIsTheKnownAnswerOfPhilox) {
  RandomStream stream = RandomKey(0).Stream(static_cast<Purpose>(0), 0, 0);
  EXPECT_EQ(stream.Bits(), 0xe169c58d6627e8d5ULL);
  EXPECT_EQ(stream.Bits(), 0x9b00dbd8bc57ac4cULL);
}

TEST(RandomStreamTest, SameAddressGivesSameNumbers) {
  const RandomKey key = RandomKey(7).AtStage(2, 5);
  RandomStream a = key.Stream(Purpose::kMove, 3, 11);
  RandomStream b = RandomKey(7).AtStage(2, 5).Stream(Purpose::kMove, 3, 11);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.Bits(), b.Bits());
}

TEST(RandomStreamTest, EveryPartOfTheAddressMakesAnotherStream) {
  const RandomKey key(7);
  const std::uint64_t far = 1ULL << 31;
  RandomStream streams[] = {
      key.Stream(Purpose::kMove, 0, 0),
      key.Stream(Purpose::kBase, 0, 0),
      key.Stream(Purpose::kMove, 1, 0),
      key.Stream(Purpose::kMove, 0, 1),
      key.Stream(Purpose::kMove, 0, far),
      key.AtStage(1, 0).Stream(Purpose::kMove, 0, 0),
      key.AtStage(0, 1).Stream(Purpose::kMove, 0, 0),
      RandomKey(8).Stream(Purpose::kMove, 0, 0),
      RandomKey(7 + (1ULL << 32)).Stream(Purpose::kMove, 0, 0),
  };
  std::set<std::uint64_t> seen;
  for (RandomStream& stream : streams) {
    for (int i = 0; i < 10; ++i) seen.insert(stream.Bits());
  }
  EXPECT_EQ(seen.size(), std::size(streams) * 10);
}

TEST(RandomStreamTest, UniformIsUniformInTheOpenInterval) {
  RandomStream stream = RandomKey(1).Stream(Purpose::kExact, 0, 0);
  Vector draws(kDraws);
  for (double& draw : draws) draw = stream.Uniform();
  EXPECT_GT(draws.minCoeff(), 0);
  EXPECT_LT(draws.maxCoeff(), 1);
  EXPECT_LT(KolmogorovSmirnovDistance(draws, [](double x) { return x; }),
            KolmogorovSmirnovBound(kDraws));
}

TEST(RandomStreamTest, NormalIsNormalAlongAStream) {
  RandomStream stream = RandomKey(2).Stream(Purpose::kExact, 0, 0);
  Vector draws(kDraws);
  for (double& draw : draws) draw = stream.Normal();
  EXPECT_LT(KolmogorovSmirnovDistance(draws, NormalCdf),
            KolmogorovSmirnovBound(kDraws));
  // The two of one Box-Muller pair are independent.
  Vector products(kDraws / 2);
  for (Index i = 0; i < products.size(); ++i) {
    products[i] = draws[2 * i] * draws[2 * i + 1];
  }
  EXPECT_LT(std::abs(ZScore(products, 0)), kFalseAlarmZ);
}

// The engine reads a few numbers of each of many streams.
TEST(RandomStreamTest, NormalIsNormalAcrossStreams) {
  const RandomKey key(3);
  Vector draws(kDraws);
  Vector products(kDraws - 1);
  for (Index i = 0; i < kDraws; ++i) {
    draws[i] =
        key.Stream(Purpose::kMove, 4, static_cast<std::uint64_t>(i)).Normal();
  }
  EXPECT_LT(KolmogorovSmirnovDistance(draws, NormalCdf),
            KolmogorovSmirnovBound(kDraws));
  products = draws.head(kDraws - 1).cwiseProduct(draws.tail(kDraws - 1));
  EXPECT_LT(std::abs(ZScore(products, 0)), kFalseAlarmZ);
}

TEST(RandomStreamTest, GammaHasItsDistribution) {
  RandomStream stream = RandomKey(4).Stream(Purpose::kExact, 0, 0);
  // Shapes with a closed form: 1 and 2 on either side, 1/2 below the boost.
  const auto check = [&](double shape,
                         const std::function<double(double)>& cdf) {
    Vector draws(kDraws);
    for (double& draw : draws) draw = stream.Gamma(shape);
    EXPECT_GT(draws.minCoeff(), 0) << shape;
    EXPECT_LT(KolmogorovSmirnovDistance(draws, cdf),
              KolmogorovSmirnovBound(kDraws))
        << shape;
  };
  check(0.5, [](double x) { return std::erf(std::sqrt(x)); });
  check(1, [](double x) { return -std::expm1(-x); });
  check(2, [](double x) { return 1 - std::exp(-x) * (1 + x); });
  check(3, [](double x) { return 1 - std::exp(-x) * (1 + x + 0.5 * x * x); });
}

TEST(RandomStreamTest, BelowIsUniformOnTheIntegers) {
  RandomStream stream = RandomKey(5).Stream(Purpose::kExact, 0, 0);
  for (const std::uint64_t bound : {2ULL, 3ULL, 7ULL, 64ULL}) {
    Vector counts = Vector::Zero(static_cast<Index>(bound));
    for (Index i = 0; i < kDraws; ++i) {
      const std::uint64_t draw = stream.Below(bound);
      ASSERT_LT(draw, bound);
      counts[static_cast<Index>(draw)] += 1;
    }
    const double expected =
        static_cast<double>(kDraws) / static_cast<double>(bound);
    const double chi_squared =
        (counts.array() - expected).square().sum() / expected;
    EXPECT_LT(chi_squared, ChiSquaredBound(static_cast<double>(bound - 1)))
        << bound;
  }
}

TEST(RandomStreamTest, BelowRejectsTheIncompleteCycle) {
  RandomStream stream = RandomKey(6).Stream(Purpose::kExact, 0, 0);
  // A bound of 3 * 2^62: a plain remainder would fall below 2^62 half of the
  // time instead of a third.
  const std::uint64_t bound = 3ULL << 62;
  Vector low(kDraws);
  for (double& value : low) value = stream.Below(bound) < (1ULL << 62) ? 1 : 0;
  EXPECT_LT(std::abs(ZScore(low, 1.0 / 3)), kFalseAlarmZ);
  EXPECT_EQ(stream.Below(1), 0u);
}

}  // namespace
}  // namespace ttflow
