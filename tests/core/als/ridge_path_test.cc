#include "core/als/ridge_path.h"

#include <gtest/gtest.h>

#include <Eigen/Cholesky>

#include "core/foundation/random.h"

namespace ttflow {
namespace {

struct Data {
  Matrix design;
  Vector rhs;
  Vector weights;
  std::vector<std::uint8_t> group;
};

Data RandomData(Index n, Index p, int num_groups, double noise) {
  RandomStream stream = RandomKey(21).Stream(Purpose::kExact, 0, 0);
  Data data{Matrix(n, p), Vector(n), Vector(n), std::vector<std::uint8_t>(n)};
  Vector truth(p);
  for (double& value : truth) value = stream.Normal();
  for (double& value : data.design.reshaped()) value = stream.Normal() + 0.5;
  for (Index i = 0; i < n; ++i) {
    data.rhs[i] = data.design.row(i).dot(truth) + 3 + noise * stream.Normal();
    data.weights[i] = i % 10 == 9 ? 0 : 2 * stream.Uniform();
    data.group[i] = static_cast<std::uint8_t>(stream.Below(num_groups + 1));
  }
  return data;
}

std::vector<NormalSums> Sums(const Data& data, int num_groups, int threads) {
  NullInterrupter interrupter;
  return *ComputeNormalSums(
      data.design.cols(),
      data.weights,
      data.rhs,
      data.group,
      num_groups,
      [&](Index begin, Index end, MatrixRef out) {
        out = data.design.middleRows(begin, end - begin);
      },
      Executor(threads),
      interrupter);
}

Vector GroupWeights(const Data& data, int group) {
  Vector weights = data.weights;
  for (Index i = 0; i < weights.size(); ++i) {
    if (data.group[i] != group) weights[i] = 0;
  }
  return weights;
}

TEST(NormalSumsTest, AreTheSumsOfEachGroup) {
  const Data data = RandomData(3000, 7, 3, 1);
  const std::vector<NormalSums> sums = Sums(data, 3, 2);
  for (int g = 0; g < 3; ++g) {
    const Vector w = GroupWeights(data, g);
    const Matrix gram = data.design.transpose() * w.asDiagonal() * data.design;
    EXPECT_NEAR(sums[g].weight, w.sum(), 1e-10);
    EXPECT_TRUE(sums[g].gram.isApprox(gram, 1e-12));
    EXPECT_TRUE(sums[g].row.isApprox(data.design.transpose() * w, 1e-12));
    EXPECT_TRUE(sums[g].cross.isApprox(
        data.design.transpose() * w.cwiseProduct(data.rhs), 1e-12));
    EXPECT_NEAR(sums[g].rhs, w.dot(data.rhs), 1e-9);
    EXPECT_NEAR(sums[g].rhs_square, w.dot(data.rhs.cwiseAbs2()), 1e-8);
  }
}

TEST(NormalSumsTest, SameBytesForAnyNumberOfThreads) {
  const Data data = RandomData(20000, 5, 2, 1);
  const std::vector<NormalSums> one = Sums(data, 2, 1);
  const std::vector<NormalSums> four = Sums(data, 2, 4);
  for (int g = 0; g < 2; ++g) {
    EXPECT_EQ(one[g].gram, four[g].gram);
    EXPECT_EQ(one[g].cross, four[g].cross);
    EXPECT_EQ(one[g].rhs_square, four[g].rhs_square);
  }
}

TEST(NormalSumsTest, MeanSquareCenteredAndDeflatedMatchTheRows) {
  const Data data = RandomData(900, 4, 1, 1);
  const NormalSums sums = Sums(data, 1, 1)[0];
  const Vector w = GroupWeights(data, 0) / GroupWeights(data, 0).sum();
  const Vector c = Vector::LinSpaced(4, -1, 2);
  const Vector residual = data.rhs - data.design * c;
  EXPECT_NEAR(sums.MeanSquare(c), w.dot(residual.cwiseAbs2()), 1e-9);
  const double mean = w.dot(residual);
  EXPECT_NEAR(sums.Centered().MeanSquare(c),
              w.dot(residual.cwiseAbs2()) - mean * mean,
              1e-9);
  const Vector more = Vector::LinSpaced(4, 1, 0);
  EXPECT_NEAR(
      sums.Deflated(c).MeanSquare(more), sums.MeanSquare(c + more), 1e-9);
  EXPECT_NEAR(sums.Deflated(c).Centered().MeanSquare(more),
              sums.Centered().MeanSquare(c + more),
              1e-9);
}

TEST(SolveRidgeTest, MatchesTheClosedForm) {
  const Data data = RandomData(500, 6, 1, 1);
  const NormalSums sums = Sums(data, 1, 1)[0];
  const double ridge = 0.3;
  const Vector penalty = Vector::LinSpaced(6, 0, 2);
  Matrix regular = sums.gram;
  regular.diagonal() += ridge * sums.gram.trace() / 6 * penalty;
  const auto found = SolveRidge(sums, ridge, penalty);
  ASSERT_TRUE(found.has_value());
  EXPECT_TRUE(found->isApprox(regular.ldlt().solve(sums.cross), 1e-10));
}

TEST(SolveRidgeTest, RefusesAnIndefiniteOrNonFiniteMatrix) {
  NormalSums sums = NormalSums::Zero(2);
  EXPECT_FALSE(SolveRidge(sums, 1e-3).has_value());
  sums.gram << 1, 2, 2, 1;
  EXPECT_FALSE(SolveRidge(sums, 1e-3).has_value());
  EXPECT_TRUE(SolveRidge(sums, 10).has_value());
  sums.gram(0, 0) = std::nan("");
  EXPECT_FALSE(SolveRidge(sums, 10).has_value());
}

TEST(SolveRidgePathTest, TakesTheLeastHeldOutRisk) {
  const Data data = RandomData(60, 25, 2, 6);
  const std::vector<NormalSums> sums = Sums(data, 2, 1);
  const std::vector<double> ridges = {1e-8, 1e-3, 1e-2, 1e-1, 1, 10};
  const auto best = SolveRidgePath(sums[0], sums[1], ridges);
  ASSERT_TRUE(best.has_value());
  for (const double ridge : ridges) {
    const auto solution = SolveRidge(sums[0], ridge);
    if (!solution.has_value()) continue;
    EXPECT_LE(best->heldout_risk, sums[1].MeanSquare(*solution) * (1 + 1e-12));
  }
  EXPECT_GT(best->ridge, 1e-8);
  EXPECT_EQ(best->heldout_risk, sums[1].MeanSquare(best->coefficients));
}

TEST(CrossValidateRidgeTest, FitsEachFoldWithoutItself) {
  const Data data = RandomData(400, 5, 3, 1);
  const std::vector<NormalSums> sums = Sums(data, 3, 1);
  const std::vector<double> ridges = {1e-6};
  const auto found = CrossValidateRidge(sums, ridges, true);
  ASSERT_TRUE(found.has_value());
  ASSERT_EQ(found->coefficients.size(), 3U);
  double risk = 0;
  double weight = 0;
  for (int f = 0; f < 3; ++f) {
    NormalSums others = NormalSums::Zero(5);
    for (int g = 0; g < 3; ++g) {
      if (g != f) others += sums[g];
    }
    const auto expected = SolveRidge(others.Centered(), 1e-6);
    EXPECT_TRUE(found->coefficients[f].isApprox(*expected, 1e-10));
    risk += sums[f].weight * sums[f].Centered().MeanSquare(*expected);
    weight += sums[f].weight;
  }
  EXPECT_NEAR(found->heldout_risk, risk / weight, 1e-10);
  NormalSums all = sums[0];
  all += sums[1];
  all += sums[2];
  EXPECT_TRUE(found->all.isApprox(*SolveRidge(all.Centered(), 1e-6), 1e-10));
  // The noise's variance is one and the constant 3 is profiled out.
  EXPECT_NEAR(found->heldout_risk, 1, 0.3);
}

TEST(CrossValidateRidgeTest, HasNoAnswerWithoutASolvableRidge) {
  const std::vector<NormalSums> sums(2, NormalSums::Zero(3));
  const std::vector<double> ridges = {1e-6, 1e-2};
  EXPECT_FALSE(CrossValidateRidge(sums, ridges, false).has_value());
}

}  // namespace
}  // namespace ttflow
