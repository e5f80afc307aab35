#include "core/basis/basis.h"

#include <cmath>
#include <limits>

#include "tests/conformance/basis_conformance.h"

namespace ttflow {
namespace {

constexpr auto kExtension = BasisFamily::kFourierExtension;
constexpr auto kPure = BasisFamily::kPureFourier;

INSTANTIATE_TEST_SUITE_P(
    FourierExtension,
    BasisConformance,
    ::testing::Values(BasisSpec{kExtension, 1, true, -1, 1},
                      BasisSpec{kExtension, 2, true, -1, 1},
                      BasisSpec{kExtension, 3, true, 2, 2.5},
                      BasisSpec{kExtension, 6, true, -4, 4},
                      BasisSpec{kExtension, 8, false, -3, 5},
                      BasisSpec{kExtension, 12, true, -100, 20},
                      BasisSpec{kExtension, 20, true, 0, 1},
                      BasisSpec{kExtension, 40, true, -4, 4}));

INSTANTIATE_TEST_SUITE_P(PureFourier,
                         BasisConformance,
                         ::testing::Values(BasisSpec{kPure, 1, true, -1, 1},
                                           BasisSpec{kPure, 4, true, 2, 2.5},
                                           BasisSpec{kPure, 7, false, -3, 5},
                                           BasisSpec{kPure, 12, true, -100, 20},
                                           BasisSpec{kPure, 25, true, -4, 4}));

INSTANTIATE_TEST_SUITE_P(AllFourierExtensions,
                         BasisConformance,
                         ::testing::ValuesIn(BasisSpecs(kExtension, 20, 20)));
INSTANTIATE_TEST_SUITE_P(AllPureFourier,
                         BasisConformance,
                         ::testing::ValuesIn(BasisSpecs(kPure, 25, 25)));
INSTANTIATE_TEST_SUITE_P(
    Legendre,
    BasisConformance,
    ::testing::ValuesIn(BasisSpecs(BasisFamily::kLegendre, 40, 40)));
INSTANTIATE_TEST_SUITE_P(
    Chebyshev,
    BasisConformance,
    ::testing::ValuesIn(BasisSpecs(BasisFamily::kChebyshev, 40, 40)));
INSTANTIATE_TEST_SUITE_P(
    BSpline,
    BasisConformance,
    ::testing::ValuesIn(BasisSpecs(BasisFamily::kBSpline, 40, 40)));
INSTANTIATE_TEST_SUITE_P(
    Wavelet,
    BasisConformance,
    ::testing::ValuesIn(BasisSpecs(BasisFamily::kWavelet, 40, 12)));

// Largest error over [-2, 7] of the best approximation of y(x).
template <typename Function>
double ApproximationError(const BasisSpec& spec, const Function& y) {
  const Vector x = Vector::LinSpaced(1000, -2, 7);
  const Matrix design = EvaluateAll(*MakeBasis(spec), x).values;
  const Vector sought = x.unaryExpr(y);
  const Vector found = design.colPivHouseholderQr().solve(sought);
  return (design * found - sought).cwiseAbs().maxCoeff();
}

TEST(BasisTest, PolynomialsAreReproduced) {
  const struct {
    BasisFamily family;
    Index size;
    int degree;
  } cases[] = {{kExtension, 12, 2},
               {BasisFamily::kLegendre, 7, 6},
               {BasisFamily::kChebyshev, 7, 6},
               {BasisFamily::kBSpline, 3, 2},
               {BasisFamily::kBSpline, 4, 3},
               {BasisFamily::kBSpline, 11, 3},
               {BasisFamily::kWavelet, 5, 4},
               {BasisFamily::kWavelet, 20, 4}};
  for (const auto& [family, size, highest] : cases) {
    for (int degree = 0; degree <= highest; ++degree) {
      const BasisSpec spec{family, size, true, -2, 7};
      EXPECT_LE(ApproximationError(spec,
                                   [&](double x) {
                                     return std::pow((x - 2.5) / 4.5, degree);
                                   }),
                1e-7)
          << "family " << static_cast<int>(family) << ", degree " << degree;
    }
  }
}

// The same functions, whichever raw ones they are made of.
TEST(BasisTest, LegendreAndChebyshevSpanTheSame) {
  const Vector x = Vector::LinSpaced(60, -5, 9);
  const auto of = [&](BasisFamily family) {
    return EvaluateAll(*MakeBasis({family, 12, true, -2, 7}), x).values;
  };
  const Matrix legendre = of(BasisFamily::kLegendre);
  const Matrix chebyshev = of(BasisFamily::kChebyshev);
  // Reproducing kernels do not depend on the choice of an orthonormal basis.
  const Matrix kernel = legendre * legendre.transpose();
  EXPECT_TRUE(kernel.isApprox(chebyshev * chebyshev.transpose(), 1e-9));
}

// A narrow feature: local functions catch it, as many polynomials do not.
TEST(BasisTest, LocalFamiliesResolveANarrowBump) {
  const auto bump = [](double x) { return std::exp(-2 * (x - 3) * (x - 3)); };
  const auto error = [&](BasisFamily family) {
    return ApproximationError({family, 20, true, -2, 7}, bump);
  };
  const double legendre = error(BasisFamily::kLegendre);
  EXPECT_LE(error(BasisFamily::kBSpline), 0.5 * legendre);
  EXPECT_LE(error(BasisFamily::kWavelet), 0.5 * legendre);
}

TEST(BasisTest, NotANumberStaysOne) {
  const std::shared_ptr<const Basis> basis =
      MakeBasis({kExtension, 5, true, -1, 1});
  Vector x(3);
  x << 0.25, std::numeric_limits<double>::quiet_NaN(),
      std::numeric_limits<double>::infinity();
  const BasisValues at = EvaluateAll(*basis, x);
  EXPECT_TRUE(at.values.row(0).allFinite());
  EXPECT_TRUE(std::isnan(at.values(1, 1)));
  EXPECT_FALSE(std::isfinite(at.values(2, 1)));
}

TEST(BasisDeathTest, RefusesAnEmptyInterval) {
  EXPECT_DEATH(MakeBasis({kExtension, 5, true, 1, 1}), "check failed");
  EXPECT_DEATH(MakeBasis({kExtension, 0, true, 0, 1}), "check failed");
}

}  // namespace
}  // namespace ttflow
