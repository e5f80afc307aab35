#include "core/coordinates/fisher.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <Eigen/QR>
#include <cmath>
#include <limits>

#include "core/foundation/random.h"

namespace ttflow {
namespace {

Matrix NormalPoints(Index rows, Index columns, std::uint32_t index) {
  Matrix x(rows, columns);
  for (Index i = 0; i < rows; ++i) {
    RandomStream random = RandomKey(11).Stream(Purpose::kExact, index, i);
    for (Index k = 0; k < columns; ++k) x(i, k) = random.Normal();
  }
  return x;
}

Vector EqualWeights(Index size) {
  return Vector::Constant(size, 1 / static_cast<double>(size));
}

Vector UnevenWeights(Index size) {
  const Matrix z = NormalPoints(size, 1, 99);
  Vector weights = (2 * z.col(0).array()).exp();
  return weights / weights.sum();
}

// A normal whose deviations go from .1 to 10 along oblique axes.
struct NormalTarget {
  Vector mean;
  Matrix root;  // covariance root root^T
  Matrix covariance;
  Matrix precision;

  explicit NormalTarget(Index d)
      : mean(Vector::LinSpaced(d, -3, 5)), root(NormalPoints(d, d, 1)) {
    for (Index k = 0; k < d; ++k) {
      root.col(k) *= std::pow(10.0, 2.0 * double(k) / double(d) - 1);
    }
    covariance = root * root.transpose();
    const Matrix inverse = root.inverse();
    precision = inverse.transpose() * inverse;
  }
  Matrix Gradient(const Matrix& x) const {
    return (x.rowwise() - mean.transpose()) * precision;
  }
};

class FisherOfNormalTest : public testing::TestWithParam<Index> {};

// Points not at all from the target, weights not at all right.
TEST_P(FisherOfNormalTest, IsExactWhateverTheWeights) {
  const Index d = GetParam();
  const NormalTarget target(d);
  for (const bool matched : {true, false}) {
    Matrix x = NormalPoints(40 * d, d, 2);
    x = matched ? (x * target.root.transpose()).eval() : (3 * x).eval();
    x.array() += matched ? 0.0 : 7.0;
    const Coordinates coordinates =
        FisherCoordinates(x, UnevenWeights(x.rows()), target.Gradient(x));
    const Matrix a = coordinates.matrix * coordinates.scale.asDiagonal();
    const Matrix whitened = a.transpose() * target.precision * a;
    EXPECT_LT((whitened - Matrix::Identity(d, d)).norm(), 1e-5) << matched;
    const Vector off = coordinates.center - target.mean;
    EXPECT_LT(off.dot(target.precision * off), 1e-9) << matched;
    EXPECT_NEAR(coordinates.LogDeterminant(),
                0.5 * std::log(target.covariance.determinant()),
                1e-5);
  }
}

INSTANTIATE_TEST_SUITE_P(Dimensions,
                         FisherOfNormalTest,
                         testing::Values(1, 2, 5, 12));

TEST(FisherCoordinatesTest, InverseAndSignsHold) {
  const NormalTarget target(4);
  const Matrix x = NormalPoints(100, 4, 3);
  const Coordinates coordinates =
      FisherCoordinates(x, UnevenWeights(100), target.Gradient(x));
  EXPECT_LT((coordinates.matrix * coordinates.inverse - Matrix::Identity(4, 4))
                .norm(),
            1e-9);
  EXPECT_LT((coordinates.ToGlobal(coordinates.ToLocal(x)) - x).norm(),
            1e-9 * x.norm());
  const Matrix a = coordinates.matrix * coordinates.scale.asDiagonal();
  for (Index k = 0; k < 4; ++k) {
    EXPECT_NEAR(a.col(k).maxCoeff(), a.col(k).cwiseAbs().maxCoeff(), 1e-12);
  }
}

// One quartic direction among normal ones, all rotated: it is the first axis.
TEST(FisherCoordinatesTest, TheLeastNormalDirectionComesFirst) {
  const Index d = 6, n = 2000;
  const Matrix rotation =
      Eigen::HouseholderQR<Matrix>(NormalPoints(d, d, 4)).householderQ();
  const Matrix y = NormalPoints(n, d, 5);
  Matrix gradient = y;
  gradient.col(3) = y.col(3).array().cube() - y.col(3).array();
  const Coordinates coordinates =
      FisherCoordinates(y * rotation.transpose(),
                        EqualWeights(n),
                        gradient * rotation.transpose());
  const Vector along = rotation.col(3).transpose() * coordinates.matrix;
  EXPECT_GT(std::abs(along[0]), 0.99);
}

// A large positive mean gradient that no normal explains must not throw the
// centre out of the cloud.
TEST(FisherCoordinatesTest, AnIncredibleShiftIsRefused) {
  const Index n = 500;
  const Matrix x = NormalPoints(n, 2, 6);
  Matrix gradient = (3 * x.array()).sin() + 5.0;
  const Coordinates coordinates =
      FisherCoordinates(x, EqualWeights(n), gradient);
  EXPECT_LT(coordinates.center.norm(), 0.2);
}

TEST(FisherCoordinatesTest, UnusablePointsTakeNoPart) {
  const NormalTarget target(3);
  Matrix x = NormalPoints(60, 3, 7);
  Matrix gradient = target.Gradient(x);
  Vector weights = UnevenWeights(60);
  weights[4] = 0;
  weights[9] = 0;
  weights /= weights.sum();
  const Coordinates before = FisherCoordinates(x, weights, gradient);
  x.row(4).setConstant(std::numeric_limits<double>::quiet_NaN());
  gradient(9, 1) = std::numeric_limits<double>::infinity();
  const Coordinates after = FisherCoordinates(x, weights, gradient);
  EXPECT_EQ(before.center, after.center);
  EXPECT_EQ(before.matrix, after.matrix);
  EXPECT_EQ(before.scale, after.scale);
}

void ExpectUsable(const Coordinates& coordinates, const Matrix& x) {
  EXPECT_TRUE(coordinates.center.allFinite());
  EXPECT_TRUE(coordinates.ToLocal(x).allFinite());
  EXPECT_TRUE(std::isfinite(coordinates.LogDeterminant()));
  EXPECT_GT(coordinates.scale.minCoeff(), 0);
}

TEST(FisherCoordinatesTest, StaysFiniteInDegenerateCases) {
  for (const Index n : {1, 2, 5, 30}) {
    for (const Index d : {1, 3, 10}) {
      SCOPED_TRACE(testing::Message() << "n " << n << " d " << d);
      const Matrix x = NormalPoints(n, d, 8);
      const Vector weights = EqualWeights(n);
      const Matrix cubic = x.array().cube();
      ExpectUsable(FisherCoordinates(x, weights, cubic), x);
      ExpectUsable(FisherCoordinates(x, weights, Matrix::Constant(n, d, 2)), x);
      ExpectUsable(FisherCoordinates(x, weights, Matrix::Zero(n, d)), x);
      Matrix flat = x;
      flat.col(d - 1).setConstant(4);
      ExpectUsable(FisherCoordinates(flat, weights, flat), flat);
      flat.setConstant(4);
      ExpectUsable(FisherCoordinates(flat, weights, flat), flat);
      ExpectUsable(FisherCoordinates(x, Vector::Zero(n), cubic), x);
      ExpectUsable(FisherCoordinates(x, weights, 1e250 * cubic), x);
    }
  }
}

// With few points the covariance of neither is known: the diagonal carries.
TEST(FisherCoordinatesTest, FewPointsGiveNearlyDiagonalScales) {
  const Index d = 30;
  const Matrix x = 5 * NormalPoints(20, d, 9);
  const Coordinates coordinates =
      FisherCoordinates(x, Vector::Constant(20, 0.05), x / 25);
  const Matrix a = coordinates.matrix * coordinates.scale.asDiagonal();
  const Vector deviation = (a * a.transpose()).diagonal().cwiseSqrt();
  EXPECT_LT((deviation.array() - 5).abs().maxCoeff(), 1);
}

}  // namespace
}  // namespace ttflow
