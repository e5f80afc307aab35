#include "core/moves/langevin.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/moves/hmc.h"
#include "tests/conformance/move_targets.h"

namespace ttflow {
namespace {

MoveSettings Settings(const MoveProblem& problem) {
  MoveSettings settings;
  settings.step_size = 0.9;
  settings.log_step_spread = 0.4;
  settings.scale = problem.scale();
  return settings;
}

// log q(to | from) up to a constant, of the Gaussian proposal with drift.
double LogProposal(const Vector& from,
                   const Vector& gradient,
                   const Vector& to,
                   const Vector& step) {
  const Vector drifted =
      from.array() - 0.5 * step.array().square() * gradient.array();
  return -0.5 * ((to - drifted).array() / step.array()).square().sum();
}

// The textbook form of the algorithm, with the random numbers of the move.
TEST(LangevinTest, IsMetropolisHastingsWithTheDriftedProposal) {
  CorrelatedGaussianProblem problem;
  const double t = 0.8;
  const Index n = 500;
  const Matrix x = problem.ExactDraws(n, 0.5);
  const MoveSettings settings = Settings(problem);
  const RandomKey key = RandomKey(31).AtStage(2, 9);

  Particles before = problem.Start(x);
  Particles proposal = before;
  Matrix proposed(n, 3);
  Matrix step(n, 3);
  Vector uniform(n);
  const Matrix gradient = GradientAt(before, t);
  for (Index i = 0; i < n; ++i) {
    RandomStream stream =
        key.Stream(Purpose::kMove, 5, static_cast<std::uint64_t>(i));
    const double factor = std::exp(0.4 * (2 * stream.Uniform() - 1));
    for (Index k = 0; k < 3; ++k) {
      step(i, k) = 0.9 * factor * settings.scale[k];
      proposed(i, k) = x(i, k) -
                       0.5 * step(i, k) * step(i, k) * gradient(i, k) +
                       step(i, k) * stream.Normal();
    }
    uniform[i] = stream.Uniform();
  }
  const Particles after = problem.Start(proposed);
  const Vector energy = EnergyAt(before, t);
  const Vector proposed_energy = EnergyAt(after, t);
  const Matrix proposed_gradient = GradientAt(after, t);
  Matrix expected = x;
  double acceptance = 0;
  double jump = 0;
  int accepted = 0;
  for (Index i = 0; i < n; ++i) {
    const Vector s = step.row(i).transpose();
    const Vector from = x.row(i).transpose();
    const Vector to = proposed.row(i).transpose();
    const double log_ratio =
        energy[i] - proposed_energy[i] +
        LogProposal(to, proposed_gradient.row(i).transpose(), from, s) -
        LogProposal(from, gradient.row(i).transpose(), to, s);
    const double probability = std::min(1.0, std::exp(log_ratio));
    acceptance += probability / n;
    jump += probability / n *
            ((to - from).array() / settings.scale.array()).square().sum() / 3;
    if (uniform[i] < probability) {
      expected.row(i) = proposed.row(i);
      ++accepted;
    }
  }

  Particles particles = before;
  const auto info =
      LangevinMove().Apply(settings, t, problem.energy(), key, 5, particles);
  ASSERT_TRUE(info.ok());
  EXPECT_GT(accepted, n / 4);
  EXPECT_LT(accepted, n);
  EXPECT_LT((particles.position - expected).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_NEAR(info->acceptance_rate, acceptance, 1e-12);
  EXPECT_NEAR(info->mean_squared_jump, jump, 1e-12);
}

TEST(LangevinTest, IsHmcOfOneStep) {
  CorrelatedGaussianProblem problem;
  MoveSettings settings = Settings(problem);
  settings.count = 3;
  Particles a = problem.Start(problem.ExactDraws(200, 1));
  Particles b = a;
  ASSERT_TRUE(LangevinMove()
                  .Apply(settings, 1, problem.energy(), RandomKey(3), 0, a)
                  .ok());
  settings.num_leapfrog_steps = 1;
  ASSERT_TRUE(
      HmcMove().Apply(settings, 1, problem.energy(), RandomKey(3), 0, b).ok());
  EXPECT_EQ(a.position, b.position);
}

TEST(LangevinTest, AcceptanceIsWeighted) {
  HalfNormalProblem problem;
  MoveSettings settings = Settings(problem);
  settings.step_size = 1e-3;
  settings.log_step_spread = 0;
  Particles particles = problem.Start(Matrix{{1}, {1e-9}});
  // The second particle hits the wall for half of the random numbers; without
  // weight it does not count.
  particles.log_weight = Vector{{0, -HUGE_VAL}};
  for (std::uint32_t index = 0; index < 20; ++index) {
    Particles copy = particles;
    const auto info = LangevinMove().Apply(
        settings, 1, problem.energy(), RandomKey(7), index, copy);
    ASSERT_TRUE(info.ok());
    EXPECT_NEAR(info->acceptance_rate, 1, 1e-6);
  }
}

}  // namespace
}  // namespace ttflow
