#include "core/transport/velocity.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>

#include "core/transport/sequential_step.h"
#include "tests/core/transport/cloud.h"
#include "tests/core/transport/random_potential.h"

namespace ttflow {
namespace {

// Component trains with random coefficients; phi = 0 beside them.
Velocity MakeRandomComponents(Index d, std::uint64_t seed, double scale) {
  Velocity velocity{MakeRandomPotential(
      d, seed, {.additive = false, .pairs = false, .train = false})};
  velocity.component_basis = velocity.potential.additive_basis;
  std::vector<Index> sizes, ranks{1};
  for (Index k = 0; k < d; ++k) {
    sizes.push_back(velocity.component_basis[k].size);
    ranks.push_back(k + 1 < d ? 2 : 1);
  }
  for (Index k = 0; k < d; ++k) {
    velocity.components.push_back(
        MakeRandomTrain(sizes, ranks, RandomKey(seed + 7 * k)));
    velocity.components.back().cores[0].unfolding *= scale;
  }
  return velocity;
}

Matrix Field(const Velocity& velocity, const Matrix& u) {
  Matrix field;
  EvaluateVelocity(velocity, u, &field, nullptr);
  return field;
}

TEST(VelocityTest, DivergenceIsThatOfTheField) {
  const Index d = 3, n = 300;
  Velocity velocity = MakeRandomComponents(d, 61, 1);
  velocity.potential = MakeRandomPotential(d, 62);
  const Matrix u = 0.5 * RandomPoints(n, d, 63);
  Matrix field;
  Vector divergence;
  EvaluateVelocity(velocity, u, &field, &divergence);
  Vector expected = Vector::Zero(n);
  const double step = 1e-6;
  for (Index k = 0; k < d; ++k) {
    Matrix up = u, down = u;
    up.col(k).array() += step;
    down.col(k).array() -= step;
    expected +=
        (Field(velocity, up) - Field(velocity, down)).col(k) / (2 * step);
  }
  EXPECT_LT((divergence - expected).norm(), 1e-6 * expected.norm());
  const Matrix gradient = RandomPoints(n, d, 64);
  NullInterrupter interrupter;
  const Vector image =
      *ApplyContinuityOperator(velocity, u, gradient, Executor(1), interrupter);
  const Vector direct =
      divergence - field.cwiseProduct(gradient).rowwise().sum();
  EXPECT_LT((image - direct).norm(), 1e-12 * direct.norm());
}

TEST(VelocityTest, CountsAllCoefficients) {
  const Velocity velocity = MakeRandomComponents(3, 65, 1);
  // Three trains of sizes 5, 6, 5 and ranks 1, 2, 2, 1; phi = 0 has none.
  EXPECT_EQ(velocity.num_coefficients(), 3 * (10 + 24 + 10));
}

class ComponentStepTest : public testing::TestWithParam<double> {};

// Scales from gentle to such that the limiter must act.
INSTANTIATE_TEST_SUITE_P(Scales,
                         ComponentStepTest,
                         testing::Values(0.3, 3.0, 30.0));

TEST_P(ComponentStepTest, LogDeterminantIsThatOfAnIncreasingMap) {
  const Index d = 3;
  const Velocity velocity = MakeRandomComponents(d, 66, GetParam());
  const Matrix u = 0.5 * RandomPoints(60, d, 67);
  const auto step = [&](Matrix at, Vector* log_determinant) {
    Vector value;
    SequentialStep(velocity, 0.3, 2, Executor(1), at, value);
    if (log_determinant != nullptr) *log_determinant = value;
    return at;
  };
  Vector log_determinant;
  step(u, &log_determinant);
  const double delta = 1e-6;
  std::vector<Matrix> columns;
  for (Index k = 0; k < d; ++k) {
    Matrix up = u, down = u;
    up.col(k).array() += delta;
    down.col(k).array() -= delta;
    columns.push_back((step(up, nullptr) - step(down, nullptr)) / (2 * delta));
  }
  int agreeing = 0;
  for (Index i = 0; i < u.rows(); ++i) {
    Matrix jacobian(d, d);
    for (Index k = 0; k < d; ++k)
      jacobian.col(k) = columns[k].row(i).transpose();
    const double determinant = jacobian.determinant();
    ASSERT_GT(determinant, 0) << "particle " << i;
    if (std::abs(std::log(determinant) - log_determinant[i]) < 1e-5) ++agreeing;
  }
  // One whose difference straddles a kink may disagree.
  EXPECT_GE(agreeing, u.rows() - 2);
}

FitOptions OptionsOf(VelocityForm form) {
  FitOptions options;
  options.velocity = form;
  return options;
}

class FormTest : public testing::TestWithParam<VelocityForm> {};

INSTANTIATE_TEST_SUITE_P(Forms,
                         FormTest,
                         testing::Values(VelocityForm::kParts,
                                         VelocityForm::kTrain,
                                         VelocityForm::kComponents));

TEST_P(FormTest, ExplainsACoupledQuartic) {
  const Cloud cloud =
      PairCloud(3000, 4, {.well = 0.3, .coupling = 1.0}, 1.5, 0.4);
  const auto fit = Fit(cloud, OptionsOf(GetParam()));
  ASSERT_TRUE(fit.ok()) << fit.status();
  EXPECT_GT(fit->validation_r2, 0.8);
  EXPECT_EQ(fit->velocity.has_components(),
            GetParam() == VelocityForm::kComponents);
  EXPECT_EQ(fit->ranks.size(), 5u);
  const bool has_parts = !fit->velocity.potential.additive[0].isZero(0);
  EXPECT_EQ(has_parts, GetParam() == VelocityForm::kParts);
  // Judged held out: fresh particles agree, with folds and with all rows.
  const Cloud fresh =
      PairCloud(3000, 4, {.well = 0.3, .coupling = 1.0}, 1.5, 0.4, 42);
  NullInterrupter interrupter;
  const auto variance = [](const Vector& x) {
    return (x.array() - x.mean()).square().mean();
  };
  for (const Velocity* velocity : {&fit->fold_velocity[0], &fit->velocity}) {
    const Vector residual =
        fresh.energy_difference - *ApplyContinuityOperator(*velocity,
                                                           fresh.position,
                                                           fresh.gradient,
                                                           Executor(1),
                                                           interrupter);
    EXPECT_NEAR(1 - variance(residual) / variance(fresh.energy_difference),
                fit->validation_r2,
                0.05);
  }
}

TEST_P(FormTest, PureNoiseIsNotFitted) {
  Cloud cloud = MakeCloud(600, 3, 33);
  cloud.gradient = cloud.position;
  cloud.energy_difference = RandomNormals(600, 1, RandomKey(34));
  const auto fit = Fit(cloud, OptionsOf(GetParam()));
  ASSERT_TRUE(fit.ok()) << fit.status();
  EXPECT_LT(std::abs(fit->validation_r2), 0.05);
  EXPECT_FALSE(fit->velocity.has_components());
}

TEST_P(FormTest, WarmStartIsAtLeastAsGood) {
  const PairEnergy energy{.well = 0.3, .coupling = 1.0};
  const auto before =
      Fit(PairCloud(2000, 4, energy, 1.5, 0.38, 43), OptionsOf(GetParam()));
  ASSERT_TRUE(before.ok());
  const Cloud now = PairCloud(2000, 4, energy, 1.5, 0.4, 44);
  const auto cold = Fit(now, OptionsOf(GetParam()));
  const auto warm = Fit(now, OptionsOf(GetParam()), &*before);
  ASSERT_TRUE(cold.ok() && warm.ok());
  EXPECT_GT(warm->validation_r2, cold->validation_r2 - 0.03);
}

TEST_P(FormTest, DoesNotDependOnThreads) {
  const Cloud cloud =
      PairCloud(1500, 4, {.well = 0.3, .coupling = 1.0}, 1.5, 0.4);
  const auto one = Fit(cloud, OptionsOf(GetParam()), nullptr, 1);
  const auto two = Fit(cloud, OptionsOf(GetParam()), nullptr, 2);
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_EQ(one->residual, two->residual);
}

// A linear field in few coordinates: N(0, s^2 I) to a correlated normal.
TEST(ComponentFitTest, FindsTheLinearFieldOfANormal) {
  const Matrix precision = Eigen::Matrix3d{{2, .8, 0}, {.8, 2, .8}, {0, .8, 2}};
  const auto fit = Fit(GaussianCloud(3000, precision, 1.5, 0.4),
                       OptionsOf(VelocityForm::kComponents));
  ASSERT_TRUE(fit.ok()) << fit.status();
  EXPECT_GT(fit->validation_r2, 0.95);
}

}  // namespace
}  // namespace ttflow
