#include "core/tensor_train/arithmetic.h"

#include <gtest/gtest.h>

#include "tests/core/tensor_train/full_tensor.h"

namespace ttflow {
namespace {

const TensorTrain kX = RandomTrain({3, 4, 2, 5}, {1, 2, 3, 2, 1}, 1);
const TensorTrain kY = RandomTrain({3, 4, 2, 5}, {1, 3, 1, 4, 1}, 2);

TEST(ArithmeticTest, AddIsTheSumOfTheFullTensors) {
  const TensorTrain sum = Add(kX, kY, 2.5, -0.5);
  EXPECT_EQ(sum.ranks(), (std::vector<Index>{1, 5, 4, 6, 1}));
  EXPECT_LE((FullTensor(sum) - 2.5 * FullTensor(kX) + 0.5 * FullTensor(kY))
                .cwiseAbs()
                .maxCoeff(),
            1e-12);
}

TEST(ArithmeticTest, AddInOneDimensionKeepsRankOne) {
  const TensorTrain x = RandomTrain({6}, {1, 1}, 1);
  const TensorTrain y = RandomTrain({6}, {1, 1}, 2);
  const TensorTrain sum = Add(x, y, 2, 3);
  EXPECT_EQ(sum.ranks(), (std::vector<Index>{1, 1}));
  EXPECT_TRUE(
      FullTensor(sum).isApprox(2 * FullTensor(x) + 3 * FullTensor(y), 1e-14));
}

TEST(ArithmeticTest, AddInTwoDimensions) {
  const TensorTrain x = RandomTrain({3, 4}, {1, 2, 1}, 1);
  const TensorTrain y = RandomTrain({3, 4}, {1, 1, 1}, 2);
  EXPECT_TRUE(
      FullTensor(Add(x, y)).isApprox(FullTensor(x) + FullTensor(y), 1e-13));
}

TEST(ArithmeticTest, ScaleDotAndNormMatchTheFullTensors) {
  EXPECT_TRUE(FullTensor(Scale(kX, -3)).isApprox(-3 * FullTensor(kX), 1e-13));
  const double dot = FullTensor(kX).dot(FullTensor(kY));
  EXPECT_NEAR(Dot(kX, kY), dot, 1e-11 * std::abs(dot) + 1e-11);
  EXPECT_NEAR(Norm(kX), FullTensor(kX).norm(), 1e-11 * FullTensor(kX).norm());
}

TEST(ArithmeticTest, TransformCoordinateActsOnOneIndex) {
  Matrix transform(2, 4);
  transform << 1, -2, 0.5, 3, 0, 1, 4, -1;
  const TensorTrain transformed = TransformCoordinate(kX, 1, transform);
  EXPECT_EQ(transformed.ranks(), kX.ranks());
  const Vector before = FullTensor(kX);
  const Vector after = FullTensor(transformed);
  for (Index rest = 0; rest < 10; ++rest) {
    for (Index i0 = 0; i0 < 3; ++i0) {
      for (Index i = 0; i < 2; ++i) {
        double expected = 0;
        for (Index j = 0; j < 4; ++j) {
          expected += transform(i, j) * before[i0 + 3 * (j + 4 * rest)];
        }
        EXPECT_NEAR(after[i0 + 3 * (i + 2 * rest)], expected, 1e-12);
      }
    }
  }
}

TEST(ArithmeticTest, LargestRankIsThatOfTheWidestBond) {
  EXPECT_EQ(kX.max_rank(), 3);
  EXPECT_EQ(Add(kX, kY).max_rank(), 6);
  EXPECT_EQ(RandomTrain({6}, {1, 1}, 1).max_rank(), 1);
}

}  // namespace
}  // namespace ttflow
