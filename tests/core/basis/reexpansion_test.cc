#include "core/basis/reexpansion.h"

#include <gtest/gtest.h>

#include <memory>

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
