// Exact draws against the energies whose draws they claim to be.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "core/math/quadrature.h"
#include "core/math/standard_normal.h"
#include "core/targets/quartic_well.h"
#include "core/targets/rotated_many_well.h"
#include "tests/conformance/goodness_of_fit.h"
#include "tests/core/targets/test_targets.h"
#include "tests/sanitizers.h"

namespace ttflow {
namespace {

// The bounds below are by standard error, so they hold for any number.
constexpr Index kDraws = SanitizedSize<Index>(20000, 2000);

Matrix Draw(const Target& target,
            Index count = kDraws,
            std::uint64_t seed = 1) {
  const std::optional<Matrix> draws =
      target.SampleExactly(count, RandomKey(seed));
  EXPECT_TRUE(draws.has_value());
  return *draws;
}

// The distribution function of exp(-V) on the line, by a fine trapezoidal sum.
class TabulatedCdf {
 public:
  explicit TabulatedCdf(const std::function<double(double)>& log_density,
                        double reach) {
    const Index n = 20001;
    grid_ = Vector::LinSpaced(n, -reach, reach);
    cdf_ = Vector::Zero(n);
    for (Index i = 1; i < n; ++i) {
      cdf_[i] = cdf_[i - 1] + 0.5 * (std::exp(log_density(grid_[i - 1])) +
                                     std::exp(log_density(grid_[i])));
    }
    cdf_ /= cdf_[n - 1];
  }
  double operator()(double x) const {
    const double position = (x - grid_[0]) / (grid_[1] - grid_[0]);
    const Index i =
        std::clamp<Index>(static_cast<Index>(position), 0, grid_.size() - 2);
    const double fraction = position - static_cast<double>(i);
    return cdf_[i] + fraction * (cdf_[i + 1] - cdf_[i]);
  }

 private:
  Vector grid_;
  Vector cdf_;
};

double WellLogDensity(double x) {
  return -(x * (-0.5 + x * (-6 + x * x))) - 10;
}

// The cases with an exact sampler.
std::vector<TargetCase> SampledCases() {
  std::vector<TargetCase> cases;
  for (const TargetCase& c : TargetCases()) {
    if (c.Make()->SampleExactly(0, RandomKey(0)).has_value())
      cases.push_back(c);
  }
  return cases;
}

class ExactSamplerTest : public testing::TestWithParam<TargetCase> {};

// Integration by parts: under the density, E[dE/dx_k] = 0 and
// E[x_j dE/dx_k] = [j = k], for every energy that grows.
TEST_P(ExactSamplerTest, SatisfiesSteinsIdentities) {
  if (!GetParam().has_variances) GTEST_SKIP() << "no such moments";
  const std::shared_ptr<const Target> target = GetParam().Make();
  const Index d = target->dimension();
  const Matrix x = Draw(*target);
  Vector energy(kDraws);
  Matrix gradient(kDraws, d);
  MatrixRef gradient_ref = gradient;
  NullInterrupter never;
  ASSERT_TRUE(target->Evaluate(x, energy, &gradient_ref, never).ok());
  EXPECT_TRUE(energy.allFinite());
  for (Index k = 0; k < d; ++k) {
    EXPECT_LT(std::abs(ZScore(gradient.col(k), 0)), kFalseAlarmZ) << k;
    for (Index j = 0; j < d; ++j) {
      const Vector product = x.col(j).cwiseProduct(gradient.col(k));
      EXPECT_LT(std::abs(ZScore(product, j == k ? 1 : 0)), kFalseAlarmZ)
          << j << " " << k;
    }
  }
}

TEST_P(ExactSamplerTest, ADrawDependsOnTheSeedAndItsNumberAlone) {
  const std::shared_ptr<const Target> target = GetParam().Make();
  const Matrix few = Draw(*target, 10);
  EXPECT_TRUE(Draw(*target, 25).topRows(10).isApprox(few, 1e-13));
  EXPECT_FALSE(Draw(*target, 10, 2).isApprox(few, 1e-3));
  EXPECT_EQ(Draw(*target, 0).rows(), 0);
}

INSTANTIATE_TEST_SUITE_P(Targets,
                         ExactSamplerTest,
                         testing::ValuesIn(SampledCases()),
                         TargetCaseName());

TEST(ManyWellSamplerTest, HasTheMarginalsOfThePairs) {
  const Matrix x = Draw(*MakeValidTarget("many_well", 4), 100000);
  const TabulatedCdf well(WellLogDensity, 5);
  for (const Index k : {0, 2}) {
    EXPECT_LT(KolmogorovSmirnovDistance(x.col(k), well),
              KolmogorovSmirnovBound(x.rows()));
    EXPECT_LT(KolmogorovSmirnovDistance(x.col(k + 1), StandardNormalCdf),
              KolmogorovSmirnovBound(x.rows()));
    const Vector positive = (x.col(k).array() > 0).cast<double>();
    EXPECT_LT(std::abs(ZScore(positive, 0.844307)), kFalseAlarmZ);
    EXPECT_LT(std::abs(ZScore(x.col(k), 1.187961)), kFalseAlarmZ);
  }
}

TEST(RotatedManyWellSamplerTest, IsManyWellTurned) {
  const RotatedManyWell target(6, 4);
  const Matrix unrotated = Draw(target, 50000) * target.rotation();
  const TabulatedCdf well(WellLogDensity, 5);
  EXPECT_LT(KolmogorovSmirnovDistance(unrotated.col(2), well),
            KolmogorovSmirnovBound(50000));
  EXPECT_LT(KolmogorovSmirnovDistance(unrotated.col(3), StandardNormalCdf),
            KolmogorovSmirnovBound(50000));
}

// The whole law of two sites, by quadrature over the other one.
TEST(CoupledWellsSamplerTest, HasTheLawOfTwoSites) {
  const double coupling = 0.5;
  const Index count = SanitizedSize<Index>(50000, 5000);
  const Matrix x = Draw(
      *MakeValidTarget("coupled_wells", 2, {{"coupling", {coupling}}}), count);
  const QuadratureRule rule = CompositeGaussLegendre(60, 8, -5, 5);
  const auto log_marginal = [&](double a) {
    double sum = 0;
    for (Index i = 0; i < rule.nodes.size(); ++i) {
      const double b = rule.nodes[i];
      sum += rule.weights[i] *
             std::exp(WellLogDensity(b) - coupling * (a - b) * (a - b));
    }
    return WellLogDensity(a) + std::log(sum);
  };
  const TabulatedCdf marginal(log_marginal, 5);
  EXPECT_LT(KolmogorovSmirnovDistance(x.col(0), marginal),
            KolmogorovSmirnovBound(count));
  EXPECT_LT(KolmogorovSmirnovDistance(x.col(1), marginal),
            KolmogorovSmirnovBound(count));

  // The weight of each of the four quadrants.
  double quadrants[4] = {};
  double total = 0;
  for (Index i = 0; i < rule.nodes.size(); ++i) {
    for (Index j = 0; j < rule.nodes.size(); ++j) {
      const double a = rule.nodes[i];
      const double b = rule.nodes[j];
      const double mass = rule.weights[i] * rule.weights[j] *
                          std::exp(WellLogDensity(a) + WellLogDensity(b) -
                                   coupling * (a - b) * (a - b));
      quadrants[(a > 0 ? 1 : 0) + (b > 0 ? 2 : 0)] += mass;
      total += mass;
    }
  }
  double chi_squared = 0;
  for (int q = 0; q < 4; ++q) {
    const double expected = static_cast<double>(count) * quadrants[q] / total;
    const double found =
        static_cast<double>(((x.col(0).array() > 0) == ((q & 1) != 0) &&
                             (x.col(1).array() > 0) == ((q & 2) != 0))
                                .count());
    chi_squared += (found - expected) * (found - expected) / expected;
  }
  EXPECT_LT(chi_squared, ChiSquaredBound(3));
}

// Read backwards, the chain is the same chain.
TEST(CoupledWellsSamplerTest, HasTheSameLawFromBothEnds) {
  const Matrix x = Draw(
      *MakeValidTarget("coupled_wells", 12, {{"coupling", {0.3}}}), kDraws);
  for (const Index k : {0, 1, 4}) {
    const Index mirror = 11 - k;
    const Vector difference = (x.col(k).array() > 0).cast<double>() -
                              (x.col(mirror).array() > 0).cast<double>();
    EXPECT_LT(std::abs(ZScore(difference, 0)), kFalseAlarmZ) << k;
    EXPECT_LT(std::abs(ZScore(x.col(k) - x.col(mirror), 0)), kFalseAlarmZ) << k;
  }
  const Vector bonds =
      x.col(0).cwiseProduct(x.col(1)) - x.col(10).cwiseProduct(x.col(11));
  EXPECT_LT(std::abs(ZScore(bonds, 0)), kFalseAlarmZ);
}

TEST(Mw54SamplerTest, VisitsAllModesEqually) {
  const Matrix x = Draw(*MakeValidTarget("mw54", 0), 64000);
  Vector counts = Vector::Zero(32);
  for (Index i = 0; i < x.rows(); ++i) {
    Index mode = 0;
    for (Index k = 0; k < 5; ++k) mode += (x(i, k) > 0 ? 1 : 0) << k;
    counts[mode] += 1;
  }
  EXPECT_LT((counts.array() - 2000).square().sum() / 2000, ChiSquaredBound(31));
  const TabulatedCdf well([](double a) { return -(a * a - 4) * (a * a - 4); },
                          6);
  EXPECT_LT(KolmogorovSmirnovDistance(x.col(3), well),
            KolmogorovSmirnovBound(64000));
}

TEST(FunnelSamplerTest, HasANormalLogScale) {
  const Matrix x = Draw(*MakeValidTarget("funnel", 10), 50000);
  EXPECT_LT(KolmogorovSmirnovDistance(x.col(0) / 3, StandardNormalCdf),
            KolmogorovSmirnovBound(50000));
  const Vector scaled = x.col(7).array() * (-0.5 * x.col(0).array()).exp();
  EXPECT_LT(KolmogorovSmirnovDistance(scaled, StandardNormalCdf),
            KolmogorovSmirnovBound(50000));
  const Vector below = (x.col(0).array() < -4.935).cast<double>();
  EXPECT_LT(std::abs(ZScore(below, 0.05)), kFalseAlarmZ);
}

TEST(MixtureSamplerTest, HasItsWeights) {
  const Matrix x = Draw(*MakeValidTarget("gaussian_mixture",
                                         1,
                                         {{"means", {-20, 0, 20}},
                                          {"weights", {0.5, 0.3, 0.2}},
                                          {"std", {1, 2, 0.5}}}),
                        50000);
  const Vector left = (x.col(0).array() < -10).cast<double>();
  const Vector right = (x.col(0).array() > 10).cast<double>();
  EXPECT_LT(std::abs(ZScore(left, 0.5)), kFalseAlarmZ);
  EXPECT_LT(std::abs(ZScore(right, 0.2)), kFalseAlarmZ);
  const auto cdf = [](double a) {
    return 0.5 * StandardNormalCdf(a + 20) + 0.3 * StandardNormalCdf(a / 2) +
           0.2 * StandardNormalCdf((a - 20) / 0.5);
  };
  EXPECT_LT(KolmogorovSmirnovDistance(x.col(0), cdf),
            KolmogorovSmirnovBound(50000));
}

TEST(Gmm40SamplerTest, VisitsAllModesEqually) {
  const std::shared_ptr<const Target> target =
      MakeValidTarget("gmm40", 0, {{"std", {0.01}}});
  const Matrix centers = target->ModeCenters();
  ASSERT_EQ(centers.rows(), 40);
  const Matrix x = Draw(*target, 80000);
  Vector counts = Vector::Zero(40);
  for (Index i = 0; i < x.rows(); ++i) {
    Index nearest = 0;
    (centers.rowwise() - x.row(i)).rowwise().squaredNorm().minCoeff(&nearest);
    counts[nearest] += 1;
  }
  EXPECT_LT((counts.array() - 2000).square().sum() / 2000, ChiSquaredBound(39));
}

}  // namespace
}  // namespace ttflow
