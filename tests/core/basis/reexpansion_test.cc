#include "core/basis/reexpansion.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "core/foundation/random.h"

namespace ttflow {
namespace {

Vector Values(const BasisSpec& spec,
              const Vector& coefficients,
              const Vector& x) {
  const std::shared_ptr<const Basis> basis = MakeBasis(spec);
  Matrix values(x.size(), basis->size());
  MatrixRef ref(values);
  basis->Evaluate(x, &ref, nullptr, nullptr);
  return values * coefficients;
}

Vector RandomCoefficients(Index m) {
  RandomStream stream = RandomKey(5).Stream(Purpose::kExact, 0, 0);
  Vector c(m);
  for (double& value : c) value = stream.Normal();
  return c;
}

TEST(ReexpansionTest, IsTheIdentityForTheSameSpec) {
  for (const bool orthonormal : {true, false}) {
    const BasisSpec spec{BasisFamily::kFourierExtension, 8, orthonormal, -1, 4};
    EXPECT_LE((ReexpansionMatrix(spec, spec) - Matrix::Identity(8, 8))
                  .cwiseAbs()
                  .maxCoeff(),
              1e-7);
  }
}

TEST(ReexpansionTest, IsExactForPolynomialsOnASmallerInterval) {
  const BasisSpec from{BasisFamily::kFourierExtension, 3, true, -5, 4};
  const BasisSpec to{BasisFamily::kFourierExtension, 9, true, -2, 1};
  const Vector c = RandomCoefficients(3);
  const Vector x = Vector::LinSpaced(100, -2, 1);
  EXPECT_LE(
      (Values(to, ReexpansionMatrix(from, to) * c, x) - Values(from, c, x))
          .cwiseAbs()
          .maxCoeff(),
      1e-9);
}

TEST(ReexpansionTest, KeepsTheConstantExactly) {
  const BasisSpec from{BasisFamily::kFourierExtension, 6, true, -5, 4};
  const BasisSpec to{BasisFamily::kPureFourier, 9, false, -9, 1};
  const Matrix projection = ReexpansionMatrix(from, to);
  const Vector x = Vector::LinSpaced(20, -8, 3);
  EXPECT_LE(
      (Values(to, projection.col(0), x) - Values(from, Vector::Unit(6, 0), x))
          .cwiseAbs()
          .maxCoeff(),
      1e-15);
}

// Sizes whose spaces contain each other, so that sums of fewer functions follow
// exactly from those of more.
TEST(ReexpansionTest, IsExactBetweenNestedSizes) {
  const struct {
    BasisFamily family;
    std::vector<Index> sizes;
  } cases[] = {{BasisFamily::kFourierExtension, {3, 6, 12}},
               {BasisFamily::kPureFourier, {3, 6, 12}},
               {BasisFamily::kLegendre, {3, 6, 12, 20}},
               {BasisFamily::kChebyshev, {3, 6, 12, 20}},
               {BasisFamily::kBSpline, {3, 4, 6, 12}},
               {BasisFamily::kWavelet, {3, 6, 9, 12, 20}}};
  const Vector x = Vector::LinSpaced(300, -6, 9);
  for (const auto& [family, sizes] : cases) {
    for (const bool orthonormal : {true, false}) {
      for (std::size_t s = 0; s + 1 < sizes.size(); ++s) {
        const BasisSpec small{family, sizes[s], orthonormal, -4, 7};
        const BasisSpec large{family, sizes[s + 1], orthonormal, -4, 7};
        EXPECT_TRUE(IsNested(family, small.size, large.size));
        const Vector c = RandomCoefficients(small.size);
        const Vector expected = Values(small, c, x);
        const Vector found =
            Values(large, ReexpansionMatrix(small, large) * c, x);
        EXPECT_LE((found - expected).norm(), 1e-6 * expected.norm())
            << "family " << static_cast<int>(family) << ", sizes " << small.size
            << " and " << large.size;
      }
    }
  }
}

// Splines on cells that do not divide each other: the nearest ones.
TEST(ReexpansionTest, IsCloseBetweenSplinesThatAreNotNested) {
  const BasisSpec small{BasisFamily::kBSpline, 6, true, -4, 7};
  const BasisSpec large{BasisFamily::kBSpline, 20, true, -4, 7};
  EXPECT_FALSE(IsNested(BasisFamily::kBSpline, 6, 20));
  const Vector c = RandomCoefficients(6);
  const Vector x = Vector::LinSpaced(300, -4, 7);
  const Vector expected = Values(small, c, x);
  const Vector found = Values(large, ReexpansionMatrix(small, large) * c, x);
  EXPECT_LE((found - expected).norm(), 0.01 * expected.norm());
  EXPECT_GE((found - expected).norm(), 1e-9 * expected.norm());
}

// A slightly moved interval, as between stages: close, not exact.
TEST(ReexpansionTest, IsCloseForASlightlyMovedInterval) {
  const BasisSpec from{BasisFamily::kFourierExtension, 12, true, -2, 2};
  const BasisSpec to{BasisFamily::kFourierExtension, 12, true, -1.9, 2.05};
  // A smooth function: the leading coefficients only.
  Vector c = Vector::Zero(12);
  c.head(6) = RandomCoefficients(6);
  const Vector x = Vector::LinSpaced(200, -1.9, 1.99);
  const Vector expected = Values(from, c, x);
  const Vector found = Values(to, ReexpansionMatrix(from, to) * c, x);
  EXPECT_LE((found - expected).norm(), 0.02 * expected.norm());
}

}  // namespace
}  // namespace ttflow
