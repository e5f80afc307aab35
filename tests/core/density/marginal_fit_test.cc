#include "core/density/marginal_fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "core/foundation/random.h"
#include "core/math/quadrature.h"

namespace ttflow {
namespace {

constexpr Index kPoints = 1500;

// Normal points of standard deviation `scale` [kPoints, d].
Matrix NormalPoints(Index d, double scale, std::uint64_t seed) {
  Matrix x(kPoints, d);
  for (Index i = 0; i < kPoints; ++i) {
    RandomStream stream = RandomKey(seed).Stream(Purpose::kExact, 0, i);
    for (Index k = 0; k < d; ++k) x(i, k) = scale * stream.Normal();
  }
  return x;
}

Vector Equal() {
  return Vector::Constant(kPoints, 1 / static_cast<double>(kPoints));
}

// log of int exp(-energy).
double LogIntegral(const std::function<double(double)>& energy) {
  const QuadratureRule rule = CompositeGaussLegendre(400, 8, -8, 8);
  double sum = 0;
  for (Index i = 0; i < rule.nodes.size(); ++i) {
    sum += rule.weights[i] * std::exp(-energy(rule.nodes[i]));
  }
  return std::log(sum);
}

// A regression that nearly explains the gradients starts the fit, and a few
// wild ones at an end of the range may make it grow there without bound.
TEST(FitMarginals, WildGradientsAtAnEndDoNotCarryTheMassAway) {
  Matrix u = NormalPoints(1, 1, 5);
  Matrix gradient = u;
  const double edge = u.maxCoeff();
  for (Index i = 0; i < kPoints; ++i) {
    if (u(i, 0) > 2.4) gradient(i, 0) = -60 * (u(i, 0) - 2.4) / (edge - 2.4);
  }
  const Vector weights = Equal();
  const auto fits = FitMarginals({u, weights, gradient, weights}, Executor(1));
  const Marginal& marginal = fits[0].marginal;
  double mean = 0;
  for (Index i = 0; i < kPoints; ++i) {
    mean += weights[i] * marginal.LogDensity(marginal.Locate(u(i, 0)));
  }
  // A standard normal has -1.42.
  EXPECT_GT(mean, -3);
}

// A quartic double well has a cubic score, which the spline holds: points of
// any density determine it.
TEST(FitMarginals, GradientsAloneDetermineADoubleWell) {
  const auto energy = [](double u) {
    return 0.25 * std::pow(u, 4) - u * u - 0.2 * u;
  };
  const Matrix u = NormalPoints(1, 2, 1);
  const Matrix gradient = (u.array().cube() - 2 * u.array() - 0.2).matrix();
  const Vector weights = Equal();
  const auto fits = FitMarginals(
      {u, weights, gradient, weights, /*use_counts=*/false}, Executor(1));
  ASSERT_EQ(fits.size(), 1u);
  EXPECT_GT(fits[0].gradient_r2, 0.999);
  const Marginal& marginal = fits[0].marginal;
  const double log_integral = LogIntegral(energy);
  // The rest is the tables' resolution, step^2 / 12 times the curvature of log
  // p: large only where p is small.
  double square = 0;
  for (double x = -3.3; x <= 3.3; x += 0.01) {
    const double log_density = -energy(x) - log_integral;
    const double error = marginal.LogDensity(marginal.Locate(x)) - log_density;
    EXPECT_LT(std::abs(error), log_density > -6 ? 1e-2 : 3e-2) << x;
    square += 0.01 * std::exp(log_density) * error * error;
  }
  EXPECT_LT(std::sqrt(square), 2e-3);
}

TEST(FitMarginals, CountsAloneRecoverANormal) {
  const Matrix u = (NormalPoints(1, 0.5, 2).array() + 3).matrix();
  const Matrix gradient = Matrix::Zero(kPoints, 1);
  const Vector none = Vector::Zero(kPoints);
  const Vector weights = Equal();
  const auto fits =
      FitMarginals({u, weights, gradient, none, true}, Executor(1));
  const Marginal& marginal = fits[0].marginal;
  double divergence = 0;  // Kullback-Leibler, from the normal
  const QuadratureRule rule = CompositeGaussLegendre(100, 8, -5, 5);
  for (Index i = 0; i < rule.nodes.size(); ++i) {
    const double z = rule.nodes[i];
    const double log_normal =
        -0.5 * z * z - 0.5 * std::log(2 * M_PI) - std::log(0.5);
    const double log_fit = marginal.LogDensity(marginal.Locate(3 + 0.5 * z));
    divergence +=
        rule.weights[i] * 0.5 * std::exp(log_normal) * (log_normal - log_fit);
  }
  // About (parameters in use) / 2 N; 16 coefficients would be .005.
  EXPECT_LT(divergence, 0.006);
  EXPECT_GT(divergence, -1e-4);
}

// Weights make another density of the points: here N(1, 1) from N(0, 4).
TEST(FitMarginals, WeightsCount) {
  const Matrix u = NormalPoints(1, 2, 3);
  Vector weights =
      (-0.5 * (u.array() - 1).square() + u.array().square() / 8).exp();
  weights /= weights.sum();
  const Matrix gradient = Matrix::Zero(kPoints, 1);
  const Vector none = Vector::Zero(kPoints);
  const auto fits =
      FitMarginals({u, weights, gradient, none, true}, Executor(1));
  const Marginal& marginal = fits[0].marginal;
  EXPECT_NEAR(marginal.Quantile(0.5), 1, 0.15);
  EXPECT_NEAR(marginal.Quantile(0.8413), 2, 0.2);
}

// f = (u0^2 - 1)^2 + u1^2 + u2^2 + u1 u2 + cos(u0): only 1 and 2 are coupled.
TEST(FitMarginals, ToldApartIsWhatIsCoupled) {
  const Matrix u = NormalPoints(3, 1, 4);
  Matrix gradient(kPoints, 3);
  gradient.col(0) = 4 * u.array().col(0) * (u.array().col(0).square() - 1) -
                    u.array().col(0).sin();
  gradient.col(1) = 2 * u.col(1) + u.col(2);
  gradient.col(2) = 2 * u.col(2) + u.col(1);
  const Vector weights = Equal();
  const auto fits =
      FitMarginals({u, weights, gradient, weights, false}, Executor(2));
  EXPECT_GT(fits[0].gradient_r2, 0.999);
  // E[g1 | u1] = 2 u1 explains 4 of the variance of 5.
  EXPECT_NEAR(fits[1].gradient_r2, 0.8, 0.04);
  EXPECT_NEAR(fits[2].gradient_r2, 0.8, 0.04);
}

// E[g_k | u_k] = -(log p_k)' for any density: the marginal of a coupled one.
TEST(FitMarginals, GradientsAndCountsOfACoupledNormalGiveItsMarginal) {
  constexpr double kRho = 0.8;
  const Matrix z = NormalPoints(2, 1, 5);
  Matrix u = z;
  u.col(1) = kRho * z.col(0) + std::sqrt(1 - kRho * kRho) * z.col(1);
  const Matrix precision = Matrix{{1, -kRho}, {-kRho, 1}} / (1 - kRho * kRho);
  const Matrix gradient = u * precision;
  const Vector weights = Equal();
  const auto fits =
      FitMarginals({u, weights, gradient, weights, true}, Executor(1));
  for (const MarginalFit& fit : fits) {
    for (double x = -2; x <= 2; x += 0.1) {
      EXPECT_NEAR(fit.marginal.LogDensity(fit.marginal.Locate(x)),
                  -0.5 * x * x - 0.5 * std::log(2 * M_PI),
                  0.12)
          << x;
    }
  }
}

TEST(FitMarginals, APointMassIsNoFault) {
  const Matrix u = Matrix::Constant(kPoints, 1, 2.5);
  const Matrix gradient = Matrix::Zero(kPoints, 1);
  const Vector weights = Equal();
  const auto fits =
      FitMarginals({u, weights, gradient, weights, true}, Executor(1));
  EXPECT_TRUE(fits[0].marginal.log_density().allFinite());
  EXPECT_NEAR(fits[0].marginal.Quantile(0.5), 2.5, 1e-3);
}

TEST(FitMarginals, SameBytesForAnyNumberOfThreads) {
  const Matrix u = NormalPoints(5, 1, 6);
  const Matrix gradient = u;
  const Vector weights = Equal();
  const auto one = FitMarginals({u, weights, gradient, weights}, Executor(1));
  const auto two = FitMarginals({u, weights, gradient, weights}, Executor(2));
  for (std::size_t k = 0; k < 5; ++k) {
    EXPECT_EQ(one[k].marginal.log_density(), two[k].marginal.log_density());
    EXPECT_EQ(one[k].marginal.lower(), two[k].marginal.lower());
    EXPECT_EQ(one[k].gradient_r2, two[k].gradient_r2);
  }
}

}  // namespace
}  // namespace ttflow
