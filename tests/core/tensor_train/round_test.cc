#include "core/tensor_train/round.h"

#include <gtest/gtest.h>

#include <Eigen/SVD>

#include "core/tensor_train/arithmetic.h"
#include "core/tensor_train/orthogonalize.h"
#include "tests/core/tensor_train/full_tensor.h"

namespace ttflow {
namespace {

// Singular values of the unfolding of the full tensor after its first k
// indices.
Vector UnfoldingSpectrum(const TensorTrain& train, Index k) {
  const Vector full = FullTensor(train);
  Index rows = 1;
  for (Index i = 0; i < k; ++i) rows *= train.cores[i].size;
  return Eigen::JacobiSVD<Matrix>(full.reshaped(rows, full.size() / rows))
      .singularValues();
}

TEST(RoundTest, FindsExactRanks) {
  const TensorTrain x = RandomTrain({4, 5, 3, 4}, {1, 2, 3, 2, 1});
  // The same tensor with twice the ranks.
  TensorTrain redundant = Add(x, x, 0.25, 0.75);
  const Spectrum spectrum = Round(redundant, 0);
  EXPECT_EQ(redundant.ranks(), x.ranks());
  EXPECT_TRUE(FullTensor(redundant).isApprox(FullTensor(x), 1e-12));
  EXPECT_LE(spectrum.truncation_error, 1e-12 * spectrum.norm);
  EXPECT_NEAR(spectrum.norm, FullTensor(x).norm(), 1e-12 * spectrum.norm);
}

TEST(RoundTest, SingularValuesAreThoseOfTheUnfoldings) {
  TensorTrain train = RandomTrain({4, 5, 3}, {1, 4, 3, 1});
  const Vector first = UnfoldingSpectrum(train, 1);
  const Vector second = UnfoldingSpectrum(train, 2);
  const Spectrum spectrum = Round(train, 0);
  ASSERT_EQ(spectrum.singular_values.size(), 2U);
  EXPECT_LE((spectrum.singular_values[0] - first).cwiseAbs().maxCoeff(),
            1e-11 * spectrum.norm);
  EXPECT_LE((spectrum.singular_values[1] -
             second.head(spectrum.singular_values[1].size()))
                .cwiseAbs()
                .maxCoeff(),
            1e-11 * spectrum.norm);
}

TEST(RoundTest, StaysWithinTheToleranceAndReportsTheError) {
  for (const double tolerance : {0.5, 0.2, 0.05, 1e-3}) {
    // A decaying spectrum: a sum of ever smaller rank-one trains.
    TensorTrain train = RandomTrain({5, 5, 5, 5}, {1, 1, 1, 1, 1}, 1);
    for (std::uint64_t i = 2; i < 12; ++i) {
      train = Add(train,
                  RandomTrain({5, 5, 5, 5}, {1, 1, 1, 1, 1}, i),
                  1,
                  std::pow(0.4, static_cast<double>(i)));
    }
    const Vector before = FullTensor(train);
    TensorTrain rounded = train;
    const Spectrum spectrum = Round(rounded, tolerance);
    const double error = (FullTensor(rounded) - before).norm();
    EXPECT_LE(error, tolerance * before.norm());
    EXPECT_LE(error, spectrum.truncation_error + 1e-12 * before.norm());
    EXPECT_LE(spectrum.truncation_error, tolerance * before.norm());
    EXPECT_LT(rounded.num_coefficients(), train.num_coefficients());
  }
}

TEST(RoundTest, SmallerToleranceNeverGivesSmallerRanks) {
  const TensorTrain train = RandomTrain({4, 4, 4, 4}, {1, 4, 8, 4, 1});
  Index previous = 0;
  for (const double tolerance : {0.9, 0.5, 0.2, 0.01, 0.0}) {
    TensorTrain rounded = train;
    Round(rounded, tolerance);
    EXPECT_GE(rounded.num_coefficients(), previous);
    previous = rounded.num_coefficients();
  }
}

TEST(RoundTest, MaxRankBindsAndIsTheBestForMatrices) {
  TensorTrain train = RandomTrain({6, 7}, {1, 6, 1});
  const Vector spectrum = UnfoldingSpectrum(train, 1);
  const Vector before = FullTensor(train);
  const Spectrum info = Round(train, 0, 2);
  EXPECT_EQ(train.ranks(), (std::vector<Index>{1, 2, 1}));
  const double best = spectrum.tail(spectrum.size() - 2).norm();
  EXPECT_NEAR((FullTensor(train) - before).norm(), best, 1e-11 * before.norm());
  EXPECT_NEAR(info.truncation_error, best, 1e-11 * before.norm());
}

TEST(RoundTest, LeavesTheLastCoreAsCenter) {
  TensorTrain train = RandomTrain({4, 4, 4}, {1, 4, 4, 1});
  Round(train, 0.3);
  for (Index k = 0; k < 2; ++k) {
    const Matrix& u = train.cores[k].unfolding;
    EXPECT_LE((u.transpose() * u - Matrix::Identity(u.cols(), u.cols()))
                  .cwiseAbs()
                  .maxCoeff(),
              1e-12);
  }
}

TEST(RoundTest, ZeroTrainBecomesRankOne) {
  TensorTrain train = Scale(RandomTrain({4, 3, 4}, {1, 2, 3, 1}), 0);
  const Spectrum spectrum = Round(train, 1e-3);
  EXPECT_EQ(train.ranks(), (std::vector<Index>{1, 1, 1, 1}));
  EXPECT_EQ(spectrum.truncation_error, 0);
  EXPECT_TRUE(FullTensor(train).isZero(0));
}

TEST(RoundTest, OneDimensionIsLeftAlone) {
  TensorTrain train = RandomTrain({6}, {1, 1});
  const Vector before = FullTensor(train);
  EXPECT_TRUE(Round(train, 0.5).singular_values.empty());
  EXPECT_EQ(FullTensor(train), before);
}

}  // namespace
}  // namespace ttflow
