// Truths: log Z against published figures and closed forms; centres of the
// modes.

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>
#include <numbers>

#include "core/targets/gaussian.h"
#include "core/targets/gmm40_means.h"
#include "core/targets/rotated_many_well.h"
#include "tests/core/targets/test_targets.h"

namespace ttflow {
namespace {

double LogEvidence(std::string_view name,
                   Index dimension,
                   const ParameterValues& parameters = {}) {
  return MakeValidTarget(name, dimension, parameters)->LogEvidence().value();
}

TEST(TruthTest, ManyWell) {
  EXPECT_NEAR(LogEvidence("many_well", 2), 10.293479707, 1e-9);
  EXPECT_NEAR(LogEvidence("many_well", 32), 16 * 10.293479707, 2e-8);
  EXPECT_NEAR(LogEvidence("rotated_many_well", 16), 8 * 10.293479707, 1e-8);
}

TEST(TruthTest, CoupledWells) {
  EXPECT_NEAR(
      LogEvidence("coupled_wells", 8, {{"coupling", {0.1}}}), 73.854159, 1e-6);
  EXPECT_NEAR(
      LogEvidence("coupled_wells", 8, {{"coupling", {0.5}}}), 73.347883, 1e-6);
  EXPECT_NEAR(LogEvidence("coupled_wells", 16, {{"coupling", {0.1}}}),
              147.612456,
              1e-6);
  EXPECT_NEAR(LogEvidence("coupled_wells", 16, {{"coupling", {0.5}}}),
              146.652085,
              1e-6);
  EXPECT_NEAR(LogEvidence("coupled_wells", 32, {{"coupling", {0.1}}}),
              295.129048,
              1e-6);
  EXPECT_NEAR(LogEvidence("coupled_wells", 32, {{"coupling", {0.5}}}),
              293.260491,
              1e-6);
}

TEST(TruthTest, CoupledWellsNonQuadratic) {
  const ParameterValues other = {
      {"coupling", {0}}, {"quartic", {0.3}}, {"sine", {1}}};
  EXPECT_NEAR(LogEvidence("coupled_wells", 16, other), 121.712004, 1e-6);
  EXPECT_NEAR(LogEvidence("coupled_wells", 32, other), 241.883639, 1e-6);
}

// Without bonds the chain is a product; far from its end, every site adds the
// log of the transfer operator's largest eigenvalue.
TEST(TruthTest, CoupledWellsLimits) {
  const double one = LogEvidence("coupled_wells", 1);
  EXPECT_NEAR(
      LogEvidence("coupled_wells", 9, {{"coupling", {0}}}), 9 * one, 1e-10);
  const double third = LogEvidence("coupled_wells", 300);
  const double second = LogEvidence("coupled_wells", 200);
  const double first = LogEvidence("coupled_wells", 100);
  EXPECT_NEAR(third - second, second - first, 1e-9);
}

TEST(TruthTest, Mw54) { EXPECT_NEAR(LogEvidence("mw54", 5), -0.541056, 1e-6); }

TEST(TruthTest, NormalisedOnes) {
  EXPECT_EQ(LogEvidence("funnel", 10), 0);
  EXPECT_EQ(LogEvidence("gmm40", 2), 0);
  EXPECT_EQ(LogEvidence("gaussian_mixture", 2, {{"means", {-3, 0, 3, 0}}}), 0);
}

TEST(TruthTest, GaussianIsTheLogDeterminant) {
  for (const Index d : {1, 8, 16, 64}) {
    Matrix covariance(d, d);
    for (Index i = 0; i < d; ++i) {
      for (Index j = 0; j < d; ++j) {
        covariance(i, j) = std::pow(0.9, static_cast<double>(std::abs(i - j)));
      }
    }
    const double two_pi = 2 * std::numbers::pi;
    const double expected = 0.5 * (static_cast<double>(d) * std::log(two_pi) +
                                   std::log(covariance.determinant()));
    EXPECT_NEAR(LogEvidence("gaussian", d, {{"rho", {0.9}}}), expected, 1e-9)
        << d;
    EXPECT_NEAR(FullGaussian(Vector::Zero(d), covariance).LogEvidence().value(),
                expected,
                1e-9);
  }
}

// Both forms of a covariance std_i std_j rho^|i-j| are one energy.
TEST(TruthTest, GaussianChainIsTheFullGaussian) {
  const Vector mean{{0.5, -1.0, 2.0, 0.0}};
  const Vector deviations{{1.0, 0.2, 3.0, 0.7}};
  const double rho = -0.7;
  Matrix covariance(4, 4);
  for (Index i = 0; i < 4; ++i) {
    for (Index j = 0; j < 4; ++j) {
      covariance(i, j) = deviations[i] * deviations[j] *
                         std::pow(rho, static_cast<double>(std::abs(i - j)));
    }
  }
  const ChainGaussian chain(mean, deviations, rho);
  const FullGaussian full(mean, covariance);
  EXPECT_NEAR(*chain.LogEvidence(), *full.LogEvidence(), 1e-12);
  const Matrix x = Matrix::Random(20, 4);
  Vector chain_energy(20);
  Vector full_energy(20);
  NullInterrupter never;
  ASSERT_TRUE(chain.Evaluate(x, chain_energy, nullptr, never).ok());
  ASSERT_TRUE(full.Evaluate(x, full_energy, nullptr, never).ok());
  EXPECT_TRUE(chain_energy.isApprox(full_energy, 1e-12));
}

TEST(TruthTest, RotationIsOrthogonalAndFollowsItsSeed) {
  const Matrix q = RandomRotation(12, 5);
  EXPECT_LT((q.transpose() * q - Matrix::Identity(12, 12)).norm(), 1e-13);
  EXPECT_EQ(q, RandomRotation(12, 5));
  EXPECT_GT((q - RandomRotation(12, 6)).norm(), 0.1);
}

TEST(TruthTest, Gmm40MeansAreThePublishedOnes) {
  const Matrix means = Gmm40Means();
  ASSERT_EQ(means.rows(), 40);
  EXPECT_EQ(means(0, 0), 10.9569349857);
  EXPECT_EQ(means(39, 1), -3.1963888553);
  EXPECT_LE(means.cwiseAbs().maxCoeff(), 40);
}

class ModeCentersTest : public testing::TestWithParam<TargetCase> {};

TEST_P(ModeCentersTest, AreMinimaOfTheEnergy) {
  const std::shared_ptr<const Target> target = GetParam().Make();
  const Matrix centers = target->ModeCenters();
  // The means of a mixture are not quite where its density is highest.
  const bool exact = target->dimension() > 2 || GetParam().name == "gaussian";
  if (centers.size() == 0 || !exact) return;
  ASSERT_EQ(centers.cols(), target->dimension());
  Vector energy(centers.rows());
  Matrix gradient(centers.rows(), centers.cols());
  MatrixRef gradient_ref = gradient;
  NullInterrupter never;
  ASSERT_TRUE(target->Evaluate(centers, energy, &gradient_ref, never).ok());
  const bool mixture = GetParam().name == "gaussian_mixture" ||
                       GetParam().name == "student_mixture";
  const double tolerance = mixture ? 0.3 : 1e-10;
  EXPECT_LT(gradient.cwiseAbs().maxCoeff(), tolerance);
}

INSTANTIATE_TEST_SUITE_P(Targets,
                         ModeCentersTest,
                         testing::ValuesIn(TargetCases()),
                         TargetCaseName());

TEST(ModeCentersCountTest, ListsEveryMode) {
  EXPECT_EQ(MakeValidTarget("many_well", 2)->ModeCenters().rows(), 2);
  EXPECT_EQ(MakeValidTarget("many_well", 8)->ModeCenters().rows(), 16);
  EXPECT_EQ(MakeValidTarget("many_well", 10)->ModeCenters().size(), 0);
  EXPECT_EQ(MakeValidTarget("rotated_many_well", 4)->ModeCenters().rows(), 4);
  EXPECT_EQ(MakeValidTarget("mw54", 5)->ModeCenters().rows(), 32);
  EXPECT_EQ(MakeValidTarget("funnel", 10)->ModeCenters().size(), 0);
}

}  // namespace
}  // namespace ttflow
