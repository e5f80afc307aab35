#include "core/density/density_sum.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "core/density/gaussian.h"
#include "core/density/student_t.h"
#include "tests/core/density/random_squared_train.h"

namespace ttflow {
namespace {

std::shared_ptr<const Density> Normal(double mean, double scale) {
  return std::make_shared<const GaussianDensity>(Vector{{mean, -mean}},
                                                 Vector{{scale, 2 * scale}});
}

std::shared_ptr<const Density> Heavy() {
  return std::make_shared<const StudentTDensity>(
      Vector{{0, 1}}, Vector{{1, 3}}, 4);
}

TEST(DensitySum, IsTheWeightedSumOfDensitiesAndScores) {
  const auto a = Normal(1, 0.5);
  const auto b = Heavy();
  const DensitySum sum({{3, a}, {1, b}});  // weights are normalised
  EXPECT_EQ(sum.components()[0].weight, 0.75);
  EXPECT_EQ(sum.components()[1].weight, 0.25);
  const Executor executor(1);
  const Matrix x = b->Sample(500, RandomKey(1), executor, 0);
  Vector log_a;
  Vector log_b;
  Vector log_sum;
  Matrix score_a;
  Matrix score_b;
  Matrix score;
  a->LogDensity(x, executor, log_a, &score_a);
  b->LogDensity(x, executor, log_b, &score_b);
  sum.LogDensity(x, executor, log_sum, &score);
  for (Index i = 0; i < x.rows(); ++i) {
    const double p = 0.75 * std::exp(log_a[i]) + 0.25 * std::exp(log_b[i]);
    EXPECT_NEAR(log_sum[i], std::log(p), 1e-12);
    for (Index k = 0; k < 2; ++k) {
      const double slope = (0.75 * std::exp(log_a[i]) * score_a(i, k) +
                            0.25 * std::exp(log_b[i]) * score_b(i, k)) /
                           p;
      EXPECT_NEAR(score(i, k), slope, 1e-10 * (1 + std::abs(slope)));
    }
  }
}

TEST(DensitySum, BoundsTheWeightsOfEachComponent) {
  const auto a = Normal(1, 0.5);
  const auto b = Normal(-2, 2);
  const DensitySum sum({{0.9, a}, {0.1, b}});
  const Executor executor(1);
  const Matrix x = b->Sample(500, RandomKey(2), executor, 0);
  Vector log_b;
  Vector log_sum;
  b->LogDensity(x, executor, log_b, nullptr);
  sum.LogDensity(x, executor, log_sum, nullptr);
  EXPECT_LE((log_b - log_sum).maxCoeff(), std::log(1 / 0.1) + 1e-12);
}

TEST(DensitySum, ADrawIsOneOfItsComponentsDraws) {
  const auto a = Normal(1, 0.5);
  const auto b = Heavy();
  const DensitySum sum({{0.7, a}, {0.3, b}});
  const Executor executor(1);
  const Matrix x = sum.Sample(10000, RandomKey(3), executor, 17);
  const Matrix of_a = a->Sample(10000, RandomKey(3), executor, 17);
  const Matrix of_b = b->Sample(10000, RandomKey(3), executor, 17);
  double from_a = 0;
  for (Index i = 0; i < x.rows(); ++i) {
    const bool is_a = x.row(i) == of_a.row(i);
    EXPECT_TRUE(is_a || x.row(i) == of_b.row(i)) << i;
    from_a += is_a;
  }
  // Five standard deviations: a false alarm of under 1e-6.
  EXPECT_NEAR(from_a / 10000, 0.7, 5 * std::sqrt(0.7 * 0.3 / 10000));
  // Whatever the batch.
  EXPECT_EQ(sum.Sample(777, RandomKey(3), executor, 1017),
            x.middleRows(1000, 777));
}

TEST(DensitySum, SumsAmongItsComponentsAreTakenApart) {
  const auto inner = std::make_shared<const DensitySum>(
      std::vector<DensitySum::Component>{{0.5, Normal(1, 1)}, {0.5, Heavy()}});
  const DensitySum sum({{0.6, Normal(0, 3)}, {0.4, inner}});
  ASSERT_EQ(sum.components().size(), 3u);
  EXPECT_NEAR(sum.components()[0].weight, 0.6, 1e-15);
  EXPECT_NEAR(sum.components()[1].weight, 0.2, 1e-15);
  EXPECT_NEAR(sum.components()[2].weight, 0.2, 1e-15);
  for (const auto& component : sum.components()) {
    EXPECT_EQ(dynamic_cast<const DensitySum*>(component.density.get()),
              nullptr);
  }
}

TEST(DensitySum, HasNoMassWhereNoComponentHas) {
  // Without a wide part a point beyond the cells would have none; the wide part
  // of a train underflows there.
  const auto train = std::make_shared<const SquaredTrainDensity>(
      RandomSquaredTrain({.dimension = 2}, 1));
  const DensitySum sum({{0.5, train}, {0.5, train}});
  Vector log_density;
  Matrix score;
  const Matrix far = Matrix::Constant(1, 2, 1e200);
  sum.LogDensity(far, Executor(1), log_density, &score);
  EXPECT_EQ(log_density[0], -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(score.allFinite());
}

TEST(DensitySumDeathTest, RefusesWhatDoesNotFit) {
  const auto line =
      std::make_shared<const GaussianDensity>(Vector{{0.0}}, Vector{{1.0}});
  EXPECT_DEATH(DensitySum({}), "");
  EXPECT_DEATH(DensitySum({{0.0, line}}), "");
  EXPECT_DEATH(DensitySum({{0.5, line}, {0.5, Heavy()}}), "");
}

}  // namespace
}  // namespace ttflow
