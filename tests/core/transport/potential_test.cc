#include "core/transport/potential.h"

#include <gtest/gtest.h>

#include "tests/core/transport/random_potential.h"

namespace ttflow {
namespace {

Vector ValueOf(const Potential& potential, const Matrix& u) {
  Vector value;
  EvaluatePotential(potential, u, &value, nullptr, nullptr);
  return value;
}

TEST(PotentialTest, DerivativesAgreeWithFiniteDifferences) {
  const Index d = 4;
  const Potential potential = MakeRandomPotential(d, 3);
  const Matrix u = RandomPoints(300, d, 4);
  Vector value, laplacian;
  Matrix gradient;
  EvaluatePotential(potential, u, &value, &gradient, &laplacian);
  EXPECT_EQ(value, ValueOf(potential, u));
  const double step = 1e-4;
  Vector second = Vector::Zero(u.rows());
  for (Index k = 0; k < d; ++k) {
    Matrix up = u, down = u;
    up.col(k).array() += step;
    down.col(k).array() -= step;
    const Vector above = ValueOf(potential, up);
    const Vector below = ValueOf(potential, down);
    EXPECT_LT(
        ((above - below) / (2 * step) - gradient.col(k)).cwiseAbs().maxCoeff(),
        1e-5 * (1 + gradient.cwiseAbs().maxCoeff()))
        << "coordinate " << k;
    second += (above - 2 * value + below) / (step * step);
  }
  EXPECT_LT((second - laplacian).cwiseAbs().maxCoeff(),
            1e-4 * (1 + laplacian.cwiseAbs().maxCoeff()));
}

TEST(PotentialTest, PartsAddUp) {
  const Matrix u = RandomPoints(50, 3, 5);
  const Vector all = ValueOf(MakeRandomPotential(3, 6), u);
  const Vector additive =
      ValueOf(MakeRandomPotential(3, 6, {.pairs = false, .train = false}), u);
  const Vector pairs = ValueOf(
      MakeRandomPotential(3, 6, {.additive = false, .train = false}), u);
  const Vector train = ValueOf(
      MakeRandomPotential(3, 6, {.additive = false, .pairs = false}), u);
  EXPECT_GT(train.norm(), 0);
  EXPECT_GT(pairs.norm(), 0);
  EXPECT_LT((additive + pairs + train - all).norm(), 1e-12 * all.norm());
}

TEST(PotentialTest, PairTermsHaveTheirClosedForm) {
  Potential potential = MakeRandomPotential(
      3, 7, {.additive = false, .pairs = false, .train = false});
  potential.pairs = {{0, 2, 2.5}};
  const Matrix u = RandomPoints(20, 3, 8);
  Vector value, laplacian;
  Matrix gradient;
  EvaluatePotential(potential, u, &value, &gradient, &laplacian);
  EXPECT_LT((value - 2.5 * u.col(0).cwiseProduct(u.col(2))).norm(), 1e-12);
  EXPECT_LT((gradient.col(0) - 2.5 * u.col(2)).norm(), 1e-12);
  EXPECT_EQ(gradient.col(1).norm(), 0);
  EXPECT_EQ(laplacian.norm(), 0);
}

}  // namespace
}  // namespace ttflow
