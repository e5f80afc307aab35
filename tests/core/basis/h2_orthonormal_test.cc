#include "core/basis/h2_orthonormal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <thread>
#include <vector>

namespace ttflow {
namespace {

constexpr auto kExtension = BasisFamily::kFourierExtension;

TEST(H2OrthonormalTest, ConstantHasUnitNormOnTheReferenceInterval) {
  const BasisTransform& transform = GetBasisTransform(kExtension, 9, true);
  EXPECT_NEAR(transform.transform(0, 0), 1 / std::sqrt(8.0), 1e-15);
  EXPECT_EQ(transform.transform.col(0).tail(8).cwiseAbs().maxCoeff(), 0);
}

TEST(H2OrthonormalTest, KeepsAllFunctionsOfTheUsualSizes) {
  for (const Index size : {1, 2, 4, 8, 12}) {
    EXPECT_EQ(GetBasisTransform(kExtension, size, true).transform.cols(), size);
    EXPECT_EQ(GetBasisTransform(BasisFamily::kPureFourier, size, true)
                  .transform.cols(),
              size);
  }
}

TEST(H2OrthonormalTest, ComputedOnceAcrossThreads) {
  std::vector<const BasisTransform*> seen(8);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    threads.emplace_back(
        [&seen, i] { seen[i] = &GetBasisTransform(kExtension, 13, true); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const BasisTransform* transform : seen) EXPECT_EQ(transform, seen[0]);
}

TEST(H2OrthonormalTest, ConstantCoefficientsAreThoseOfOne) {
  const BasisSpec orthonormal{kExtension, 7, true, -3, 11};
  const BasisSpec raw{kExtension, 7, false, -3, 11};
  for (const BasisSpec& spec : {orthonormal, raw}) {
    const std::shared_ptr<const Basis> basis = MakeBasis(spec);
    Matrix values(50, basis->size());
    MatrixRef ref(values);
    basis->Evaluate(Vector::LinSpaced(50, -5, 13), &ref, nullptr, nullptr);
    EXPECT_LE((values * ConstantCoefficients(spec) - Vector::Ones(50))
                  .cwiseAbs()
                  .maxCoeff(),
              1e-14);
  }
}

}  // namespace
}  // namespace ttflow
