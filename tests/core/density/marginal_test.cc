#include "core/density/marginal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/foundation/random.h"
#include "core/math/quadrature.h"
#include "tests/conformance/goodness_of_fit.h"
#include "tests/core/density/random_squared_train.h"

namespace ttflow {
namespace {

double DensityAt(const Marginal& marginal, double u) {
  return std::exp(marginal.LogDensity(marginal.Locate(u)));
}

// Integral of the density up to u, cell by cell, where it is smooth.
double IntegralTo(const Marginal& marginal, double u) {
  double sum = 0;
  for (Index j = 0; j < marginal.num_cells(); ++j) {
    const double begin =
        marginal.lower() + marginal.width() * static_cast<double>(j);
    const double end = std::min(u, begin + marginal.width());
    if (end <= begin) break;
    const QuadratureRule rule = CompositeGaussLegendre(6, 8, begin, end);
    for (Index i = 0; i < rule.nodes.size(); ++i) {
      sum += rule.weights[i] * DensityAt(marginal, rule.nodes[i]);
    }
  }
  return sum;
}

// Rises by nine nats over five cells, with one flat to the last bit.
Marginal Steep() {
  return Marginal(-1, 0.4, Vector{{3, 3, 12, 7, 7 + 1e-9, -2}});
}

TEST(Marginal, IsNormalised) {
  for (const Marginal& marginal : {BumpyMarginal(0, 48), Steep()}) {
    EXPECT_NEAR(IntegralTo(marginal, marginal.upper()), 1, 1e-12);
    EXPECT_NEAR(marginal.mass().sum(), 1, 1e-14);
    EXPECT_NEAR(marginal.cumulative()[marginal.num_cells()], 1, 1e-14);
    EXPECT_EQ(marginal.cumulative()[0], 0);
  }
}

TEST(Marginal, ManyNatsAreNoMatter) {
  const Marginal same(-1, 0.4, Steep().log_density().array() - 5000);
  EXPECT_LT((same.log_density() - Steep().log_density()).cwiseAbs().maxCoeff(),
            1e-11);
}

TEST(Marginal, OneCellIsUniformOrExponential) {
  const Marginal uniform(2, 4, Vector{{0, 0}});
  EXPECT_NEAR(uniform.Quantile(0.25), 3, 1e-14);
  EXPECT_NEAR(DensityAt(uniform, 5.9), 0.25, 1e-15);
  // Density e^-u / (1 - e^-2) on [0, 2].
  const Marginal exponential(0, 2, Vector{{0, -2}});
  EXPECT_NEAR(
      exponential.Quantile(0.3), -std::log1p(-0.3 * -std::expm1(-2.0)), 1e-14);
  EXPECT_NEAR(
      DensityAt(exponential, 1), std::exp(-1) / -std::expm1(-2.0), 1e-14);
}

TEST(Marginal, QuantileInvertsTheDistributionFunction) {
  for (const Marginal& marginal : {BumpyMarginal(1, 48), Steep()}) {
    for (double p = 0.001; p < 1; p += 0.0173) {
      EXPECT_NEAR(IntegralTo(marginal, marginal.Quantile(p)), p, 1e-11);
    }
    EXPECT_GE(marginal.Quantile(1e-300), marginal.lower());
    EXPECT_LE(marginal.Quantile(1 - 1e-16), marginal.upper());
  }
}

TEST(Marginal, DrawsHaveTheDistribution) {
  const Marginal marginal = BumpyMarginal(2, 48);
  constexpr Index kDraws = 20000;
  RandomStream stream = RandomKey(3).Stream(Purpose::kBase, 0, 0);
  Vector draws(kDraws);
  for (double& draw : draws) draw = marginal.Quantile(stream.Uniform());
  EXPECT_LT(KolmogorovSmirnovDistance(
                draws, [&](double u) { return IntegralTo(marginal, u); }),
            KolmogorovSmirnovBound(kDraws));
}

TEST(Marginal, QuantileInCellStaysThere) {
  const Marginal marginal = Steep();
  for (Index j = 0; j < marginal.num_cells(); ++j) {
    const double begin =
        marginal.lower() + marginal.width() * static_cast<double>(j);
    EXPECT_NEAR(marginal.QuantileInCell(j, 0), begin, 1e-12);
    EXPECT_NEAR(marginal.QuantileInCell(j, 1), begin + marginal.width(), 1e-12);
    const double u = marginal.QuantileInCell(j, 0.4);
    EXPECT_NEAR(IntegralTo(marginal, u),
                marginal.cumulative()[j] + 0.4 * marginal.mass()[j],
                1e-11);
  }
}

TEST(Marginal, LocatesEdgesAndWhatIsOutside) {
  const Marginal marginal(-1, 0.5, Vector{{1, 2, 3, 0, 1}});  // to 1
  const auto expect = [&](double u, Index cell, double fraction, bool inside) {
    const CellPosition place = marginal.Locate(u);
    EXPECT_EQ(place.cell, cell) << u;
    EXPECT_NEAR(place.fraction, fraction, 1e-14) << u;
    EXPECT_EQ(place.inside, inside) << u;
  };
  expect(-1, 0, 0, true);
  expect(-0.5, 1, 0, true);
  expect(0.125, 2, 0.25, true);
  expect(1, 3, 1, true);
  expect(-1.001, 0, 0, false);
  expect(1.001, 3, 1, false);
  const double inf = std::numeric_limits<double>::infinity();
  expect(inf, 3, 1, false);
  expect(-inf, 0, 0, false);
  expect(std::nan(""), 0, 0, false);
  EXPECT_EQ(marginal.LogDensity(marginal.Locate(1.001)), -inf);
  EXPECT_EQ(marginal.LogDensity(marginal.Locate(std::nan(""))), -inf);
  // Continuous from cell to cell.
  EXPECT_NEAR(DensityAt(marginal, 0.5 - 1e-9), DensityAt(marginal, 0.5), 1e-7);
}

TEST(Marginal, ScoreIsTheSlopeBetweenMiddlesOfCells) {
  // log q = -u^2 / 2 + const at the edges: the slope is -u to rounding at the
  // middles and interpolated between them.
  const Index cells = 40;
  Vector log_density(cells + 1);
  for (Index j = 0; j <= cells; ++j) {
    const double u = -4 + 0.2 * static_cast<double>(j);
    log_density[j] = -0.5 * u * u;
  }
  const Marginal marginal(-4, 0.2, log_density);
  for (double u = -3.88; u < 3.88; u += 0.037) {
    EXPECT_NEAR(marginal.Score(marginal.Locate(u)), -u, 1e-10);
  }
  // Outside that of the nearest end.
  EXPECT_NEAR(marginal.Score(marginal.Locate(9)),
              marginal.Score(marginal.Locate(4)),
              1e-12);
}

TEST(Marginal, FromNormalizedIsTheSameToTheBit) {
  for (const Marginal& marginal : {BumpyMarginal(1, 48), Steep()}) {
    const Marginal same = Marginal::FromNormalized(
        marginal.lower(), marginal.width(), marginal.log_density());
    EXPECT_EQ(same.log_density(), marginal.log_density());
    EXPECT_EQ(same.mass(), marginal.mass());
    EXPECT_EQ(same.cumulative(), marginal.cumulative());
    EXPECT_EQ(same.Quantile(0.37), marginal.Quantile(0.37));
    EXPECT_EQ(same.upper(), marginal.upper());
  }
}

TEST(MarginalDeathTest, RefusesWhatIsNoDensity) {
  EXPECT_DEATH(Marginal(0, 0, Vector{{1, 2}}), "");
  EXPECT_DEATH(Marginal(0, 1, Vector{{1}}), "");
  EXPECT_DEATH(Marginal(0, 1, Vector{{1, std::nan("")}}), "");
}

TEST(MixMarginals, IsTheMixtureAtTheEdges) {
  const Marginal a = BumpyMarginal(0, 200);
  const Marginal b(-7, 0.1, Vector::Zero(141));  // uniform on [-7, 7]
  const Marginal mixed = MixMarginals(a, b, 0.3);
  EXPECT_LE(mixed.lower(), -7);
  EXPECT_GE(mixed.upper(), 7 - 1e-12);
  EXPECT_NEAR(mixed.mass().sum(), 1, 1e-13);
  for (Index j = 0; j <= mixed.num_cells(); ++j) {
    const double u = mixed.lower() + mixed.width() * static_cast<double>(j);
    EXPECT_NEAR(std::exp(mixed.log_density()[j]),
                0.7 * DensityAt(a, u) + 0.3 * DensityAt(b, u),
                2e-3);
  }
}

TEST(MixMarginals, OfItselfIsItself) {
  const Marginal a = BumpyMarginal(0, 48);
  const Marginal same = MixMarginals(a, a, 0.3);
  EXPECT_EQ(same.num_cells(), a.num_cells());
  EXPECT_LT((same.log_density() - a.log_density()).cwiseAbs().maxCoeff(),
            1e-12);
}

TEST(MixMarginals, KnowsNothingBetweenRangesThatDoNotMeet) {
  const Marginal a(0, 0.1, Vector::Zero(11));
  const Marginal b(3, 0.1, Vector::Zero(11));
  const Marginal mixed = MixMarginals(a, b, 0.5);
  EXPECT_TRUE(mixed.log_density().allFinite());
  EXPECT_EQ(mixed.lower(), 0);
  EXPECT_NEAR(mixed.upper(), 4, 1e-12);
}

}  // namespace
}  // namespace ttflow
