#include "core/particles/particles.h"

#include <gtest/gtest.h>

#include <vector>

namespace ttflow {
namespace {

Particles MakeParticles(Index n) {
  Particles particles;
  particles.position = Matrix::Zero(n, 2);
  particles.base_energy.resize(n);
  particles.target_energy.resize(n);
  particles.base_gradient = Matrix::Zero(n, 2);
  particles.target_gradient = Matrix::Zero(n, 2);
  particles.log_weight.resize(n);
  for (Index i = 0; i < n; ++i) {
    const double v = static_cast<double>(i);
    particles.position.row(i) << v, v + 100;
    particles.base_energy[i] = v + 200;
    particles.target_energy[i] = v + 300;
    particles.base_gradient.row(i) << v + 400, v + 500;
    particles.target_gradient.row(i) << v + 600, v + 700;
    particles.log_weight[i] = -v;
    particles.fold.push_back(static_cast<std::int8_t>(i % 2));
    particles.eve.push_back(static_cast<std::int32_t>(10 * i));
  }
  return particles;
}

TEST(SelectAncestorsTest, EveryFieldFollowsAndWeightsAreEven) {
  Particles particles = MakeParticles(5);
  const std::vector<Index> ancestors = {4, 0, 0, 3, 2, 4, 1};
  SelectAncestors(ancestors, particles);
  ASSERT_EQ(particles.num_particles(), 7);
  EXPECT_EQ(particles.dimension(), 2);
  for (size_t j = 0; j < ancestors.size(); ++j) {
    const Index row = static_cast<Index>(j);
    const double v = static_cast<double>(ancestors[j]);
    EXPECT_EQ(particles.position(row, 0), v);
    EXPECT_EQ(particles.position(row, 1), v + 100);
    EXPECT_EQ(particles.base_energy[row], v + 200);
    EXPECT_EQ(particles.target_energy[row], v + 300);
    EXPECT_EQ(particles.base_gradient(row, 0), v + 400);
    EXPECT_EQ(particles.base_gradient(row, 1), v + 500);
    EXPECT_EQ(particles.target_gradient(row, 0), v + 600);
    EXPECT_EQ(particles.target_gradient(row, 1), v + 700);
    EXPECT_EQ(particles.fold[j], ancestors[j] % 2);
    EXPECT_EQ(particles.eve[j], 10 * ancestors[j]);
  }
  EXPECT_EQ(particles.log_weight, Vector::Zero(7));
}

TEST(SelectAncestorsTest, MayShrinkTheCloud) {
  Particles particles = MakeParticles(5);
  SelectAncestors({3}, particles);
  EXPECT_EQ(particles.num_particles(), 1);
  EXPECT_EQ(particles.log_weight.size(), 1);
  EXPECT_EQ(particles.eve, std::vector<std::int32_t>{30});
}

TEST(SelectAncestorsDeathTest, AncestorsMustExist) {
  Particles particles = MakeParticles(5);
  EXPECT_DEATH(SelectAncestors({0, 5}, particles), "check failed");
}

}  // namespace
}  // namespace ttflow
