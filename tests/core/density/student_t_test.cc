#include "core/density/student_t.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/density/gaussian.h"

namespace ttflow {
namespace {

TEST(StudentTDensityTest, OneDegreeOfFreedomIsTheCauchyDensity) {
  const Executor executor(1);
  const StudentTDensity density(Vector{{0}}, Vector{{2}}, 1);
  const Matrix x{{0}, {2}, {-6}};
  Vector log_density;
  density.LogDensity(x, executor, log_density, nullptr);
  for (Index i = 0; i < x.rows(); ++i) {
    const double z = x(i, 0) / 2;
    EXPECT_NEAR(std::exp(log_density[i]),
                1 / (2 * std::numbers::pi * (1 + z * z)),
                1e-15);
  }
}

TEST(StudentTDensityTest, ManyDegreesOfFreedomAreNearlyGaussian) {
  const Executor executor(1);
  const Vector mean{{1, -1}};
  const Vector scale{{2, 3}};
  const StudentTDensity student(mean, scale, 1e7);
  const GaussianDensity gaussian(mean, scale);
  const Matrix x{{1, -1}, {3, 0}, {-2, 5}};
  Vector log_student;
  Vector log_gaussian;
  student.LogDensity(x, executor, log_student, nullptr);
  gaussian.LogDensity(x, executor, log_gaussian, nullptr);
  EXPECT_LT((log_student - log_gaussian).cwiseAbs().maxCoeff(), 1e-5);
}

TEST(StudentTDensityTest, FarPointsStayFinite) {
  const Executor executor(1);
  const StudentTDensity density(Vector{{0, 0}}, Vector{{1, 1}}, 5);
  Vector log_density;
  Matrix score;
  density.LogDensity(Matrix{{1e100, -1e120}}, executor, log_density, &score);
  EXPECT_TRUE(log_density.allFinite());
  EXPECT_LT(log_density[0], -1000);
  EXPECT_TRUE(score.allFinite());
}

}  // namespace
}  // namespace ttflow
