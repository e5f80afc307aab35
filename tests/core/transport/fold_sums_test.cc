#include "core/transport/fold_sums.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/basis/reexpansion.h"
#include "core/transport/linear_design.h"
#include "tests/core/transport/cloud.h"

namespace ttflow {
namespace {

constexpr PairEnergy kEnergy{.well = 0.3, .coupling = 1.0};

FitRows Rows(Index size) {
  Cloud cloud = PairCloud(size, 4, kEnergy, 1.5, 0.4);
  for (Index i = 0; i < size; ++i) {
    cloud.weights[i] = 1 + 0.5 * std::sin(static_cast<double>(i));
  }
  return *GatherFitRows(cloud.problem());
}

std::vector<BasisSpec> Specs(Index size) {
  BasisSpec spec;
  spec.size = size;
  spec.lower = -3;
  spec.upper = 3.5;
  return std::vector<BasisSpec>(4, spec);
}

FoldSums SumsOf(const FitRows& rows, const LinearDesign& design, int threads) {
  NullInterrupter interrupter;
  return *ComputeFoldSums(
      rows,
      design.size(),
      [&](Index begin, Index end, MatrixRef block) {
        design.Fill(begin, end, block);
      },
      Executor(threads),
      interrupter);
}

void ExpectNear(const NormalSums& x, const NormalSums& y, double tolerance) {
  EXPECT_NEAR(x.weight, y.weight, 1e-12);
  EXPECT_NEAR(x.rhs, y.rhs, tolerance);
  EXPECT_NEAR(x.rhs_square, y.rhs_square, tolerance * y.rhs_square);
  EXPECT_LT((x.row - y.row).norm(), tolerance * (1 + y.row.norm()));
  EXPECT_LT((x.cross - y.cross).norm(), tolerance * y.cross.norm());
  EXPECT_LT((x.gram - y.gram).norm(), tolerance * y.gram.norm());
}

TEST(FoldSumsTest, AgreeWithTheirDefinition) {
  const FitRows rows = Rows(5000);
  const LinearDesign design(rows, Specs(5), {{0, 1}, {2, 3}}, 0.7);
  const FoldSums sums = SumsOf(rows, design, 1);
  Matrix all(rows.size(), design.size());
  design.Fill(0, rows.size(), all);
  for (int f = 0; f < 2; ++f) {
    const Index begin = rows.fold_begin[f];
    const Index n = rows.fold_begin[f + 1] - begin;
    const Matrix a = all.middleRows(begin, n);
    const Vector w = rows.weights.segment(begin, n);
    const Vector y = rows.energy_difference.segment(begin, n);
    NormalSums expected;
    expected.weight = w.sum();
    expected.row = a.transpose() * w;
    expected.rhs = w.dot(y);
    expected.gram = a.transpose() * w.asDiagonal() * a;
    expected.cross = a.transpose() * w.cwiseProduct(y);
    expected.rhs_square = w.dot(y.cwiseAbs2());
    ExpectNear(sums[f], expected, 1e-11);
  }
}

TEST(FoldSumsTest, ExtensionIsTheSumOfAllColumns) {
  const FitRows rows = Rows(5000);
  const std::vector<CoordinatePair> pairs = {{0, 1}, {1, 3}, {2, 3}};
  const LinearDesign additive(rows, Specs(5), {}, 1);
  const LinearDesign pair_design(rows, {}, pairs, 0.7);
  const LinearDesign both(rows, Specs(5), pairs, 0.7);
  NullInterrupter interrupter;
  const FoldSums extended = *ExtendFoldSums(
      rows,
      SumsOf(rows, additive, 1),
      [&](Index begin, Index end, MatrixRef block) {
        additive.Fill(begin, end, block);
      },
      pair_design.size(),
      [&](Index begin, Index end, MatrixRef block) {
        pair_design.Fill(begin, end, block);
      },
      Executor(1),
      interrupter);
  const FoldSums expected = SumsOf(rows, both, 1);
  for (int f = 0; f < 2; ++f) ExpectNear(extended[f], expected[f], 1e-12);
}

TEST(FoldSumsTest, RestrictionIsTheSumOfTheSmallerBasis) {
  const FitRows rows = Rows(1000);
  const std::vector<CoordinatePair> pairs = {{0, 1}, {1, 3}, {2, 3}};
  const FoldSums large =
      SumsOf(rows, LinearDesign(rows, Specs(9), pairs, 0.7), 1);
  const FoldSums small =
      SumsOf(rows, LinearDesign(rows, Specs(3), {pairs[0], pairs[2]}, 0.7), 1);
  const Matrix projection =
      ReexpansionMatrix(Specs(3)[0], Specs(9)[0]).bottomRightCorner(8, 2);
  for (int f = 0; f < 2; ++f) {
    ExpectNear(RestrictSums(large[f], 4, projection, {0, 2}), small[f], 1e-8);
  }
}

TEST(FoldSumsTest, DoNotDependOnThreads) {
  const FitRows rows = Rows(9000);
  const LinearDesign design(rows, Specs(7), {{0, 1}}, 1);
  const FoldSums one = SumsOf(rows, design, 1), two = SumsOf(rows, design, 2);
  for (int f = 0; f < 2; ++f) {
    EXPECT_EQ(one[f].gram, two[f].gram);
    EXPECT_EQ(one[f].cross, two[f].cross);
  }
}

TEST(FoldSumsTest, ExpandedCoefficientsPredictTheSame) {
  const FitRows rows = Rows(300);
  const std::vector<CoordinatePair> pairs = {{0, 1}, {2, 3}};
  const LinearDesign small(rows, Specs(4), pairs, 0.7);
  const LinearDesign large(rows, Specs(8), pairs, 0.7);
  const Matrix all = ReexpansionMatrix(Specs(4)[0], Specs(8)[0]);
  const Matrix projection = all.bottomRightCorner(7, 3);
  const Vector c = Vector::LinSpaced(small.size(), -1, 2);
  Matrix a(rows.size(), small.size()), b(rows.size(), large.size());
  small.Fill(0, rows.size(), a);
  large.Fill(0, rows.size(), b);
  const Vector expected = a * c;
  EXPECT_LT((b * ExpandCoefficients(c, 4, projection) - expected).norm(),
            1e-9 * expected.norm());
}

}  // namespace
}  // namespace ttflow
