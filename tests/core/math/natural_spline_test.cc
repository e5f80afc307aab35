#include "core/math/natural_spline.h"

#include <gtest/gtest.h>

#include <Eigen/LU>

#include "core/foundation/types.h"

namespace ttflow {
namespace {

const Vector kKnots{{-2, -0.5, 0.3, 1, 4}};

TEST(NaturalSplineTest, HoldsConstantAndLine) {
  const NaturalSpline spline(kKnots);
  for (const double v : {-30.0, -2.0, 0.0, 0.7, 4.0, 90.0}) {
    const Vector values = spline.Values(v);
    EXPECT_EQ(values[0], 1);
    EXPECT_NEAR(values[1], (v + 2) / 6, 1e-13);
    EXPECT_EQ(values[1], spline.Unit(v));
  }
}

TEST(NaturalSplineTest, SlopesAreDerivatives) {
  const NaturalSpline spline(kKnots);
  constexpr double kStep = 1e-6;
  for (const double v : {-5.0, -1.1, 0.2, 0.9, 3.0, 6.0}) {
    const Vector slopes =
        (spline.Values(v + kStep) - spline.Values(v - kStep)) / (2 * kStep);
    EXPECT_LT((spline.Slopes(v) - slopes).cwiseAbs().maxCoeff(), 1e-7);
  }
}

TEST(NaturalSplineTest, IsLinearBeyondTheKnotsAndSmoothAtThem) {
  const NaturalSpline spline(kKnots);
  const Vector below = spline.Slopes(-2);
  const Vector above = spline.Slopes(4);
  EXPECT_LT((spline.Slopes(-50) - below).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_LT((spline.Slopes(50) - above).cwiseAbs().maxCoeff(), 1e-9);
  for (const double knot : kKnots) {
    EXPECT_LT((spline.Slopes(knot + 1e-7) - spline.Slopes(knot - 1e-7))
                  .cwiseAbs()
                  .maxCoeff(),
              1e-5);
  }
}

TEST(NaturalSplineTest, FunctionsAreIndependent) {
  const NaturalSpline spline(kKnots);
  Matrix values(5, 5);
  for (Index i = 0; i < 5; ++i) {
    values.row(i) = spline.Values(kKnots[i]).transpose();
  }
  EXPECT_EQ(values.fullPivLu().rank(), 5);
}

}  // namespace
}  // namespace ttflow
