#include "core/coordinates/triangular_fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/coordinates/conditional_fit.h"
#include "tests/core/coordinates/normal_rows.h"

namespace ttflow {
namespace {

Vector Equal(Index n) {
  return Vector::Constant(n, 1 / static_cast<double>(n));
}

// v ~ N(0, 9), x_i given v ~ N(0, exp(v)).
Matrix FunnelGradient(const Matrix& x) {
  Matrix gradient(x.rows(), x.cols());
  for (Index i = 0; i < x.rows(); ++i) {
    const double precision = std::exp(-x(i, 0));
    const auto rest = x.row(i).tail(x.cols() - 1);
    gradient.row(i).tail(x.cols() - 1) = precision * rest;
    gradient(i, 0) = x(i, 0) / 9 - 0.5 * precision * rest.squaredNorm() +
                     0.5 * static_cast<double>(x.cols() - 1);
  }
  return gradient;
}

// x_0 ~ N(0, 1), x_k given x_{k-1} ~ N(x_{k-1}^2, 1 / 4).
Matrix ValleyGradient(const Matrix& x) {
  Matrix gradient = Matrix::Zero(x.rows(), x.cols());
  gradient.col(0) = x.col(0);
  for (Index k = 1; k < x.cols(); ++k) {
    const Vector off = 4 * (x.col(k) - x.col(k - 1).cwiseAbs2());
    gradient.col(k) += off;
    gradient.col(k - 1) -= 2 * off.cwiseProduct(x.col(k - 1));
  }
  return gradient;
}

std::optional<TriangularMap> Find(const Matrix& x, const Matrix& gradient) {
  return FindTriangularMap(x, Equal(x.rows()), gradient, Executor(1));
}

// What the map is for: in y every changed coordinate is N(0, 1).
void ExpectStraight(const TriangularMap& map,
                    const Matrix& x,
                    const Matrix& gradient,
                    double tolerance) {
  EXPECT_LT(
      LargestMisfit(
          map, map.Apply(x), Equal(x.rows()), map.GradientForward(x, gradient)),
      tolerance);
}

TEST(TriangularFitTest, StraightensAFunnelEvenWhereItSawNothing) {
  for (const double scale : {0.3, 3.0, 20.0}) {
    Matrix x = NormalRows(1000, 6, 1);
    x.col(0) *= 3;
    x.rightCols(5) *= scale;
    const auto map = Find(x, FunnelGradient(x));
    ASSERT_TRUE(map.has_value());
    ASSERT_EQ(map->steps().size(), 5u);
    for (const TriangularStep& step : map->steps()) {
      EXPECT_EQ(step.driver, 0);
      EXPECT_TRUE(step.parents.empty());
    }
    Matrix far = NormalRows(500, 6, 2);
    far.col(0) *= 9;
    ExpectStraight(*map, far, FunnelGradient(far), 1e-4);
  }
}

TEST(TriangularFitTest, FollowsACurvedValleyFromItsEnd) {
  const Matrix x = 2 * NormalRows(1500, 4, 3);
  const auto map = Find(x, ValleyGradient(x));
  ASSERT_TRUE(map.has_value());
  ASSERT_EQ(map->steps().size(), 3u);
  for (Index s = 0; s < 3; ++s) {
    EXPECT_EQ(map->steps()[s].coordinate, 3 - s);
    EXPECT_EQ(map->steps()[s].driver, 2 - s);
  }
  // What is off at the end grows on the way to the beginning.
  ExpectStraight(*map, x, ValleyGradient(x), 0.1);
}

// Effects theta_k ~ N(mu, tau^2) with an observation each, v = log tau.
TEST(TriangularFitTest, EliminatesAHierarchy) {
  Matrix x = NormalRows(1500, 7, 4);
  x.rightCols(5) *= 3;
  Matrix gradient = Matrix::Zero(1500, 7);
  for (Index i = 0; i < 1500; ++i) {
    const double mu = x(i, 0);
    const double precision = std::exp(-2 * x(i, 1));
    gradient(i, 0) = mu / 25;
    gradient(i, 1) = 5 + 0.1 * x(i, 1);
    for (Index k = 0; k < 5; ++k) {
      const double effect = x(i, 2 + k);
      const double pull = precision * (effect - mu);
      gradient(i, 2 + k) = pull + (effect - static_cast<double>(k)) / 4;
      gradient(i, 0) -= pull;
      gradient(i, 1) -= pull * (effect - mu);
    }
  }
  const auto map = Find(x, gradient);
  ASSERT_TRUE(map.has_value());
  std::set<Index> changed;
  for (const TriangularStep& step : map->steps()) {
    EXPECT_EQ(step.driver, 1);
    changed.insert(step.coordinate);
  }
  for (Index k = 2; k < 7; ++k) EXPECT_TRUE(changed.count(k));
  ExpectStraight(*map, x, gradient, 0.05);
}

TEST(TriangularFitTest, LeavesAloneWhatIsAdditivePlusQuadratic) {
  const Matrix x = 2 * NormalRows(1500, 5, 5);
  const Matrix a = NormalRows(5, 5, 6);
  const Matrix coupled = x * (a * a.transpose());
  EXPECT_FALSE(Find(x, coupled).has_value());
  const Matrix wells = coupled + Matrix(x.array().cube() - 6 * x.array());
  EXPECT_FALSE(Find(x, wells).has_value());
}

// Two wide modes in the plane: no conditional is normal.
TEST(TriangularFitTest, LeavesAMixtureAlone) {
  const Matrix x = 4 * NormalRows(1500, 2, 7);
  Matrix gradient(1500, 2);
  for (Index i = 0; i < 1500; ++i) {
    const Eigen::RowVector2d center(3, -2);
    const double share = 1 / (1 + std::exp(-2 * x.row(i).dot(center)));
    gradient.row(i) = x.row(i) - (2 * share - 1) * center;
  }
  EXPECT_FALSE(Find(x, gradient).has_value());
}

TEST(TriangularFitTest, NeedsEnoughPoints) {
  const Matrix x = NormalRows(20, 6, 8);
  EXPECT_FALSE(Find(x, FunnelGradient(x)).has_value());
  const Matrix one = NormalRows(500, 1, 9);
  EXPECT_FALSE(Find(one, one).has_value());
}

TEST(TriangularFitTest, SameBytesForAnyNumberOfThreads) {
  const Matrix x = 2 * NormalRows(1000, 6, 10);
  const Matrix gradient = FunnelGradient(x);
  const auto one = FindTriangularMap(x, Equal(1000), gradient, Executor(1));
  const auto two = FindTriangularMap(x, Equal(1000), gradient, Executor(2));
  ASSERT_TRUE(one.has_value() && two.has_value());
  EXPECT_EQ(one->Apply(x), two->Apply(x));
}

TEST(ConditionalFitTest, MisfitIsZeroForAStandardNormalAlone) {
  const Vector u = NormalRows(400, 1, 11);
  EXPECT_EQ(ConditionalMisfit(u, u, Equal(400)), 0);
  EXPECT_NEAR(ConditionalMisfit(u, -u, Equal(400)), 4, 1e-12);
  EXPECT_TRUE(std::isinf(
      ConditionalMisfit(u, Vector::Constant(400, std::nan("")), Equal(400))));
}

TEST(ConditionalFitTest, FindsACentreAndAScaleExactly) {
  const Vector x = NormalRows(100, 1, 12);
  const Vector g = 9 * (x.array() - 0.7);
  const ConditionalFit fit = FitConditional(
      x, g, Equal(100), {Matrix::Ones(100, 1), Matrix::Ones(100, 1)}, 1, 5);
  EXPECT_NEAR(fit.log_scale[0], std::log(3.0), 1e-6);
  EXPECT_NEAR(fit.center[0], 0.7, 1e-6);
  EXPECT_LT(fit.misfit, 1e-10);
}

}  // namespace
}  // namespace ttflow
