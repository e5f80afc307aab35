#include "core/basis/local_functions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "core/basis/bspline.h"
#include "core/basis/h2_orthonormal.h"
#include "core/basis/wavelet.h"

namespace ttflow {
namespace {

Matrix Values(const LocalFunctions& functions, const Vector& u) {
  Matrix values(u.size(), functions.size());
  MatrixRef ref(values);
  EvaluateLocal(functions, u, &ref, nullptr, nullptr);
  return values;
}

TEST(LocalFunctionsTest, BumpIsTheUniformCubicBSpline) {
  const LocalFunctions functions{1, {{1, 0.5}}};
  Vector u(6);
  u << 0, 0.5, 0.75, 1, 1.5, 2.25;  // x = -2, -1, -1/2, 0, 1, 5/2
  Vector expected(6);
  expected << 0, 1.0 / 6, 23.0 / 48, 2.0 / 3, 1.0 / 6, 0;
  EXPECT_TRUE(Values(functions, u).col(1).isApprox(expected, 1e-14));
}

TEST(LocalFunctionsTest, NotANumberStaysOne) {
  const Vector u =
      Vector::Constant(3, std::numeric_limits<double>::quiet_NaN());
  const Matrix values = Values(WaveletFunctions(8), u);
  EXPECT_EQ(values.col(0), Vector::Ones(3));
  for (Index j = 1; j < values.cols(); ++j) {
    EXPECT_TRUE(std::isnan(values(1, j))) << "function " << j;
  }
}

// With the one that is left out, at one spacing beyond the lower end.
TEST(BSplineTest, SplinesSumToOne) {
  const Vector u = Vector::LinSpaced(333, -4, 4);
  for (const Index size : {4, 5, 9, 20}) {
    LocalFunctions functions = BSplineFunctions(size);
    ASSERT_EQ(functions.size(), size);
    ASSERT_EQ(functions.num_polynomials, 1);
    const double width = functions.bumps[0].width;
    functions.bumps.push_back({functions.bumps[0].center - width, width});
    const Matrix values = Values(functions, u);
    EXPECT_LE((values.rightCols(size).rowwise().sum() - Vector::Ones(333))
                  .cwiseAbs()
                  .maxCoeff(),
              1e-14);
    EXPECT_GE(values.minCoeff(), 0);
  }
}

TEST(BSplineTest, FourFunctionsOverlapAtMost) {
  const Vector u = Vector::LinSpaced(500, -4, 4);
  const Matrix values = Values(BSplineFunctions(20), u).rightCols(19);
  for (Index i = 0; i < u.size(); ++i) {
    EXPECT_LE((values.row(i).array() > 0).count(), 4);
  }
}

TEST(WaveletTest, LevelsHaveTheKnotsBetweenThoseBefore) {
  const std::vector<Index> ends = WaveletLevels(20);
  EXPECT_EQ(ends, (std::vector<Index>{1, 5, 6, 8, 12, 20}));
  EXPECT_EQ(WaveletLevels(10), (std::vector<Index>{1, 5, 6, 8, 10}));
  EXPECT_EQ(WaveletLevels(1), (std::vector<Index>{1}));
  std::set<double> centers;
  for (const Bump& bump : WaveletFunctions(20).bumps) {
    EXPECT_TRUE(centers.insert(bump.center).second);
    EXPECT_LT(std::abs(bump.center), 4);
  }
  EXPECT_EQ(centers.size(), 15);
}

TEST(WaveletTest, SmallerSizesAreTheFirstFunctions) {
  const Vector u = Vector::LinSpaced(50, -4, 4);
  const Matrix all = Values(WaveletFunctions(40), u);
  for (Index size = 1; size < 40; ++size) {
    EXPECT_EQ(Values(WaveletFunctions(size), u), all.leftCols(size));
  }
}

// Complete levels are the same functions in every larger basis.
TEST(WaveletTest, OrthonormalLevelsAreNested) {
  const auto transform = [](Index size) {
    return GetBasisTransform(BasisFamily::kWavelet, size, true).transform;
  };
  const Matrix large = transform(20);
  for (const Index size : {5, 6, 8, 12}) {
    EXPECT_TRUE(
        large.topLeftCorner(size, size).isApprox(transform(size), 1e-8));
    EXPECT_EQ(large.bottomLeftCorner(20 - size, size).norm(), 0);
  }
}

// The finest functions, orthogonal to all that is coarser, fall off from their
// centres.
TEST(WaveletTest, FinestFunctionsStayLocal) {
  const Vector u = Vector::LinSpaced(2001, -4, 4);
  const LocalFunctions functions = WaveletFunctions(36);
  const Matrix values =
      Values(functions, u) *
      GetBasisTransform(BasisFamily::kWavelet, 36, true).transform;
  for (Index j = 20; j < 36; ++j) {
    const double center =
        functions.bumps[static_cast<std::size_t>(j) - 5].center;
    const Eigen::ArrayXd far =
        ((u.array() - center).abs() > 1.5).cast<double>();
    EXPECT_LE((far * values.col(j).array()).matrix().norm(),
              0.15 * values.col(j).norm())
        << "function " << j;
  }
}

}  // namespace
}  // namespace ttflow
