#include "core/basis/polynomial.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/basis/h2_orthonormal.h"

namespace ttflow {
namespace {

Matrix Values(BasisFamily family, Index size, const Vector& u) {
  Matrix values(u.size(), size);
  MatrixRef ref(values);
  EvaluatePolynomials(family, u, &ref, nullptr, nullptr);
  return values;
}

TEST(PolynomialTest, ChebyshevIsTheCosineOfMultiples) {
  const Vector u = Vector::LinSpaced(101, -4, 4);
  const Matrix values = Values(BasisFamily::kChebyshev, 30, u);
  for (Index j = 0; j < values.cols(); ++j) {
    for (Index i = 0; i < u.size(); ++i) {
      EXPECT_NEAR(values(i, j),
                  std::cos(static_cast<double>(j) * std::acos(u[i] / 4)),
                  1e-12);
    }
  }
}

TEST(PolynomialTest, LegendreMatchesClosedForms) {
  const Vector u = Vector::LinSpaced(17, -4, 4);
  const Eigen::ArrayXd x = u.array() / 4;
  Matrix values(17, 5), first(17, 5), second(17, 5);
  MatrixRef values_ref(values), first_ref(first), second_ref(second);
  EvaluatePolynomials(
      BasisFamily::kLegendre, u, &values_ref, &first_ref, &second_ref);
  const Vector p4 = (35 * x.pow(4) - 30 * x.square() + 3) / 8;
  const Vector p4_first = (140 * x.cube() - 60 * x) / 8 / 4;
  const Vector p4_second = (420 * x.square() - 60) / 8 / 16;
  EXPECT_TRUE(values.col(4).isApprox(p4, 1e-14));
  EXPECT_TRUE(first.col(4).isApprox(p4_first, 1e-14));
  EXPECT_TRUE(second.col(4).isApprox(p4_second, 1e-14));
}

TEST(PolynomialTest, LegendreIsOrthogonalInL2AsItStands) {
  const Matrix& transform =
      GetBasisTransform(BasisFamily::kLegendre, 15, true, InnerProduct::kL2)
          .transform;
  for (Index j = 0; j < 15; ++j) {
    // int P_j(u/4)^2 du = 8 / (2 j + 1).
    const double norm = std::sqrt(8.0 / static_cast<double>(2 * j + 1));
    EXPECT_TRUE(transform.col(j).isApprox(Vector::Unit(15, j) / norm, 1e-14));
  }
}

TEST(PolynomialTest, HighDerivativesAreLargestAtTheEnd) {
  const ExtendedVector u = ExtendedVector::LinSpaced(400, -4, 4);
  for (const BasisFamily family :
       {BasisFamily::kLegendre, BasisFamily::kChebyshev}) {
    for (const int order : {2, 4, 6}) {
      const ExtendedMatrix at = PolynomialDerivatives(family, 20, order, u);
      for (Index j = 0; j < at.cols(); ++j) {
        EXPECT_EQ(at.col(j).cwiseAbs().maxCoeff(), at(399, j));
      }
    }
  }
}

}  // namespace
}  // namespace ttflow
