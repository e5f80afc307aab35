#include "core/sampler/annealing_step.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/foundation/random.h"
#include "core/particles/weights.h"

namespace ttflow {
namespace {

// Particles of equal weight whose energies differ by a normal number.
Particles NormalParticles(double spread) {
  constexpr Index kCount = 2000;
  Particles particles;
  particles.log_weight = Vector::Zero(kCount);
  particles.base_energy = Vector::Zero(kCount);
  particles.target_energy.resize(kCount);
  RandomStream stream = RandomKey(3).Stream(Purpose::kBase, 0, 0);
  for (double& energy : particles.target_energy.reshaped()) {
    energy = spread * stream.Normal();
  }
  return particles;
}

double ConditionalEssAfter(const Particles& particles, double dt) {
  return ConditionalEss(NormalizedWeights(particles.log_weight),
                        -dt * particles.target_energy);
}

TEST(AnnealingStep, KeepsMoreOfTheParticlesThatCannotBeReplaced) {
  const Particles particles = NormalParticles(10);
  constexpr double kReplace = 0.3;
  const auto ess_at = [&](double fresh_ess) {
    const double next = NextAnnealingTime(particles, 0.25, fresh_ess, kReplace);
    EXPECT_LT(next, 1);
    return ConditionalEssAfter(particles, next - 0.25);
  };
  EXPECT_NEAR(ess_at(0.2), 0.8, 1e-6);
  EXPECT_NEAR(ess_at(0.4), 0.6, 1e-6);
  EXPECT_NEAR(ess_at(0.7), 0.4, 1e-6);
}

TEST(AnnealingStep, EndsAtTheTarget) {
  EXPECT_EQ(NextAnnealingTime(NormalParticles(0.1), 0.9, 0, 0.3), 1);
  // Nothing survives: the step is small, and there is one.
  Particles lost = NormalParticles(1);
  lost.target_energy.setConstant(std::numeric_limits<double>::infinity());
  const double next = NextAnnealingTime(lost, 0.5, 0, 0.3);
  EXPECT_GT(next, 0.5);
  EXPECT_LT(next, 0.501);
}

}  // namespace
}  // namespace ttflow
