#include "core/sampler/mode_approach.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "core/density/gaussian.h"
#include "core/foundation/random.h"
#include "core/particles/weights.h"

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
        ApproachFromMode(mode, fitter, energy, key, Index{1} << 20);
    ASSERT_TRUE(approach.ok()) << approach.status();
    EXPECT_LE(counting.counts().num_energy_evaluations - before,
              MostApproachEvaluations(kDimension));
    ASSERT_NE(approach->product, nullptr) << seed;
    // What is promised holds with fresh draws.
    const auto fresh =
        DrawPoints(*approach->product, 2000, key, Index{1} << 21, energy);
    ASSERT_TRUE(fresh.ok());
    EXPECT_GT(WeightEssFraction(fresh->LogWeightsAt(1)), 0.15) << seed;
  }
}

}  // namespace
}  // namespace ttflow
