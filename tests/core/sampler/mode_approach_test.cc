#include "core/sampler/mode_approach.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "core/density/gaussian.h"
#include "core/foundation/random.h"
#include "core/particles/weights.h"
#include "core/targets/student_mixture.h"

namespace ttflow {
namespace {

// Skewed along two oblique directions of the plane, normal else: the normal of
// its mode is a poor density of it.
class Skewed : public Energy {
 public:
  explicit Skewed(Index dimension) : dimension_(dimension) {}
  Index dimension() const override { return dimension_; }
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter&) const override {
    for (Index i = 0; i < x.rows(); ++i) {
      const double a = x(i, 0) + 0.7 * x(i, 1);
      const double b = x(i, 1) - 0.4 * x(i, 0);
      // Minima at zero, curvature one, and slopes that level off on one side.
      energy[i] = 4 * (std::exp(-a / 2) + a / 2 - 1) +
                  4 * (std::exp(b / 2) - b / 2 - 1) +
                  0.5 * x.row(i).tail(dimension_ - 2).squaredNorm();
      if (gradient != nullptr) {
        const double in_a = 2 - 2 * std::exp(-a / 2);
        const double in_b = 2 * std::exp(b / 2) - 2;
        gradient->row(i) = x.row(i);
        (*gradient)(i, 0) = in_a - 0.4 * in_b;
        (*gradient)(i, 1) = 0.7 * in_a + in_b;
      }
    }
    return absl::OkStatus();
  }

 private:
  Index dimension_;
};

TEST(ModeApproach, AdaptsAProductToASkewedPosterior) {
  constexpr Index kDimension = 6;
  constexpr std::int64_t kMost = 3000;
  const Executor executor(1);
  const GaussianDensity base(Vector::Zero(kDimension),
                             Vector::Constant(kDimension, 3));
  const GaussianDensity mode(Vector::Zero(kDimension),
                             Vector::Constant(kDimension, 0.4));
  NullInterrupter interrupter;
  const DensityFitter fitter(DensityOptions(), kDimension);
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    CountingEnergy counting(std::make_shared<Skewed>(kDimension), executor);
    TemperedEnergy energy(base, counting, executor, interrupter);
    const RandomKey key(seed);
    const auto draws = DrawPoints(mode, 2000, key, 0, energy);
    ASSERT_TRUE(draws.ok());
    ASSERT_LT(WeightEssFraction(draws->LogWeightsAt(1)), 0.1);
    const std::int64_t before = counting.counts().num_energy_evaluations;
    const auto approach =
        ApproachFromMode(mode, fitter, kMost, energy, key, Index{1} << 20);
    ASSERT_TRUE(approach.ok()) << approach.status();
    EXPECT_LE(counting.counts().num_energy_evaluations - before, kMost);
    ASSERT_NE(approach->product, nullptr) << seed;
    // What is promised holds with fresh draws.
    const auto fresh =
        DrawPoints(*approach->product, 2000, key, Index{1} << 21, energy);
    ASSERT_TRUE(fresh.ok());
    EXPECT_GT(WeightEssFraction(fresh->LogWeightsAt(1)), 0.15) << seed;
  }
}

// Products of t densities of two degrees of freedom: no variance.
TEST(ModeApproach, AdaptsLocalProductsToHeavyTails) {
  const Executor executor(1);
  Matrix centers(3, 5);
  centers << -8, 0, 3, 1, 2, 7, 5, -6, 0, 1, 0, -9, 0, 8, -5;
  const auto target = std::make_shared<StudentMixture>(
      centers, Vector{{0.85, 0.1, 0.05}}, 2, 0.5);
  const GaussianDensity base(Vector::Zero(5), Vector::Constant(5, 10));
  NullInterrupter interrupter;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    CountingEnergy counting(target, executor);
    TemperedEnergy energy(base, counting, executor, interrupter);
    ModeDensity modes;
    modes.wide = std::make_shared<const GaussianDensity>(
        Vector::Zero(5), Vector::Constant(5, 10));
    for (Index k = 0; k < 3; ++k) {
      Mode mode;
      mode.position = centers.row(k).transpose();
      mode.root = 0.5 * std::sqrt(2.0 / 3) * Matrix::Identity(5, 5);
      modes.modes.push_back(std::move(mode));
    }
    const auto approach =
        ApproachFromModes(modes, 5000, energy, RandomKey(seed), 0);
    ASSERT_TRUE(approach.ok()) << approach.status();
    EXPECT_GT(approach->ess_fraction, 0.7);
    ASSERT_EQ(approach->products.size(), 3u);
    EXPECT_NEAR(approach->products[0].weight, 0.85, 0.1);
    EXPECT_LE(counting.counts().num_energy_evaluations, 5000);
  }
}

TEST(ModeApproach, SpendsNoMoreThanItMay) {
  const Executor executor(1);
  NullInterrupter interrupter;
  const GaussianDensity base(Vector::Zero(6), Vector::Constant(6, 3));
  const auto mode = std::make_shared<const GaussianDensity>(
      Vector::Zero(6), Vector::Constant(6, 0.4));
  ModeDensity modes;
  modes.density = mode;
  modes.wide = std::make_shared<const GaussianDensity>(Vector::Zero(6),
                                                       Vector::Constant(6, 3));
  Mode only;
  only.position = Vector::Zero(6);
  only.root = 0.4 * Matrix::Identity(6, 6);
  modes.modes.push_back(std::move(only));
  for (const std::int64_t most : {0, 299, 300, 800, 1500, 4000}) {
    CountingEnergy counting(std::make_shared<Skewed>(6), executor);
    TemperedEnergy energy(base, counting, executor, interrupter);
    DensityFitter fitter(DensityOptions(), 6);
    const auto adapted =
        AdaptToModes(modes, fitter, most, energy, RandomKey(1), 0);
    ASSERT_TRUE(adapted.ok()) << adapted.status();
    EXPECT_LE(counting.counts().num_energy_evaluations, most);
    EXPECT_EQ(adapted->fitted.density != nullptr, most >= 1500) << most;
  }
}

}  // namespace
}  // namespace ttflow
