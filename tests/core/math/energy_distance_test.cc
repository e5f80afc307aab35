#include "core/math/energy_distance.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/foundation/random.h"

namespace ttflow {
namespace {

Matrix Normals(Index rows, Index columns, std::uint64_t seed) {
  RandomStream stream = RandomKey(seed).Stream(Purpose::kExact, 0, 0);
  Matrix x(rows, columns);
  for (double& value : x.reshaped()) value = stream.Normal();
  return x;
}

double BruteForceMean(const Matrix& x, const Matrix& y) {
  double sum = 0;
  for (Index i = 0; i < x.rows(); ++i) {
    for (Index j = 0; j < y.rows(); ++j) sum += (x.row(i) - y.row(j)).norm();
  }
  return sum / static_cast<double>(x.rows() * y.rows());
}

TEST(EnergyDistanceTest, AgreesWithBruteForce) {
  const Executor executor(2);
  const Matrix x = Normals(130, 3, 1);
  const Matrix y = Normals(77, 3, 2).array() + 0.5;
  EXPECT_NEAR(MeanPairDistance(x, y, executor), BruteForceMean(x, y), 1e-12);
  const double expected =
      2 * BruteForceMean(x, y) - BruteForceMean(x, x) - BruteForceMean(y, y);
  EXPECT_NEAR(EnergyDistance(x, y, executor), expected, 1e-12);
}

TEST(EnergyDistanceTest, CountsThePairsOfAPointWithItself) {
  const Executor executor(1);
  const Matrix x{{0.0}, {1.0}};
  EXPECT_EQ(MeanPairDistance(x, x, executor), 0.5);
}

TEST(EnergyDistanceTest, IsZeroForEqualCloudsAndPositiveOtherwise) {
  const Executor executor(2);
  const Matrix x = Normals(200, 2, 3);
  EXPECT_NEAR(EnergyDistance(x, x, executor), 0, 1e-13);
  EXPECT_GT(EnergyDistance(x, Normals(200, 2, 4), executor), 0);
}

// In one dimension between points at 0 and points at c it is 2 c.
TEST(EnergyDistanceTest, KnowsTwoPoints) {
  const Executor executor(1);
  EXPECT_NEAR(
      EnergyDistance(Matrix::Zero(3, 1), Matrix::Constant(5, 1, 2.5), executor),
      5,
      1e-14);
}

TEST(EnergyDistanceTest, HasTheSameBytesForAnyNumberOfThreads) {
  const Matrix x = Normals(500, 4, 5);
  const Matrix y = Normals(300, 4, 6);
  EXPECT_EQ(EnergyDistance(x, y, Executor(1)),
            EnergyDistance(x, y, Executor(2)));
}

}  // namespace
}  // namespace ttflow
