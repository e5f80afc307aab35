#include "core/coordinates/independent.h"

#include <gtest/gtest.h>

#include <Eigen/QR>
#include <cmath>
#include <limits>

#include "core/coordinates/fast_ica.h"
#include "core/foundation/random.h"

namespace ttflow {
namespace {

Matrix NormalPoints(Index rows, Index columns, double scale) {
  Matrix x(rows, columns);
  for (Index i = 0; i < rows; ++i) {
    RandomStream random = RandomKey(5).Stream(Purpose::kExact, 1, i);
    for (Index k = 0; k < columns; ++k) x(i, k) = scale * random.Normal();
  }
  return x;
}

Vector EqualWeights(Index size) {
  return Vector::Constant(size, 1 / static_cast<double>(size));
}

Matrix SomeRotation(Index d) {
  return RandomRotation(d, RandomKey(6).Stream(Purpose::kExact, 2, 0));
}

// Even coordinates in wells y^4 - 6 y^2 + y / 2, odd ones normal.
Matrix ManyWellGradient(const Matrix& y) {
  Matrix gradient = y;
  for (Index k = 0; k < y.cols(); k += 2) {
    gradient.col(k) = 4 * y.col(k).array().cube() - 12 * y.col(k).array() + 0.5;
  }
  return gradient;
}

// Quartic wells, neighbours coupled by J (y_k - y_{k+1})^2 / 2.
Matrix ChainGradient(const Matrix& y, double coupling) {
  Matrix gradient = y.array().cube() - 2 * y.array();
  for (Index k = 0; k + 1 < y.cols(); ++k) {
    const Vector pull = coupling * (y.col(k) - y.col(k + 1));
    gradient.col(k) += pull;
    gradient.col(k + 1) -= pull;
  }
  return gradient;
}

// Sine of the largest angle between an axis found and the true axis it is
// nearest to; `every` = 2 looks at the even ones only.
double WorstAngle(const Matrix& found, const Matrix& truth, Index every) {
  const Matrix cosines = (found * truth.transpose()).cwiseAbs();
  double worst = 0;
  for (Index k = 0; k < truth.rows(); k += every) {
    const double cosine = std::min(1.0, cosines.col(k).maxCoeff());
    worst = std::max(worst, std::sqrt(1 - cosine * cosine));
  }
  return worst;
}

class IndependentTest : public testing::Test {
 protected:
  IndependentCoordinates Find(const Matrix& x, const Matrix& gradient) const {
    return FindIndependentCoordinates(
        x, EqualWeights(x.rows()), gradient, {}, RandomKey(3), executor_);
  }
  Executor executor_{1};
};

TEST_F(IndependentTest, FindsTheAxesOfRotatedWells) {
  const Index d = 8;
  const Matrix rotation = SomeRotation(d);
  const Matrix y = NormalPoints(1500, d, 3);
  const IndependentCoordinates found =
      Find(y * rotation, ManyWellGradient(y) * rotation);
  EXPECT_TRUE(found.rotated);
  EXPECT_GT(found.raw_residual, 0.3);
  EXPECT_LT(found.residual, 1e-3);
  EXPECT_LT(WorstAngle(found.rotation, rotation, 2), 1e-3);
  EXPECT_LT(
      (found.rotation * found.rotation.transpose() - Matrix::Identity(d, d))
          .norm(),
      1e-12);
  EXPECT_EQ((found.nonlinearity.array() > 0.05).count(), d / 2);
}

TEST_F(IndependentTest, FindsAChainWithItsCouplings) {
  const Index d = 8;
  const double coupling = 2;
  const Matrix rotation = SomeRotation(d);
  const Matrix y = NormalPoints(1500, d, 2);
  const IndependentCoordinates found =
      Find(y * rotation, ChainGradient(y, coupling) * rotation);
  EXPECT_TRUE(found.rotated);
  EXPECT_LT(found.residual, 1e-3);
  EXPECT_LT(WorstAngle(found.rotation, rotation, 1), 1e-2);
  // Neighbours in the order found are the chain's neighbours, -J apart.
  for (Index k = 0; k + 1 < d; ++k) {
    EXPECT_NEAR(std::abs(found.head(k, k + 1)), coupling, 0.1);
  }
}

TEST_F(IndependentTest, ANormalTargetIsDiagonalised) {
  const Index d = 6;
  const Matrix root = NormalPoints(d, d, 1);
  const Matrix precision =
      root * root.transpose() + 0.1 * Matrix::Identity(d, d);
  const Matrix x = NormalPoints(500, d, 4);
  const IndependentCoordinates found = Find(x, x * precision);
  EXPECT_FALSE(found.rotated);
  EXPECT_LT(found.residual, 1e-10);
  EXPECT_LT(found.nonlinearity.maxCoeff(), 1e-10);
  const Matrix local = found.rotation * precision * found.rotation.transpose();
  const Matrix off = local - Matrix(local.diagonal().asDiagonal());
  EXPECT_LT(off.norm(), 1e-6 * local.norm());
  EXPECT_LT((found.head - local).norm(), 1e-6 * local.norm());
}

TEST_F(IndependentTest, GoodCoordinatesStay) {
  const Matrix y = NormalPoints(1500, 6, 3);
  const IndependentCoordinates found = Find(y, ManyWellGradient(y));
  EXPECT_FALSE(found.rotated);
  EXPECT_LT(found.residual, 1e-3);
  EXPECT_EQ(found.rotation, Matrix::Identity(6, 6));
}

// A target that no rotation makes additive: what is found is not trusted.
TEST_F(IndependentTest, NoRotationWhereNoneHelps) {
  const Matrix y = NormalPoints(1500, 2, 1);
  const Vector radius = y.rowwise().squaredNorm();
  const Matrix gradient = (4 * (radius.array() - 2)).matrix().asDiagonal() * y;
  const IndependentCoordinates found = Find(y, gradient);
  EXPECT_FALSE(found.rotated);
  EXPECT_GT(found.residual, 0.02);
  EXPECT_EQ(found.rotation, Matrix::Identity(2, 2));
}

TEST_F(IndependentTest, RefinementMendsASmallTurn) {
  const Index d = 6;
  const Matrix rotation = SomeRotation(d);
  const Matrix y = NormalPoints(1500, d, 2);
  const Matrix x = y * rotation;
  const Matrix gradient = ChainGradient(y, 0.5) * rotation;
  Matrix turned = rotation + 0.05 * NormalPoints(d, d, 1);
  turned = Eigen::HouseholderQR<Matrix>(turned.transpose())
               .householderQ()
               .
               operator*(Matrix::Identity(d, d))
               .transpose()
               .eval();
  const Vector weights = EqualWeights(x.rows());
  const IndependentCoordinates before =
      RefineRotation(x, weights, gradient, turned, 0, executor_);
  const IndependentCoordinates after =
      RefineRotation(x, weights, gradient, turned, 8, executor_);
  EXPECT_EQ(before.rotation, turned);
  EXPECT_EQ(before.residual, after.raw_residual);
  EXPECT_LT(after.residual, 0.05 * before.residual);
  EXPECT_LT(WorstAngle(after.rotation, rotation, 1), 1e-2);
  EXPECT_GT(WorstAngle(before.rotation, rotation, 1), 3e-2);
}

TEST_F(IndependentTest, SameBytesForAnyNumberOfThreads) {
  const Index d = 10;
  const Matrix rotation = SomeRotation(d);
  const Matrix y = NormalPoints(700, d, 3);
  const Matrix x = y * rotation;
  const Matrix gradient = ManyWellGradient(y) * rotation;
  const IndependentCoordinates one = Find(x, gradient);
  const Executor three(3);
  const IndependentCoordinates many = FindIndependentCoordinates(
      x, EqualWeights(x.rows()), gradient, {}, RandomKey(3), three);
  EXPECT_EQ(one.rotation, many.rotation);
  EXPECT_EQ(one.residual, many.residual);
  EXPECT_EQ(one.head, many.head);
}

TEST_F(IndependentTest, ToCoordinatesCentresAndScales) {
  const Matrix y = NormalPoints(800, 4, 3);
  Matrix x = y * SomeRotation(4);
  x.rowwise() += Vector{{1, 2, 3, 4}}.transpose();
  const IndependentCoordinates found =
      Find(x, ManyWellGradient(y) * SomeRotation(4));
  const Coordinates coordinates = found.ToCoordinates();
  const Matrix u = coordinates.ToLocal(x);
  const Matrix expected =
      ((x.rowwise() - found.center.transpose()) * found.rotation.transpose())
          .array()
          .rowwise() /
      found.deviation.transpose().array();
  EXPECT_LT((u - expected).norm(), 1e-12 * expected.norm());
}

TEST_F(IndependentTest, StaysFiniteInDegenerateCases) {
  for (const Index n : {1, 10, 100}) {
    for (const Index d : {1, 4}) {
      SCOPED_TRACE(testing::Message() << "n " << n << " d " << d);
      const Matrix x = NormalPoints(n, d, 1);
      Matrix bad = x.array().cube();
      bad(0, 0) = std::numeric_limits<double>::quiet_NaN();
      Matrix flat = x;
      flat.col(0).setConstant(3);
      for (const Matrix& gradient : {Matrix(x.array().cube()),
                                     Matrix(Matrix::Zero(n, d)),
                                     bad,
                                     Matrix(1e200 * x)}) {
        for (const Matrix& points : {x, flat}) {
          const IndependentCoordinates found = Find(points, gradient);
          EXPECT_TRUE(found.rotation.allFinite());
          EXPECT_TRUE(found.center.allFinite());
          EXPECT_TRUE(std::isfinite(found.residual));
          EXPECT_TRUE(found.ToCoordinates().ToLocal(points).allFinite());
        }
      }
    }
  }
}

}  // namespace
}  // namespace ttflow
