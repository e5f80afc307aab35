#include "core/energy/finite_difference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "tests/conformance/pointwise_energy.h"

namespace ttflow {
namespace {

// sin(x0) exp(x1).
std::shared_ptr<const Energy> Wave() {
  return std::make_shared<PointwiseEnergy>(
      2, [](const Vector& x, Vector& gradient) {
        gradient = Vector{
            {std::cos(x[0]) * std::exp(x[1]), std::sin(x[0]) * std::exp(x[1])}};
        return std::sin(x[0]) * std::exp(x[1]);
      });
}

const Matrix kPoints{{0.3, -1.0}, {2.0, 0.5}, {-40.0, 1.0}};

TEST(FiniteDifferenceTest, AgreesWithTheExactGradient) {
  const std::shared_ptr<const Energy> energy = Wave();
  NullInterrupter never;
  Vector values(3);
  Matrix exact(3, 2);
  MatrixRef exact_ref = exact;
  ASSERT_TRUE(energy->Evaluate(kPoints, values, &exact_ref, never).ok());
  Matrix gradient(3, 2);
  ASSERT_TRUE(FiniteDifferenceGradient(*energy, kPoints, gradient, never).ok());
  EXPECT_LT((gradient - exact).cwiseAbs().maxCoeff(), 1e-7);
}

TEST(FiniteDifferenceTest, IsOfSecondOrder) {
  const std::shared_ptr<const Energy> energy = Wave();
  NullInterrupter never;
  const Matrix x{{0.3, 0.4}};
  const double exact = std::cos(0.3) * std::exp(0.4);
  const auto error = [&](double step) {
    Matrix gradient(1, 2);
    EXPECT_TRUE(
        FiniteDifferenceGradient(*energy, x, gradient, never, step).ok());
    return std::abs(gradient(0, 0) - exact);
  };
  EXPECT_NEAR(error(1e-2) / error(5e-3), 4, 0.01);
}

TEST(FiniteDifferenceTest, RefusesWrongShapes) {
  NullInterrupter never;
  Matrix gradient(3, 1);
  EXPECT_EQ(FiniteDifferenceGradient(*Wave(), kPoints, gradient, never).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(FiniteDifferenceEnergyTest, AddsAGradientAndItsCost) {
  const FiniteDifferenceEnergy energy(Wave());
  EXPECT_EQ(energy.dimension(), 2);
  EXPECT_TRUE(energy.Traits().has_gradient);
  EXPECT_EQ(energy.Traits().nominal_cost_ns,
            5 * Wave()->Traits().nominal_cost_ns);
  NullInterrupter never;
  Vector values(3);
  Matrix gradient(3, 2);
  MatrixRef gradient_ref = gradient;
  ASSERT_TRUE(energy.Evaluate(kPoints, values, &gradient_ref, never).ok());
  EXPECT_EQ(values[0], std::sin(0.3) * std::exp(-1.0));
  EXPECT_NEAR(gradient(0, 0), std::cos(0.3) * std::exp(-1.0), 1e-8);
}

}  // namespace
}  // namespace ttflow
