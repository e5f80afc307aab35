#include "core/basis/basis.h"

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

TEST(BasisTest, ExtensionHoldsTheConstantTheLinearAndTheQuadratic) {
  const std::shared_ptr<const Basis> basis =
      MakeBasis({kExtension, 12, true, -2, 7});
  const Vector x = Vector::LinSpaced(400, -2, 7);
  const Matrix design = EvaluateAll(*basis, x).values;
  for (int degree = 0; degree <= 2; ++degree) {
    const Vector y = x.array().pow(degree);
    const Vector found = design.colPivHouseholderQr().solve(y);
    EXPECT_LE((design * found - y).cwiseAbs().maxCoeff(), 1e-7)
        << "degree " << degree;
  }
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
