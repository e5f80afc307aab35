#include "core/moves/hmc.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/conformance/move_targets.h"

namespace ttflow {
namespace {

double Rejection(MoveProblem& problem, const Matrix& x, int num_steps) {
  MoveSettings settings;
  settings.kind = MoveKind::kHmc;
  settings.num_leapfrog_steps = num_steps;
  settings.step_size = 0.8 / num_steps;
  settings.scale = problem.scale();
  Particles particles = problem.Start(x);
  const auto info = HmcMove().Apply(
      settings, 1, problem.energy(), RandomKey(41), 0, particles);
  EXPECT_TRUE(info.ok());
  return 1 - info->acceptance_rate;
}

// Leapfrog is of second order: at a fixed length of the trajectory the change
// of the total energy, and with it the rejection rate, falls fourfold when the
// step is halved. Same momenta for all steps, so the ratio has little noise.
TEST(HmcTest, EnergyIsConservedToSecondOrder) {
  TwoModesProblem problem;
  const Matrix x = problem.ExactDraws(4000, 1);
  double previous = Rejection(problem, x, 8);
  for (const int num_steps : {16, 32}) {
    const double rejection = Rejection(problem, x, num_steps);
    EXPECT_NEAR(previous / rejection, 4, 0.4) << num_steps;
    previous = rejection;
  }
}

// Longer trajectories at the same step go further.
TEST(HmcTest, MoreStepsJumpFurther) {
  CorrelatedGaussianProblem problem;
  const Matrix x = problem.ExactDraws(2000, 1);
  double previous = 0;
  for (const int num_steps : {1, 2, 4}) {
    MoveSettings settings;
    settings.num_leapfrog_steps = num_steps;
    settings.step_size = 0.2;
    settings.scale = problem.scale();
    Particles particles = problem.Start(x);
    const auto info = HmcMove().Apply(
        settings, 1, problem.energy(), RandomKey(42), 0, particles);
    ASSERT_TRUE(info.ok());
    EXPECT_EQ(info->num_evaluations, 2000 * num_steps);
    EXPECT_GT(info->mean_squared_jump, 2 * previous);
    previous = info->mean_squared_jump;
  }
}

// A step far beyond stability runs off to infinity: rejected, nothing else.
TEST(HmcTest, ADivergingTrajectoryIsRejected) {
  CorrelatedGaussianProblem problem;
  MoveSettings settings;
  settings.num_leapfrog_steps = 200;
  settings.step_size = 500;
  settings.scale = problem.scale();
  const Matrix x = problem.ExactDraws(50, 1);
  Particles particles = problem.Start(x);
  const auto info = HmcMove().Apply(
      settings, 1, problem.energy(), RandomKey(43), 0, particles);
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(info->acceptance_rate, 0);
  EXPECT_EQ(info->mean_squared_jump, 0);
  EXPECT_EQ(particles.position, x);
  EXPECT_TRUE(particles.target_energy.allFinite());
}

// Step and momentum in units of scale: with x = scale u the move is the same.
TEST(HmcTest, DoesNotDependOnTheUnits) {
  const auto quartic = [](double unit) {
    return [unit](const Vector& x, Vector& gradient) {
      const double u = x[0] / unit;
      gradient[0] = u * u * u / unit;
      return 0.25 * u * u * u * u;
    };
  };
  const auto run = [&](double unit) {
    const Executor executor(1);
    NullInterrupter interrupter;
    const GaussianDensity base(Vector{{0}}, Vector{{unit}});
    CountingEnergy target(std::make_shared<PointwiseEnergy>(1, quartic(unit)),
                          executor);
    TemperedEnergy energy(base, target, executor, interrupter);
    Particles particles;
    particles.position = unit * Matrix{{0.5}, {-1}, {0.1}, {2}};
    TemperedBatch batch;
    EXPECT_TRUE(energy.Evaluate(particles.position, batch).ok());
    particles.base_energy = batch.base_energy;
    particles.target_energy = batch.target_energy;
    particles.base_gradient = batch.base_gradient;
    particles.target_gradient = batch.target_gradient;
    particles.log_weight = Vector::Zero(4);
    MoveSettings settings;
    settings.count = 10;
    settings.scale = Vector{{unit}};
    EXPECT_TRUE(HmcMove()
                    .Apply(settings, 0.5, energy, RandomKey(44), 0, particles)
                    .ok());
    return Matrix(particles.position / unit);
  };
  EXPECT_TRUE(run(1).isApprox(run(1024), 1e-12));
  EXPECT_TRUE(run(1).isApprox(run(1e-3), 1e-9));
}

}  // namespace
}  // namespace ttflow
