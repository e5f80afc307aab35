#include "core/basis/fourier.h"

#include <gtest/gtest.h>

#include <cmath>

namespace ttflow {
namespace {

void ExpectRaw(BasisFamily family, Index polynomials) {
  const Index m = 16;
  const Vector u = Vector::LinSpaced(1001, -4, 4);
  Matrix values(u.size(), m);
  Matrix first(u.size(), m);
  Matrix second(u.size(), m);
  MatrixRef values_ref(values);
  MatrixRef first_ref(first);
  MatrixRef second_ref(second);
  EvaluateFourier(family, u, &values_ref, &first_ref, &second_ref);
  for (Index j = polynomials; j < m; ++j) {
    const double w =
        BaseFrequency(family) * static_cast<double>((j - polynomials) / 2 + 1);
    const bool is_sine = (j - polynomials) % 2 == 0;
    for (Index i = 0; i < u.size(); ++i) {
      const double s = std::sin(w * u[i]);
      const double c = std::cos(w * u[i]);
      EXPECT_NEAR(values(i, j), is_sine ? s : c, 1e-14);
      EXPECT_NEAR(first(i, j), w * (is_sine ? c : -s), 1e-14 * w);
      EXPECT_NEAR(second(i, j), -w * w * (is_sine ? s : c), 1e-14 * w * w);
    }
  }
}

TEST(FourierTest, ExtensionMatchesTheLibrarySineAndCosine) {
  ExpectRaw(BasisFamily::kFourierExtension, 3);
}

TEST(FourierTest, PureMatchesTheLibrarySineAndCosine) {
  ExpectRaw(BasisFamily::kPureFourier, 1);
}

TEST(FourierTest, ExtensionStartsWithPolynomials) {
  const Vector u = Vector::LinSpaced(9, -4, 4);
  Matrix values(9, 3);
  Matrix second(9, 3);
  MatrixRef values_ref(values);
  MatrixRef second_ref(second);
  EvaluateFourier(
      BasisFamily::kFourierExtension, u, &values_ref, nullptr, &second_ref);
  EXPECT_EQ(values.col(0), Vector::Ones(9));
  EXPECT_EQ(values.col(1), u);
  EXPECT_EQ(values.col(2), Vector(u.array().square() / 2));
  EXPECT_EQ(second.col(2), Vector::Ones(9));
}

// Periods are longer than the interval: neither family repeats itself inside.
TEST(FourierTest, PeriodsExceedTheInterval) {
  for (const BasisFamily family :
       {BasisFamily::kFourierExtension, BasisFamily::kPureFourier}) {
    EXPECT_GT(2 * std::acos(-1.0) / BaseFrequency(family),
              2 * kReferenceHalfWidth);
  }
}

}  // namespace
}  // namespace ttflow
