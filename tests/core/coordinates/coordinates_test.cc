#include "core/coordinates/coordinates.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>
#include <limits>

#include "core/foundation/random.h"
#include "core/math/weighted_moments.h"

namespace ttflow {
namespace {

// Correlated points of very unequal scales, and uneven weights.
struct Cloud {
  Matrix x;
  Vector weights;
};

Cloud MakeCloud(Index size, Index dimension) {
  Cloud cloud{Matrix(size, dimension), Vector(size)};
  const RandomKey key(7);
  Matrix mix(dimension, dimension);
  for (Index k = 0; k < dimension; ++k) {
    RandomStream random = key.Stream(Purpose::kExact, 1, k);
    for (Index l = 0; l < dimension; ++l) {
      mix(k, l) = random.Normal() * std::pow(10.0, double(l) - 1);
    }
  }
  for (Index i = 0; i < size; ++i) {
    RandomStream random = key.Stream(Purpose::kExact, 2, i);
    Vector z(dimension);
    for (Index k = 0; k < dimension; ++k) z[k] = random.Normal();
    cloud.x.row(i) = (z.transpose() * mix).array() + 3.0;
    cloud.weights[i] = random.Uniform();
  }
  cloud.weights /= cloud.weights.sum();
  return cloud;
}

class CoordinatesTest : public testing::TestWithParam<bool> {
 protected:
  Coordinates Make(const Cloud& cloud) const {
    return GetParam() ? WhitenedCoordinates(cloud.x, cloud.weights)
                      : DiagonalCoordinates(cloud.x, cloud.weights);
  }
};

// Of an oblique A with columns of unequal length.
Coordinates ObliqueCoordinates(Matrix* a = nullptr) {
  const Matrix oblique{{2, 1, 0}, {0.5, -1, 30}, {0, 1e-2, 20}};
  if (a != nullptr) *a = oblique;
  return LinearCoordinates(Vector{{1, -2, 3}}, oblique, oblique.inverse());
}

TEST_P(CoordinatesTest, ToGlobalUndoesToLocal) {
  const Cloud cloud = MakeCloud(200, 4);
  const Coordinates coordinates = Make(cloud);
  const Matrix back = coordinates.ToGlobal(coordinates.ToLocal(cloud.x));
  EXPECT_LT((back - cloud.x).norm(), 1e-10 * cloud.x.norm());
}

TEST_P(CoordinatesTest, LocalPointsHaveMeanZeroAndUnitVariance) {
  const Cloud cloud = MakeCloud(500, 4);
  const Matrix u = Make(cloud).ToLocal(cloud.x);
  EXPECT_LT((cloud.weights.transpose() * u).norm(), 1e-10);
  EXPECT_LT((WeightedCovariance(u, cloud.weights).diagonal().array() - 1)
                .abs()
                .maxCoeff(),
            1e-8);
}

TEST_P(CoordinatesTest, GradientFollowsTheChainRule) {
  const Cloud cloud = MakeCloud(20, 3);
  const Coordinates coordinates = Make(cloud);
  const auto energy = [](const Matrix& x) -> Vector {
    return (x.col(0).array() * x.col(1).array() * 1e-3 +
            (x.col(2).array() / 10).sin());
  };
  Matrix gradient = Matrix::Zero(cloud.x.rows(), 3);
  gradient.col(0) = cloud.x.col(1) * 1e-3;
  gradient.col(1) = cloud.x.col(0) * 1e-3;
  gradient.col(2) = (cloud.x.col(2).array() / 10).cos() / 10;
  const Matrix local = coordinates.GradientToLocal(gradient);
  const Matrix u = coordinates.ToLocal(cloud.x);
  const double step = 1e-5;
  for (Index k = 0; k < 3; ++k) {
    Matrix up = u, down = u;
    up.col(k).array() += step;
    down.col(k).array() -= step;
    const Vector difference = (energy(coordinates.ToGlobal(up)) -
                               energy(coordinates.ToGlobal(down))) /
                              (2 * step);
    EXPECT_LT((difference - local.col(k)).cwiseAbs().maxCoeff(),
              1e-6 * (1 + local.cwiseAbs().maxCoeff()));
  }
}

TEST_P(CoordinatesTest, ParticlesWithoutWeightTakeNoPart) {
  Cloud cloud = MakeCloud(100, 3);
  cloud.weights[5] = 0;
  cloud.weights /= cloud.weights.sum();
  const Coordinates before = Make(cloud);
  cloud.x.row(5).setConstant(std::numeric_limits<double>::quiet_NaN());
  const Coordinates after = Make(cloud);
  EXPECT_EQ(before.center, after.center);
  EXPECT_EQ(before.scale, after.scale);
  EXPECT_EQ(before.matrix, after.matrix);
}

TEST_P(CoordinatesTest, ScalesStayPositiveWhereACoordinateIsConstant) {
  Cloud cloud = MakeCloud(100, 3);
  cloud.x.col(1).setConstant(2.0);
  const Coordinates coordinates = Make(cloud);
  EXPECT_GT(coordinates.scale.minCoeff(), 0);
  EXPECT_TRUE(coordinates.ToLocal(cloud.x).allFinite());
  cloud.x.setConstant(2.0);
  EXPECT_EQ(Make(cloud).scale, Vector::Ones(3));
}

INSTANTIATE_TEST_SUITE_P(Kinds,
                         CoordinatesTest,
                         testing::Bool(),
                         [](const auto& info) {
                           return info.param ? "Whitened" : "Diagonal";
                         });

TEST(LinearCoordinatesTest, HoldsItsMatrixAndGoesThereAndBack) {
  Matrix a;
  const Coordinates coordinates = ObliqueCoordinates(&a);
  EXPECT_FALSE(coordinates.is_orthogonal());
  EXPECT_LT((coordinates.matrix * coordinates.scale.asDiagonal() - a).norm(),
            1e-14 * a.norm());
  EXPECT_LT((coordinates.matrix.colwise().norm().array() - 1).abs().maxCoeff(),
            1e-14);
  const Cloud cloud = MakeCloud(50, 3);
  const Matrix u = coordinates.ToLocal(cloud.x);
  const Matrix expected = (cloud.x.rowwise() - coordinates.center.transpose()) *
                          a.inverse().transpose();
  EXPECT_LT((u - expected).norm(), 1e-12 * expected.norm());
  EXPECT_LT((coordinates.ToGlobal(u) - cloud.x).norm(), 1e-12 * cloud.x.norm());
}

TEST(LinearCoordinatesTest, GradientsArePulledBackByTheTranspose) {
  Matrix a;
  const Coordinates coordinates = ObliqueCoordinates(&a);
  const Matrix gradient = MakeCloud(20, 3).x;
  const Matrix local = coordinates.GradientToLocal(gradient);
  EXPECT_LT((local - gradient * a).norm(), 1e-13 * local.norm());
  EXPECT_LT((coordinates.GradientToGlobal(local) - gradient).norm(),
            1e-12 * gradient.norm());
}

TEST(LinearCoordinatesTest, LogDeterminantIsThatOfTheMatrix) {
  Matrix a;
  const Coordinates oblique = ObliqueCoordinates(&a);
  EXPECT_NEAR(
      oblique.LogDeterminant(), std::log(std::abs(a.determinant())), 1e-12);
  const Cloud cloud = MakeCloud(100, 3);
  for (const Coordinates& coordinates :
       {DiagonalCoordinates(cloud.x, cloud.weights),
        WhitenedCoordinates(cloud.x, cloud.weights)}) {
    const Matrix image =
        coordinates.ToGlobal(Matrix::Identity(3, 3)).rowwise() -
        coordinates.center.transpose();
    EXPECT_NEAR(coordinates.LogDeterminant(),
                std::log(std::abs(image.determinant())),
                1e-10);
  }
}

TEST(RotatedCoordinatesTest, LocalPointsAreProjectionsOnTheRows) {
  const double c = std::cos(0.4), s = std::sin(0.4);
  const Matrix rotation{{c, s}, {-s, c}};
  const Coordinates coordinates =
      RotatedCoordinates(Vector{{1, 2}}, rotation, Vector{{3, 0}});
  EXPECT_TRUE(coordinates.is_orthogonal());
  EXPECT_GT(coordinates.scale[1], 0);
  const Matrix u = coordinates.ToLocal(Matrix{{1 + c, 2 + s}});
  EXPECT_NEAR(u(0, 0), 1 / 3.0, 1e-14);
  EXPECT_NEAR(u(0, 1) * coordinates.scale[1], 0, 1e-14);
}

TEST_P(CoordinatesTest, GradientToGlobalUndoesGradientToLocal) {
  const Cloud cloud = MakeCloud(20, 4);
  const Coordinates coordinates = Make(cloud);
  const Matrix back =
      coordinates.GradientToGlobal(coordinates.GradientToLocal(cloud.x));
  EXPECT_LT((back - cloud.x).norm(), 1e-12 * cloud.x.norm());
}

TEST(WhitenedCoordinatesTest, CovarianceIsTheIdentity) {
  const Cloud cloud = MakeCloud(1000, 4);
  const Coordinates coordinates = WhitenedCoordinates(cloud.x, cloud.weights);
  const Matrix covariance =
      WeightedCovariance(coordinates.ToLocal(cloud.x), cloud.weights);
  EXPECT_LT((covariance - Matrix::Identity(4, 4)).norm(), 1e-7);
}

TEST(WhitenedCoordinatesTest, AxesAreOrthonormalOrderedAndSigned) {
  const Cloud cloud = MakeCloud(1000, 4);
  const Coordinates coordinates = WhitenedCoordinates(cloud.x, cloud.weights);
  const Matrix& axes = coordinates.matrix;
  EXPECT_LT((axes.transpose() * axes - Matrix::Identity(4, 4)).norm(), 1e-12);
  for (Index k = 0; k + 1 < 4; ++k) {
    EXPECT_GE(coordinates.scale[k], coordinates.scale[k + 1]);
  }
  for (Index k = 0; k < 4; ++k) {
    EXPECT_EQ(axes.col(k).maxCoeff(), axes.col(k).cwiseAbs().maxCoeff());
  }
}

}  // namespace
}  // namespace ttflow
