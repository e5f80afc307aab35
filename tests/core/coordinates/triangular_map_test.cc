#include "core/coordinates/triangular_map.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "tests/core/coordinates/normal_rows.h"

namespace ttflow {
namespace {

TriangularStep Step(Index coordinate,
                    Index driver,
                    std::vector<Index> parents) {
  TriangularStep step;
  step.coordinate = coordinate;
  step.driver = driver;
  step.knots = Vector{{-2, 0.1, 0.4, 3}};
  step.log_scale = Vector{{0.1, -0.7, 0.2, 0.3}};
  step.offset = Vector{{1, 0.3, -0.2, 0.1, 0.6}};
  step.parents = std::move(parents);
  step.slope =
      Matrix::Constant(4, static_cast<Index>(step.parents.size()), 0.2);
  if (!step.parents.empty()) step.slope(1, 0) = -0.4;
  return step;
}

TriangularMap SomeMap() {
  return {4, {Step(3, 1, {0, 2}), Step(0, 2, {1}), Step(2, 1, {})}};
}

TEST(TriangularMapTest, InvertsWhatItApplies) {
  const TriangularMap map = SomeMap();
  const Matrix x = 2 * NormalRows(200, 4, 1);
  const Matrix y = map.Apply(x);
  EXPECT_GT((y - x).cwiseAbs().maxCoeff(), 1);
  EXPECT_LT((map.Invert(y) - x).cwiseAbs().maxCoeff(), 1e-11);
  EXPECT_EQ(y.col(1), x.col(1));  // nothing changes it
}

TEST(TriangularMapTest, LogDeterminantIsThatOfTheJacobian) {
  const TriangularMap map = SomeMap();
  const Matrix x = NormalRows(20, 4, 2);
  const Vector log_determinant = map.LogDeterminant(x);
  constexpr double kStep = 1e-6;
  for (Index i = 0; i < x.rows(); ++i) {
    Matrix jacobian(4, 4);
    for (Index k = 0; k < 4; ++k) {
      Matrix pair = x.row(i).replicate(2, 1);
      pair(0, k) += kStep;
      pair(1, k) -= kStep;
      const Matrix y = map.Apply(pair);
      jacobian.col(k) = (y.row(0) - y.row(1)).transpose() / (2 * kStep);
    }
    EXPECT_NEAR(
        log_determinant[i], std::log(std::abs(jacobian.determinant())), 1e-7);
  }
}

// f(x) = sum sin(x_k + k) + x_0 x_3, in y by differences.
TEST(TriangularMapTest, GradientsAreThoseInTheOtherCoordinates) {
  const TriangularMap map = SomeMap();
  const auto energy = [&](const Matrix& y) -> Vector {
    const Matrix x = map.Invert(y);
    Vector f = x.col(0).cwiseProduct(x.col(3)) + map.LogDeterminant(x);
    for (Index k = 0; k < 4; ++k) {
      f.array() += (x.col(k).array() + static_cast<double>(k)).sin();
    }
    return f;
  };
  const Matrix x = NormalRows(30, 4, 3);
  const Matrix y = map.Apply(x);
  Matrix gradient(30, 4);
  for (Index k = 0; k < 4; ++k) {
    gradient.col(k) = (x.col(k).array() + static_cast<double>(k)).cos();
  }
  gradient.col(0) += x.col(3);
  gradient.col(3) += x.col(0);
  const Matrix forward = map.GradientForward(x, gradient);
  constexpr double kStep = 1e-6;
  for (Index k = 0; k < 4; ++k) {
    Matrix above = y;
    Matrix below = y;
    above.col(k).array() += kStep;
    below.col(k).array() -= kStep;
    const Vector slope = (energy(above) - energy(below)) / (2 * kStep);
    EXPECT_LT((forward.col(k) - slope).cwiseAbs().maxCoeff(),
              1e-6 * (1 + slope.cwiseAbs().maxCoeff()));
  }
  EXPECT_LT((map.GradientBack(x, forward) - gradient).cwiseAbs().maxCoeff(),
            1e-10);
}

TEST(TriangularMapTest, KnowsWhichStepsAreTriangular) {
  EXPECT_TRUE(TriangularMap::AreTriangular(4, SomeMap().steps()));
  // Depends on what an earlier step changed; changed twice; out of range.
  EXPECT_FALSE(
      TriangularMap::AreTriangular(4, {Step(2, 1, {}), Step(0, 2, {1})}));
  EXPECT_FALSE(
      TriangularMap::AreTriangular(4, {Step(2, 1, {}), Step(0, 1, {2})}));
  EXPECT_FALSE(
      TriangularMap::AreTriangular(4, {Step(2, 1, {}), Step(2, 3, {})}));
  EXPECT_FALSE(TriangularMap::AreTriangular(4, {Step(2, 2, {})}));
  EXPECT_FALSE(TriangularMap::AreTriangular(4, {Step(2, 1, {1})}));
  EXPECT_FALSE(TriangularMap::AreTriangular(2, {Step(2, 1, {})}));
  TriangularStep step = Step(2, 1, {});
  step.knots[1] = step.knots[0];
  EXPECT_FALSE(TriangularMap::AreTriangular(4, {step}));
  step = Step(2, 1, {});
  step.offset[2] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(TriangularMap::AreTriangular(4, {step}));
}

}  // namespace
}  // namespace ttflow
