#include "core/density/mixture.h"

#include <gtest/gtest.h>

#include <Eigen/Cholesky>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/density/gaussian.h"
#include "core/density/student_t.h"
#include "tests/core/density/some_mixture.h"

namespace ttflow {
namespace {

Matrix SomePoints(Index rows, Index columns) {
  Matrix x(rows, columns);
  for (Index i = 0; i < rows; ++i) {
    RandomStream random = RandomKey(2).Stream(Purpose::kExact, 1, i);
    for (Index k = 0; k < columns; ++k) x(i, k) = 3 * random.Normal();
  }
  return x;
}

TEST(GaussianMixtureDensityTest, IsTheSumOfItsComponents) {
  for (const Index d : {1, 3, 12}) {
    const GaussianMixtureParameters p = SomeMixture(d);
    const Matrix x = SomePoints(40, d);
    Vector expected = Vector::Zero(40);
    for (std::size_t k = 0; k < 3; ++k) {
      const Matrix covariance = p.root[k] * p.root[k].transpose();
      const Matrix z = x.rowwise() - p.means.row(static_cast<Index>(k));
      const Matrix solved = Eigen::LLT<Matrix>(covariance).solve(z.transpose());
      const double norm =
          std::pow(2 * std::numbers::pi, -0.5 * static_cast<double>(d)) /
          p.root[k].diagonal().prod();
      for (Index i = 0; i < 40; ++i) {
        expected[i] += p.weights[static_cast<Index>(k)] * norm *
                       std::exp(-0.5 * z.row(i).dot(solved.col(i)));
      }
    }
    Vector log_density;
    GaussianMixtureDensity(p).LogDensity(x, Executor(1), log_density, nullptr);
    EXPECT_LT((log_density.array() - expected.array().log()).abs().maxCoeff(),
              1e-10);
  }
}

TEST(GaussianMixtureDensityTest, OneComponentIsTheGaussianDensity) {
  const Vector mean{{1, -2}};
  const Vector scale{{0.1, 5}};
  const GaussianMixtureDensity mixture(
      {Vector::Constant(1, 7.0), mean.transpose(), {scale.asDiagonal()}});
  const Matrix x = SomePoints(50, 2);
  Vector a, b;
  Matrix score_a, score_b;
  mixture.LogDensity(x, Executor(1), a, &score_a);
  GaussianDensity(mean, scale).LogDensity(x, Executor(1), b, &score_b);
  EXPECT_LT((a - b).cwiseAbs().maxCoeff(), 1e-9);
  EXPECT_LT((score_a - score_b).norm(), 1e-10 * score_b.norm());
  EXPECT_EQ(mixture.parameters().weights[0], 1);
}

TEST(GaussianMixtureDensityTest, StudentComponentsAreTheStudentDensity) {
  const Vector mean{{1, -2}};
  const Vector scale{{0.5, 5}};
  const double nu = 3;
  const GaussianMixtureDensity mixture(
      {Vector::Ones(1), mean.transpose(), {scale.asDiagonal()}, nu});
  const StudentTDensity student(mean, scale, nu);
  const Matrix x = SomePoints(50, 2);
  Vector a, b;
  Matrix score_a, score_b;
  mixture.LogDensity(x, Executor(1), a, &score_a);
  student.LogDensity(x, Executor(1), b, &score_b);
  EXPECT_LT((a - b).cwiseAbs().maxCoeff(), 1e-11);
  EXPECT_LT((score_a - score_b).norm(), 1e-10 * score_b.norm());
  const Vector far = mixture.Sample(20000, RandomKey(1), Executor(1), 0).col(1);
  // P(|t_3| > 4) = .0280.
  const double share = ((far.array() + 2).abs() > 20).cast<double>().mean();
  EXPECT_NEAR(share, 0.0280, 5 * std::sqrt(0.028 / 20000));
}

TEST(GaussianMixtureDensityTest, FarPointsHaveAFiniteDensity) {
  const GaussianMixtureDensity mixture(SomeMixture(2));
  const Matrix x{{1e8, -1e8}, {0, 0}};
  Vector log_density;
  Matrix score;
  mixture.LogDensity(x, Executor(1), log_density, &score);
  EXPECT_TRUE(log_density.allFinite());
  EXPECT_TRUE(score.allFinite());
  EXPECT_LT(log_density[0], -1e15);
}

TEST(NormalizeRowsTest, InfinitiesAreDefined) {
  const double inf = std::numeric_limits<double>::infinity();
  Matrix joint{{-inf, -inf}, {0, -inf}, {-2000, -2000}};
  const Vector sums = NormalizeRows(joint);
  EXPECT_EQ(sums[0], -inf);
  EXPECT_EQ(sums[1], 0);
  EXPECT_NEAR(sums[2], -2000 + std::log(2), 1e-12);
  EXPECT_EQ(joint.row(0), Matrix::Zero(1, 2));
  EXPECT_NEAR(joint(1, 0), 1, 1e-15);
  EXPECT_NEAR(joint(2, 1), 0.5, 1e-15);
}

}  // namespace
}  // namespace ttflow
