// MoveConformance: what every Move promises. A new move only adds
//   INSTANTIATE_TEST_SUITE_P(Name, MoveConformance, testing::Values(cases...));
// to move_conformance_test.cc. Include in one source a binary.

#ifndef TTFLOW_TESTS_CONFORMANCE_MOVE_CONFORMANCE_H_
#define TTFLOW_TESTS_CONFORMANCE_MOVE_CONFORMANCE_H_

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "core/moves/move.h"
#include "tests/conformance/goodness_of_fit.h"
#include "tests/conformance/move_targets.h"

namespace ttflow {

// Settings of a move, without scale; `count` is set by each check.
struct MoveCase {
  std::string name;
  MoveSettings settings;
};

inline std::ostream& operator<<(std::ostream& out, const MoveCase& c) {
  return out << c.name;
}

class MoveConformance : public testing::TestWithParam<MoveCase> {
 protected:
  static MoveSettings Settings(int count, Vector scale) {
    MoveSettings settings = GetParam().settings;
    settings.count = count;
    settings.scale = std::move(scale);
    return settings;
  }

  static const Move& TheMove() { return GetMove(GetParam().settings.kind); }

  // Moves exact draws and compares every coordinate with its exact cdf.
  static void ExpectInvariant(MoveProblem& problem, double t, int count) {
    Particles particles = problem.Start(problem.ExactDraws(20000, t));
    const auto info = TheMove().Apply(Settings(count, problem.scale()),
                                      t,
                                      problem.energy(),
                                      RandomKey(11),
                                      0,
                                      particles);
    ASSERT_TRUE(info.ok()) << info.status();
    // It moved, and it rejected: the check below means something.
    EXPECT_GT(info->acceptance_rate, 0.2);
    EXPECT_LT(info->acceptance_rate, 0.999);
    EXPECT_GT(info->mean_squared_jump, 1e-3);
    for (Index k = 0; k < particles.dimension(); ++k) {
      EXPECT_LT(KolmogorovSmirnovDistance(
                    particles.position.col(k),
                    [&](double x) { return problem.Cdf(t, k, x); }),
                KolmogorovSmirnovBound(particles.num_particles()))
          << "coordinate " << k;
    }
  }
};

TEST_P(MoveConformance, LeavesACorrelatedGaussianInvariant) {
  CorrelatedGaussianProblem problem;
  ExpectInvariant(problem, 0.4, 6);
  ExpectInvariant(problem, 1, 6);
}

TEST_P(MoveConformance, LeavesTheJointMomentsOfACorrelatedGaussianInvariant) {
  CorrelatedGaussianProblem problem;
  Particles particles = problem.Start(problem.ExactDraws(20000, 1));
  ASSERT_TRUE(TheMove()
                  .Apply(Settings(6, problem.scale()),
                         1,
                         problem.energy(),
                         RandomKey(12),
                         0,
                         particles)
                  .ok());
  const Matrix covariance = problem.Covariance(1);
  for (Index k = 0; k < 3; ++k) {
    for (Index l = 0; l <= k; ++l) {
      const Vector product =
          (particles.position.col(k).array() - problem.Mean(1)[k]) *
          (particles.position.col(l).array() - problem.Mean(1)[l]);
      EXPECT_LT(std::abs(ZScore(product, covariance(k, l))), kFalseAlarmZ);
    }
  }
}

TEST_P(MoveConformance, LeavesTwoUnevenModesInvariant) {
  TwoModesProblem problem;
  ExpectInvariant(problem, 1, 6);
}

TEST_P(MoveConformance, LeavesADensityWithAnInfiniteWallInvariant) {
  HalfNormalProblem problem;
  ExpectInvariant(problem, 1, 6);
}

// For a reversible kernel at stationarity (x, x') and (x', x) have the same
// law.
TEST_P(MoveConformance, StartAndEndAreExchangeable) {
  TwoModesProblem problem;
  Particles particles = problem.Start(problem.ExactDraws(100000, 1));
  const Eigen::ArrayXd x = particles.position.col(0).array();
  ASSERT_TRUE(TheMove()
                  .Apply(Settings(1, problem.scale()),
                         1,
                         problem.energy(),
                         RandomKey(13),
                         0,
                         particles)
                  .ok());
  const Eigen::ArrayXd y = particles.position.col(0).array();
  EXPECT_GT((x - y).abs().mean(), 0.01);
  EXPECT_LT(std::abs(ZScore(x.square() * y - y.square() * x, 0)), kFalseAlarmZ);
  EXPECT_LT(std::abs(ZScore(x.cube() * y - y.cube() * x, 0)), kFalseAlarmZ);
  EXPECT_LT(
      std::abs(ZScore(x.sin() * (2 * y).cos() - y.sin() * (2 * x).cos(), 0)),
      kFalseAlarmZ);
}

TEST_P(MoveConformance, ForgetsAWrongStart) {
  CorrelatedGaussianProblem problem;
  const Index n = 2000;
  Particles particles = problem.Start(Matrix::Constant(n, 3, 2).array() +
                                      problem.ExactDraws(n, 1).array());
  ASSERT_TRUE(TheMove()
                  .Apply(Settings(200, problem.scale()),
                         1,
                         problem.energy(),
                         RandomKey(14),
                         0,
                         particles)
                  .ok());
  for (Index k = 0; k < 3; ++k) {
    EXPECT_LT(KolmogorovSmirnovDistance(
                  particles.position.col(k),
                  [&](double x) { return problem.Cdf(1, k, x); }),
              KolmogorovSmirnovBound(n));
  }
}

TEST_P(MoveConformance, AcceptanceGoesToOneWithTheStep) {
  CorrelatedGaussianProblem problem;
  Particles particles = problem.Start(problem.ExactDraws(2000, 1));
  double previous = 1;
  for (const double factor : {1.0, 0.5, 0.25, 0.02}) {
    MoveSettings settings = Settings(1, problem.scale());
    settings.step_size *= factor;
    const auto info = TheMove().Apply(
        settings, 1, problem.energy(), RandomKey(15), 0, particles);
    ASSERT_TRUE(info.ok());
    const double rejected = 1 - info->acceptance_rate;
    EXPECT_LT(rejected, previous);
    previous = rejected;
  }
  EXPECT_LT(previous, 1e-3);
}

TEST_P(MoveConformance, MovesAwayFromInfiniteEnergyButNeverToIt) {
  HalfNormalProblem problem;
  Matrix x(1000, 1);
  for (Index i = 0; i < 1000; ++i) x(i, 0) = i % 2 == 0 ? -0.1 : 0.3;
  Particles particles = problem.Start(x);
  // As after a reweighting: what has no density has no weight.
  for (Index i = 0; i < 1000; i += 2) particles.log_weight[i] = -HUGE_VAL;
  const auto info = TheMove().Apply(Settings(100, problem.scale()),
                                    0.9,
                                    problem.energy(),
                                    RandomKey(16),
                                    0,
                                    particles);
  ASSERT_TRUE(info.ok());
  EXPECT_TRUE(particles.target_energy.allFinite());
  EXPECT_GE(particles.position.minCoeff(), 0);
  EXPECT_GT(info->acceptance_rate, 0);
  EXPECT_LE(info->acceptance_rate, 1);
  EXPECT_TRUE(std::isfinite(info->mean_squared_jump));
}

TEST_P(MoveConformance, AtTimeZeroAnInfiniteTargetDoesNotMatter) {
  HalfNormalProblem problem;
  ExpectInvariant(problem, 0, 6);
}

TEST_P(MoveConformance, EnergiesBelongToThePositionsAndTheRestIsUntouched) {
  CorrelatedGaussianProblem problem;
  Particles particles = problem.Start(problem.ExactDraws(1000, 1));
  particles.log_weight.setLinSpaced(-3, 0);
  const Particles before = particles;
  const auto info = TheMove().Apply(Settings(3, problem.scale()),
                                    0.7,
                                    problem.energy(),
                                    RandomKey(17),
                                    0,
                                    particles);
  ASSERT_TRUE(info.ok());
  const Particles again = problem.Start(particles.position);
  EXPECT_NE(particles.position, before.position);
  EXPECT_EQ(particles.base_energy, again.base_energy);
  EXPECT_EQ(particles.target_energy, again.target_energy);
  EXPECT_EQ(particles.base_gradient, again.base_gradient);
  EXPECT_EQ(particles.target_gradient, again.target_gradient);
  EXPECT_EQ(particles.log_weight, before.log_weight);
  EXPECT_EQ(particles.fold, before.fold);
  EXPECT_EQ(particles.eve, before.eve);
}

TEST_P(MoveConformance, SameBytesForAnyNumberOfThreadsAndAnySplitOfTheCount) {
  CorrelatedGaussianProblem one(1);
  CorrelatedGaussianProblem three(3);
  const Matrix x = one.ExactDraws(1500, 1);
  Particles a = one.Start(x);
  Particles b = three.Start(x);
  Particles c = one.Start(x);
  const RandomKey key = RandomKey(18).AtStage(0, 7);
  const auto whole =
      TheMove().Apply(Settings(4, one.scale()), 0.5, one.energy(), key, 20, a);
  const auto threaded = TheMove().Apply(
      Settings(4, one.scale()), 0.5, three.energy(), key, 20, b);
  ASSERT_TRUE(whole.ok() && threaded.ok());
  for (std::uint32_t index = 20; index < 24; ++index) {
    ASSERT_TRUE(
        TheMove()
            .Apply(Settings(1, one.scale()), 0.5, one.energy(), key, index, c)
            .ok());
  }
  EXPECT_EQ(a.position, b.position);
  EXPECT_EQ(a.position, c.position);
  EXPECT_EQ(a.target_gradient, b.target_gradient);
  EXPECT_EQ(whole->acceptance_rate, threaded->acceptance_rate);
  EXPECT_EQ(whole->mean_squared_jump, threaded->mean_squared_jump);
}

TEST_P(MoveConformance, CountsItsEvaluations) {
  CorrelatedGaussianProblem problem;
  Particles particles = problem.Start(problem.ExactDraws(100, 1));
  const auto before = problem.counts().num_gradient_evaluations;
  const auto none = TheMove().Apply(Settings(0, problem.scale()),
                                    1,
                                    problem.energy(),
                                    RandomKey(1),
                                    0,
                                    particles);
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(none->num_evaluations, 0);
  const auto info = TheMove().Apply(Settings(3, problem.scale()),
                                    1,
                                    problem.energy(),
                                    RandomKey(1),
                                    0,
                                    particles);
  ASSERT_TRUE(info.ok());
  EXPECT_GE(info->num_evaluations, 300);
  EXPECT_EQ(problem.counts().num_gradient_evaluations - before,
            info->num_evaluations);
}

TEST_P(MoveConformance, AnInterruptLeavesTheLastWholeApplication) {
  CorrelatedGaussianProblem problem(1);
  const Matrix x = problem.ExactDraws(300, 1);
  Particles complete = problem.Start(x);
  const auto once = TheMove().Apply(Settings(1, problem.scale()),
                                    1,
                                    problem.energy(),
                                    RandomKey(19),
                                    0,
                                    complete);
  ASSERT_TRUE(once.ok());

  Particles interrupted = problem.Start(x);
  problem.InterruptAfterPoints(once->num_evaluations);
  const auto info = TheMove().Apply(Settings(5, problem.scale()),
                                    1,
                                    problem.energy(),
                                    RandomKey(19),
                                    0,
                                    interrupted);
  EXPECT_EQ(info.status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(interrupted.position, complete.position);
  EXPECT_EQ(interrupted.target_energy, complete.target_energy);
}

}  // namespace ttflow

#endif  // TTFLOW_TESTS_CONFORMANCE_MOVE_CONFORMANCE_H_
