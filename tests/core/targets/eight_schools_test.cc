#include "core/targets/eight_schools.h"

#include <cmath>
#include <numbers>

#include "core/math/log_sum_exp.h"
#include "core/math/quadrature.h"
#include "tests/conformance/goodness_of_fit.h"
#include "tests/core/targets/target_faults.h"
#include "tests/core/targets/test_targets.h"

namespace ttflow {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

constexpr double kEffects[] = {28, 8, -3, 7, -1, 1, 18, 12};
constexpr double kDeviations[] = {15, 10, 16, 11, 9, 11, 10, 18};
constexpr Index kDraws = 50000;

double LogNormal(double x, double mean, double variance) {
  return -0.5 * (x - mean) * (x - mean) / variance -
         0.5 * std::log(2 * std::numbers::pi * variance);
}

// log of the priors of mu and log tau.
double LogPrior(double mu, double log_tau) {
  const double tau = std::exp(log_tau);
  return LogNormal(mu, 0, 25) +
         std::log(2 / (5 * std::numbers::pi * (1 + tau * tau / 25))) + log_tau;
}

// log p(mu, log tau, y), the eight effects integrated out.
double LogMarginal(double mu, double log_tau) {
  double sum = LogPrior(mu, log_tau);
  for (int i = 0; i < 8; ++i) {
    const double variance =
        kDeviations[i] * kDeviations[i] + std::exp(2 * log_tau);
    sum += LogNormal(kEffects[i], mu, variance);
  }
  return sum;
}

TEST(EightSchoolsTest, EvidenceIsThatOfATwoDimensionalQuadrature) {
  const QuadratureRule mu = CompositeGaussLegendre(40, 8, -40, 50);
  const QuadratureRule log_tau = CompositeGaussLegendre(60, 8, -25, 8);
  Vector lines(mu.nodes.size());
  for (Index i = 0; i < mu.nodes.size(); ++i) {
    Vector line(log_tau.nodes.size());
    for (Index j = 0; j < line.size(); ++j) {
      line[j] = std::log(mu.weights[i] * log_tau.weights[j]) +
                LogMarginal(mu.nodes[i], log_tau.nodes[j]);
    }
    lines[i] = LogSumExp(line);
  }
  const double quadrature = LogSumExp(lines);
  EXPECT_NEAR(quadrature, -31.3113, 1e-3);
  EXPECT_NEAR(EightSchools(false).LogEvidence().value(), quadrature, 1e-8);
  EXPECT_NEAR(EightSchools(true).LogEvidence().value(), quadrature, 1e-8);
}

TEST(EightSchoolsTest, IsTheJointDensityOfItsDefinition) {
  Matrix effects(2, 10);
  effects << 3, 0.4, 5, -2, 1, 0, 7, 2, 3, 9,  //
      -1, -6, -1, -1.001, -1.002, -0.999, -1, -1, -0.998, -1;
  Matrix standard = effects;
  Vector expected(2);
  for (Index i = 0; i < 2; ++i) {
    const double tau = std::exp(effects(i, 1));
    double log_density = LogPrior(effects(i, 0), effects(i, 1));
    for (Index k = 0; k < 8; ++k) {
      const double theta = effects(i, 2 + k);
      standard(i, 2 + k) = (theta - effects(i, 0)) / tau;
      log_density +=
          LogNormal(theta, effects(i, 0), tau * tau) +
          LogNormal(kEffects[k], theta, kDeviations[k] * kDeviations[k]);
    }
    expected[i] = -log_density;
  }
  const Vector centered = Energies(EightSchools(true), effects);
  const Vector standardised = Energies(EightSchools(false), standard);
  for (Index i = 0; i < 2; ++i) {
    EXPECT_NEAR(centered[i], expected[i], 1e-11);
    // d theta = tau^8 d eta.
    EXPECT_NEAR(standardised[i], expected[i] - 8 * effects(i, 1), 1e-10);
  }
}

// No prior weighs so little, nor tau so much, that the energy is lost.
TEST(EightSchoolsTest, StaysFiniteFarOutInLogTau) {
  Matrix x = Matrix::Zero(2, 10);
  x.col(1) << -200, 200;
  const Vector energy = Energies(EightSchools(false), x);
  EXPECT_TRUE(energy.allFinite());
  EXPECT_NEAR(energy[0] - Energies(EightSchools(false),
                                   [] {
                                     Matrix y = Matrix::Zero(1, 10);
                                     y(0, 1) = -199;
                                     return y;
                                   }())[0],
              1,
              1e-10);
}

TEST(EightSchoolsTest, DrawsHaveThePosteriorOfMuAndLogTau) {
  const Matrix x = *EightSchools(false).SampleExactly(kDraws, RandomKey(1));
  EXPECT_LT(std::abs(ZScore(Vector((x.col(1).array() < -1.403).cast<double>()),
                            0.05)),
            kFalseAlarmZ);
  // The moments of the same quadrature; means of mu, log tau and their product.
  const QuadratureRule mu = CompositeGaussLegendre(40, 8, -40, 50);
  const QuadratureRule log_tau = CompositeGaussLegendre(60, 8, -25, 8);
  double total = 0;
  double mean_mu = 0;
  double mean_log_tau = 0;
  double mean_product = 0;
  for (Index i = 0; i < mu.nodes.size(); ++i) {
    for (Index j = 0; j < log_tau.nodes.size(); ++j) {
      const double a = mu.nodes[i];
      const double b = log_tau.nodes[j];
      const double mass =
          mu.weights[i] * log_tau.weights[j] * std::exp(LogMarginal(a, b) + 31);
      total += mass;
      mean_mu += mass * a;
      mean_log_tau += mass * b;
      mean_product += mass * a * b;
    }
  }
  EXPECT_NEAR(mean_log_tau / total, 0.802, 1e-3);
  EXPECT_LT(std::abs(ZScore(x.col(0), mean_mu / total)), kFalseAlarmZ);
  EXPECT_LT(std::abs(ZScore(x.col(1), mean_log_tau / total)), kFalseAlarmZ);
  const Vector product = x.col(0).cwiseProduct(x.col(1));
  EXPECT_LT(std::abs(ZScore(product, mean_product / total)), kFalseAlarmZ);
}

// The effects given mu and tau: standardised, they are normal and independent.
TEST(EightSchoolsTest, DrawsAreOnePosteriorInBothForms) {
  const Matrix standard =
      *EightSchools(false).SampleExactly(kDraws, RandomKey(6));
  const Matrix centered =
      *EightSchools(true).SampleExactly(kDraws, RandomKey(6));
  EXPECT_EQ(standard.leftCols(2), centered.leftCols(2));
  const Eigen::ArrayXd mu = standard.col(0);
  const Eigen::ArrayXd tau = standard.col(1).array().exp();
  for (const Index k : {0, 4, 7}) {
    const Vector theta = mu + tau * standard.col(2 + k).array();
    EXPECT_TRUE(theta.isApprox(centered.col(2 + k), 1e-12));
    const Eigen::ArrayXd ratio = tau / kDeviations[k];
    const Eigen::ArrayXd precision = 1 + ratio.square();
    const Eigen::ArrayXd mean =
        ratio * (kEffects[k] - mu) / kDeviations[k] / precision;
    const Vector score =
        (standard.col(2 + k).array() - mean) * precision.sqrt();
    EXPECT_LT(std::abs(ZScore(score, 0)), kFalseAlarmZ);
    EXPECT_LT(std::abs(ZScore(score.cwiseAbs2(), 1)), kFalseAlarmZ);
    EXPECT_LT(std::abs(ZScore(score.cwiseProduct(standard.col(1)), 0)),
              kFalseAlarmZ);
  }
}

TEST(EightSchoolsTest, NamesItsCoordinates) {
  const std::vector<std::string> names =
      EightSchools(true).Traits().coordinate_names;
  ASSERT_EQ(names.size(), 10u);
  EXPECT_EQ(names[1], "log_tau");
  EXPECT_EQ(names[9], "theta_8");
  EXPECT_EQ(EightSchools(false).Traits().coordinate_names[2], "eta_1");
}

TEST(EightSchoolsTest, RefusesWrongParameters) {
  EXPECT_THAT(Faults("eight_schools", 8, {}),
              ElementsAre(Fault("dimension", "has dimension 10")));
  EXPECT_THAT(
      Faults("eight_schools", 10, {{"centered", {0.5}}}),
      ElementsAre(Fault("parameters.centered", "0.5 is not an integer")));
  EXPECT_THAT(Faults("eight_schools", 9, {{"centered", {2}}, {"tau", {1}}}),
              UnorderedElementsAre(
                  Fault("dimension", "9, but eight_schools has dimension 10"),
                  Fault("parameters.centered", "2 is outside [0, 1]"),
                  Fault("parameters.tau", "no parameter of eight_schools")));
}

}  // namespace
}  // namespace ttflow
