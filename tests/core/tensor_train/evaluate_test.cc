#include "core/tensor_train/evaluate.h"

#include <gtest/gtest.h>

#include "core/basis/h2_orthonormal.h"
#include "core/tensor_train/partial_contractions.h"
#include "tests/core/tensor_train/full_tensor.h"

namespace ttflow {
namespace {

constexpr Index kPoints = 40;

std::vector<BasisSpec> Specs() {
  return {{BasisFamily::kFourierExtension, 4, true, -2, 2},
          {BasisFamily::kPureFourier, 3, true, -2, 2},
          {BasisFamily::kFourierExtension, 5, true, -3, 3}};
}

Matrix Points(std::uint64_t seed = 4) {
  RandomStream stream = RandomKey(seed).Stream(Purpose::kExact, 0, 0);
  Matrix u(kPoints, 3);
  for (double& value : u.reshaped()) value = stream.Normal();
  return u;
}

BasisTable Table(const Matrix& u) {
  return ComputeBasisTable(
      MakeBases(Specs()), u, TableOrder::kSecond, Executor(1));
}

const TensorTrain kTrain = RandomTrain({4, 3, 5}, {1, 2, 3, 1}, 9);

TEST(EvaluateTest, ValueIsTheSumOverTheFullTensor) {
  const BasisTable table = Table(Points());
  const Vector full = FullTensor(kTrain);
  const Vector value = EvaluateTrain(kTrain, table);
  for (Index n = 0; n < kPoints; ++n) {
    double expected = 0;
    for (Index c = 0; c < 5; ++c) {
      for (Index b = 0; b < 3; ++b) {
        for (Index a = 0; a < 4; ++a) {
          expected += full[a + 4 * (b + 3 * c)] * table.values[0](n, a) *
                      table.values[1](n, b) * table.values[2](n, c);
        }
      }
    }
    EXPECT_NEAR(value[n], expected, 1e-12 * (1 + std::abs(expected)));
  }
}

TEST(EvaluateTest, DerivativesMatchFiniteDifferences) {
  const Matrix u = Points();
  Vector value;
  Matrix gradient;
  Vector laplacian;
  EvaluateTrainDerivatives(kTrain, Table(u), &value, &gradient, &laplacian);
  EXPECT_TRUE(value.isApprox(EvaluateTrain(kTrain, Table(u)), 1e-12));
  const double h = 1e-4;
  Vector sum = Vector::Zero(kPoints);
  for (Index k = 0; k < 3; ++k) {
    Matrix up = u;
    Matrix down = u;
    up.col(k).array() += h;
    down.col(k).array() -= h;
    const Vector plus = EvaluateTrain(kTrain, Table(up));
    const Vector minus = EvaluateTrain(kTrain, Table(down));
    EXPECT_LE(
        ((plus - minus) / (2 * h) - gradient.col(k)).cwiseAbs().maxCoeff(),
        1e-6 * (1 + gradient.col(k).cwiseAbs().maxCoeff()));
    // Second differences are of no use across an end of the interval, where the
    // second derivative jumps: differences of gradients at points inside.
    Matrix gradient_up;
    Matrix gradient_down;
    EvaluateTrainDerivatives(kTrain, Table(up), nullptr, &gradient_up, nullptr);
    EvaluateTrainDerivatives(
        kTrain, Table(down), nullptr, &gradient_down, nullptr);
    sum += (gradient_up.col(k) - gradient_down.col(k)) / (2 * h);
  }
  EXPECT_LE((sum - laplacian).cwiseAbs().maxCoeff(),
            1e-6 * (1 + laplacian.cwiseAbs().maxCoeff()));
}

TEST(EvaluateTest, OutputsAreOptional) {
  const BasisTable table = Table(Points());
  Vector value;
  Vector laplacian;
  Vector laplacian_alone;
  Matrix gradient;
  EvaluateTrainDerivatives(kTrain, table, &value, &gradient, &laplacian);
  EvaluateTrainDerivatives(kTrain, table, nullptr, nullptr, &laplacian_alone);
  EXPECT_EQ(laplacian, laplacian_alone);
}

TEST(PartialContractionsTest, LeftTimesRightIsTheValueAtEveryBond) {
  const BasisTable table = Table(Points());
  const Vector value = EvaluateTrain(kTrain, table);
  std::vector<Matrix> left = {Matrix::Ones(kPoints, 1)};
  for (Index k = 0; k < 3; ++k) {
    Matrix next(kPoints, kTrain.cores[k].right_rank);
    ExtendLeft(kTrain.cores[k], table.values[k], left.back(), next);
    left.push_back(next);
  }
  Matrix right = Matrix::Ones(kPoints, 1);
  for (Index k = 2; k >= 0; --k) {
    Matrix next(kPoints, kTrain.cores[k].left_rank);
    ExtendRight(kTrain.cores[k], table.values[k], right, next);
    Matrix around(kPoints, kTrain.cores[k].size);
    ContractAround(kTrain.cores[k], left[k], right, around);
    EXPECT_TRUE(around.cwiseProduct(table.values[k])
                    .rowwise()
                    .sum()
                    .isApprox(value, 1e-12));
    right = next;
    EXPECT_TRUE(
        left[k].cwiseProduct(right).rowwise().sum().isApprox(value, 1e-12));
  }
}

TEST(PartialContractionsTest, RowKroneckerHasTheOrderOfTheUnfolding) {
  Matrix x(2, 2);
  x << 1, 2, 3, 4;
  Matrix y(2, 3);
  y << 5, 6, 7, 8, 9, 10;
  Matrix out(2, 6);
  RowKronecker(x, y, out);
  Matrix expected(2, 6);
  expected << 5, 10, 6, 12, 7, 14, 24, 32, 27, 36, 30, 40;
  EXPECT_EQ(out, expected);
  AddRowKronecker(x, y, out);
  EXPECT_EQ(out, 2 * expected);
}

TEST(FactoriesTest, AdditiveTrainIsTheSumOfItsTerms) {
  const std::vector<BasisSpec> specs = Specs();
  const Matrix u = Points();
  const BasisTable table = Table(u);
  RandomStream stream = RandomKey(6).Stream(Purpose::kExact, 0, 0);
  for (const std::size_t d : {1U, 2U, 3U}) {
    std::vector<Vector> terms;
    std::vector<Vector> ones;
    BasisTable part;
    Vector expected = Vector::Zero(kPoints);
    for (std::size_t k = 0; k < d; ++k) {
      Vector term(specs[k].size);
      for (double& c : term) c = stream.Normal();
      expected += table.values[k] * term;
      terms.push_back(term);
      ones.push_back(ConstantCoefficients(specs[k]));
      part.values.push_back(table.values[k]);
    }
    const TensorTrain train = MakeAdditiveTrain(terms, ones);
    EXPECT_LE((EvaluateTrain(train, part) - expected).cwiseAbs().maxCoeff(),
              1e-12);
    for (const Index rank : train.ranks()) EXPECT_LE(rank, 2);
  }
}

TEST(FactoriesTest, RankOneTrainIsTheProductOfItsFactors) {
  const BasisTable table = Table(Points());
  const std::vector<Vector> factors = {Vector::LinSpaced(4, -1, 1),
                                       Vector::LinSpaced(3, 2, 1),
                                       Vector::LinSpaced(5, 0, 1)};
  const Vector expected = (table.values[0] * factors[0])
                              .cwiseProduct(table.values[1] * factors[1])
                              .cwiseProduct(table.values[2] * factors[2]);
  EXPECT_TRUE(EvaluateTrain(MakeRankOneTrain(factors), table)
                  .isApprox(expected, 1e-13));
}

TEST(FactoriesTest, RandomTrainDependsOnItsKeyAlone) {
  const std::vector<Index> sizes = {3, 4};
  const std::vector<Index> ranks = {1, 2, 1};
  const TensorTrain a = MakeRandomTrain(sizes, ranks, RandomKey(1));
  const TensorTrain b = MakeRandomTrain(sizes, ranks, RandomKey(1));
  const TensorTrain c = MakeRandomTrain(sizes, ranks, RandomKey(2));
  EXPECT_EQ(a.cores[1].unfolding, b.cores[1].unfolding);
  EXPECT_NE(a.cores[1].unfolding, c.cores[1].unfolding);
  EXPECT_EQ(a.ranks(), ranks);
  EXPECT_EQ(a.num_coefficients(), 3 * 2 + 2 * 4);
}

}  // namespace
}  // namespace ttflow
