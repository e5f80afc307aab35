#include "core/tensor_train/orthogonalize.h"

#include <gtest/gtest.h>

#include "tests/core/tensor_train/full_tensor.h"

namespace ttflow {
namespace {

// sum_{j, b} C[a, j, b] C[a', j, b] - identity.
double RightDefect(const TrainCore& core) {
  Matrix gram = Matrix::Zero(core.left_rank, core.left_rank);
  for (Index j = 0; j < core.size; ++j) {
    gram += core.slice(j) * core.slice(j).transpose();
  }
  gram -= Matrix::Identity(core.left_rank, core.left_rank);
  return gram.cwiseAbs().maxCoeff();
}

double LeftDefect(const TrainCore& core) {
  return (core.unfolding.transpose() * core.unfolding -
          Matrix::Identity(core.right_rank, core.right_rank))
      .cwiseAbs()
      .maxCoeff();
}

class OrthogonalizeTest : public ::testing::TestWithParam<Index> {};

TEST_P(OrthogonalizeTest, KeepsTheTensorAndOrthogonalizesAroundTheCenter) {
  const Index center = GetParam();
  TensorTrain train = RandomTrain({3, 4, 2, 5, 3}, {1, 3, 4, 5, 2, 1});
  const Vector before = FullTensor(train);
  const double norm = Orthogonalize(train, center);
  EXPECT_NEAR(norm, before.norm(), 1e-12 * before.norm());
  EXPECT_LE((FullTensor(train) - before).cwiseAbs().maxCoeff(),
            1e-12 * before.norm());
  for (Index k = 0; k < center; ++k) {
    EXPECT_LE(LeftDefect(train.cores[k]), 1e-12);
  }
  for (Index k = center + 1; k < 5; ++k) {
    EXPECT_LE(RightDefect(train.cores[k]), 1e-12);
  }
}

INSTANTIATE_TEST_SUITE_P(Centers,
                         OrthogonalizeTest,
                         ::testing::Values(0, 1, 2, 3, 4));

TEST(OrthogonalizeTest, ReducesRanksThatCannotBeFilled) {
  TensorTrain train = RandomTrain({2, 2, 2}, {1, 5, 7, 1});
  const Vector before = FullTensor(train);
  Orthogonalize(train, 2);
  EXPECT_EQ(train.ranks(), (std::vector<Index>{1, 2, 4, 1}));
  EXPECT_TRUE(FullTensor(train).isApprox(before, 1e-12));
  Orthogonalize(train, 0);
  EXPECT_EQ(train.ranks(), (std::vector<Index>{1, 2, 2, 1}));
  EXPECT_TRUE(FullTensor(train).isApprox(before, 1e-12));
}

TEST(OrthogonalizeTest, SurvivesAZeroTrain) {
  const std::vector<Index> sizes = {3, 2, 4};
  TensorTrain train = MakeZeroTrain(sizes);
  EXPECT_EQ(Orthogonalize(train, 1), 0);
  EXPECT_TRUE(FullTensor(train).isZero(0));
}

}  // namespace
}  // namespace ttflow
