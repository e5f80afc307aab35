#include "core/targets/student_mixture.h"

#include <cmath>
#include <numbers>

#include "core/math/quadrature.h"
#include "core/math/standard_normal.h"
#include "tests/conformance/goodness_of_fit.h"
#include "tests/core/targets/target_faults.h"
#include "tests/core/targets/test_targets.h"

namespace ttflow {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

// Student's t with two degrees of freedom, whose law is elementary.
double StudentTwoDensity(double x) { return std::pow(2 + x * x, -1.5); }
double StudentTwoCdf(double x) { return 0.5 + x / (2 * std::sqrt(2 + x * x)); }

TEST(StudentMixtureTest, HasTheValuesOfAHandComputation) {
  const std::shared_ptr<const Target> target = MakeValidTarget(
      "student_mixture",
      2,
      {{"centers", {1, -2, 4, 0}}, {"scale", {2}}, {"weights", {0.25, 0.75}}});
  const Matrix x{{1, -2}, {0.5, 3}, {-1000, 40}};
  const Vector energy = Energies(*target, x);
  for (Index i = 0; i < 3; ++i) {
    const auto t = [&](Index j, double center) {
      return StudentTwoDensity((x(i, j) - center) / 2) / 2;
    };
    const double density = 0.25 * t(0, 1) * t(1, -2) + 0.75 * t(0, 4) * t(1, 0);
    EXPECT_NEAR(energy[i], -std::log(density), 1e-12) << i;
  }
}

// One degree of freedom is Cauchy's law, very many are the normal one.
TEST(StudentMixtureTest, HasTheLimitsOfStudentsLaw) {
  const Matrix x{{0.0}, {0.7}, {-2.5}};
  const Vector cauchy = Energies(
      *MakeValidTarget("student_mixture",
                       1,
                       {{"centers", {0}}, {"degrees_of_freedom", {1}}}),
      x);
  const Vector normal = Energies(
      *MakeValidTarget("student_mixture",
                       1,
                       {{"centers", {0}}, {"degrees_of_freedom", {1e6}}}),
      x);
  for (Index i = 0; i < 3; ++i) {
    const double square = x(i, 0) * x(i, 0);
    EXPECT_NEAR(cauchy[i], std::log(std::numbers::pi * (1 + square)), 1e-13);
    EXPECT_NEAR(normal[i], kHalfLogTwoPi + 0.5 * square, 1e-4);
  }
}

// With two degrees of freedom no box holds the mass; x = tan(u) maps the whole
// line to one on which the density is smooth.
TEST(StudentMixtureTest, IsNormalisedWithTwoDegreesOfFreedom) {
  const std::shared_ptr<const Target> target = MakeValidTarget(
      "student_mixture", 1, {{"centers", {-6, 0.5, 8}}, {"scale", {0.8}}});
  const double half = 0.5 * std::numbers::pi;
  const QuadratureRule rule = CompositeGaussLegendre(400, 10, -half, half);
  const Vector x = rule.nodes.array().tan();
  const Vector energy = Energies(*target, x);
  const double total = (rule.weights.array() * (-energy.array()).exp() *
                        (1 + x.array().square()))
                           .sum();
  EXPECT_NEAR(total, 1, 1e-9);
  EXPECT_EQ(target->LogEvidence(), 0.0);
}

TEST(StudentMixtureTest, DefaultCentersFollowFromTheirStream) {
  const Matrix centers = DefaultStudentCenters(10);
  ASSERT_EQ(centers.rows(), 10);
  ASSERT_EQ(centers.cols(), 10);
  EXPECT_LE(centers.cwiseAbs().maxCoeff(), 10);
  // A hundred uniform numbers: none is likely to keep to the middle half.
  EXPECT_GT(centers.maxCoeff(), 8);
  EXPECT_LT(centers.minCoeff(), -8);
  EXPECT_LT(std::abs(ZScore(Vector(centers.reshaped()), 0)), kFalseAlarmZ);
  EXPECT_EQ(DefaultStudentCenters(3), centers.leftCols(3));
  RandomStream third = RandomKey(0).Stream(Purpose::kExact, 2, 3);
  EXPECT_EQ(centers(3, 0), 20 * third.Uniform() - 10);
  EXPECT_EQ(centers(3, 1), 20 * third.Uniform() - 10);
  EXPECT_EQ(MakeValidTarget("student_mixture", 10)->ModeCenters(), centers);
}

TEST(StudentMixtureTest, TakesItsDimensionFromTheParameters) {
  EXPECT_EQ(MakeValidTarget("student_mixture", 0)->dimension(), 2);
  EXPECT_EQ(MakeValidTarget("student_mixture", 0)->ModeCenters().rows(), 10);
  const ParameterValues two = {{"centers", {0, 0, 0, 1, 1, 1}},
                               {"weights", {0.5, 0.5}}};
  EXPECT_EQ(MakeValidTarget("student_mixture", 0, two)->dimension(), 3);
}

TEST(StudentMixtureTest, DrawsHaveTheMarginalLaws) {
  constexpr Index kDraws = 50000;
  const std::shared_ptr<const Target> target = MakeValidTarget(
      "student_mixture",
      2,
      {{"centers", {-6, 1, 5, 1}}, {"scale", {1.5}}, {"weights", {0.3, 0.7}}});
  const Matrix x = *target->SampleExactly(kDraws, RandomKey(2));
  const auto mixed = [](double a) {
    return 0.3 * StudentTwoCdf((a + 6) / 1.5) +
           0.7 * StudentTwoCdf((a - 5) / 1.5);
  };
  const auto single = [](double a) { return StudentTwoCdf((a - 1) / 1.5); };
  EXPECT_LT(KolmogorovSmirnovDistance(x.col(0), mixed),
            KolmogorovSmirnovBound(kDraws));
  EXPECT_LT(KolmogorovSmirnovDistance(x.col(1), single),
            KolmogorovSmirnovBound(kDraws));
  // The coordinates have each a scale of their own: signs and sizes of x_1
  // know nothing of x_0.
  const Vector small =
      ((x.col(1).array() - 1).abs() < 1.5).cast<double>() - 1 / std::sqrt(3.0);
  const Vector far = (x.col(0).array().abs() > 12).cast<double>();
  EXPECT_LT(std::abs(ZScore(small, 0)), kFalseAlarmZ);
  EXPECT_LT(std::abs(ZScore(small.cwiseProduct(far), 0)), kFalseAlarmZ);
}

TEST(StudentMixtureTest, DrawsHaveTheVarianceOfStudentsLaw) {
  const std::shared_ptr<const Target> target = MakeValidTarget(
      "student_mixture",
      1,
      {{"centers", {2}}, {"scale", {3}}, {"degrees_of_freedom", {9}}});
  const Matrix x = *target->SampleExactly(100000, RandomKey(3));
  EXPECT_LT(std::abs(ZScore(x.col(0), 2)), kFalseAlarmZ);
  // Variance scale^2 nu / (nu - 2).
  const Vector square = (x.col(0).array() - 2).square();
  EXPECT_LT(std::abs(ZScore(square, 81.0 / 7)), kFalseAlarmZ);
}

TEST(StudentMixtureTest, RefusesWrongParameters) {
  EXPECT_THAT(Faults("student_mixture", 2, {{"centers", {1, 2, 3}}}),
              ElementsAre(Fault("parameters.centers", "give K x 2")));
  EXPECT_THAT(Faults("student_mixture", 0, {{"centers", {1, 2, 3, 4}}}),
              ElementsAre(Fault("dimension", "missing")));
  EXPECT_THAT(
      Faults("student_mixture", 2, {{"weights", {0.5, 0.5}}}),
      ElementsAre(Fault("parameters.weights", "has 2 values for 10 centers")));
  EXPECT_THAT(
      Faults(
          "student_mixture", 1, {{"centers", {1, 2}}, {"weights", {0.5, 0.6}}}),
      ElementsAre(Fault("parameters.weights", "sum to 1.1")));
  EXPECT_THAT(
      Faults("student_mixture",
             -1,
             {{"scale", {0}}, {"degrees_of_freedom", {0.1}}, {"std", {1}}}),
      UnorderedElementsAre(
          Fault("dimension", "-1 is outside [1, "),
          Fault("parameters.scale", "is not positive"),
          Fault("parameters.degrees_of_freedom", "0.1 is outside [0.5, "),
          Fault("parameters.std", "no parameter of student_mixture")));
}

}  // namespace
}  // namespace ttflow
