#include "core/path/tempered_energy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>

#include "core/density/gaussian.h"
#include "tests/conformance/pointwise_energy.h"

namespace ttflow {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// f_1 = |x|^4, infinite where x_0 > 1.
std::shared_ptr<const Energy> WalledQuartic() {
  return std::make_shared<PointwiseEnergy>(
      2, [](const Vector& x, Vector& gradient) {
        gradient = 4 * x.squaredNorm() * x;
        return x[0] > 1 ? kInfinity : std::pow(x.squaredNorm(), 2);
      });
}

class TemperedEnergyTest : public testing::Test {
 protected:
  Executor executor_{2};
  NullInterrupter interrupter_;
  GaussianDensity base_{Vector{{0.5, -0.5}}, Vector{{2, 3}}};
  CountingEnergy target_{WalledQuartic(), executor_};
  TemperedEnergy energy_{base_, target_, executor_, interrupter_};
  const Matrix x_{{0.5, 0.25}, {-1, 2}, {3, 0}};  // the last beyond the wall
};

TEST_F(TemperedEnergyTest, EvaluatesBothEndsOnceAPoint) {
  TemperedBatch batch;
  ASSERT_TRUE(energy_.Evaluate(x_, batch).ok());
  Vector log_density;
  Matrix score;
  base_.LogDensity(x_, executor_, log_density, &score);
  EXPECT_EQ(batch.base_energy, -log_density);
  EXPECT_EQ(batch.base_gradient, -score);
  EXPECT_NEAR(batch.target_energy[1], 25, 1e-13);
  EXPECT_NEAR(batch.target_gradient(1, 1), 40, 1e-13);
  EXPECT_EQ(batch.target_energy[2], kInfinity);
  EXPECT_EQ(batch.target_gradient.row(2).norm(), 0);
  EXPECT_EQ(target_.counts().num_energy_evaluations, 3);
  EXPECT_EQ(target_.counts().num_gradient_evaluations, 3);
  EXPECT_EQ(target_.counts().num_nonfinite, 1);
  EXPECT_EQ(energy_.dimension(), 2);
}

TEST_F(TemperedEnergyTest, TheEndsAreExactAlsoWhereTheTargetIsInfinite) {
  TemperedBatch batch;
  ASSERT_TRUE(energy_.Evaluate(x_, batch).ok());
  EXPECT_EQ(batch.EnergyAt(0), batch.base_energy);
  EXPECT_EQ(batch.GradientAt(0), batch.base_gradient);
  EXPECT_EQ(batch.EnergyAt(1), batch.target_energy);
  EXPECT_EQ(batch.GradientAt(1), batch.target_gradient);
  EXPECT_EQ(batch.EnergyAt(1e-300)[2], kInfinity);
}

TEST_F(TemperedEnergyTest, BetweenTheEndsTheEnergyIsLinearInTime) {
  TemperedBatch batch;
  ASSERT_TRUE(energy_.Evaluate(x_, batch).ok());
  const Vector energy = batch.EnergyAt(0.25);
  const Matrix gradient = batch.GradientAt(0.25);
  for (Index i = 0; i < 2; ++i) {
    EXPECT_NEAR(energy[i],
                0.75 * batch.base_energy[i] + 0.25 * batch.target_energy[i],
                1e-14);
    for (Index k = 0; k < 2; ++k) {
      EXPECT_NEAR(
          gradient(i, k),
          0.75 * batch.base_gradient(i, k) + 0.25 * batch.target_gradient(i, k),
          1e-13);
    }
  }
  EXPECT_EQ(energy[2], kInfinity);
  EXPECT_TRUE(gradient.allFinite());
}

TEST_F(TemperedEnergyTest, ParticlesAndBatchesAgree) {
  TemperedBatch batch;
  ASSERT_TRUE(energy_.Evaluate(x_, batch).ok());
  Particles particles;
  particles.position = x_;
  particles.base_energy = batch.base_energy;
  particles.target_energy = batch.target_energy;
  particles.base_gradient = batch.base_gradient;
  particles.target_gradient = batch.target_gradient;
  for (const double t : {0.0, 0.3, 1.0}) {
    EXPECT_EQ(EnergyAt(particles, t), batch.EnergyAt(t));
    EXPECT_EQ(GradientAt(particles, t), batch.GradientAt(t));
  }
}

TEST_F(TemperedEnergyTest, AnInterruptIsHandedOn) {
  class Cancelled final : public Interrupter {
   public:
    absl::Status Check() override { return absl::CancelledError("stop"); }
  } cancelled;
  TemperedEnergy energy(base_, target_, executor_, cancelled);
  TemperedBatch batch;
  EXPECT_EQ(energy.Evaluate(x_, batch).code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace ttflow
