#include "core/sampler/bounded_sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <numbers>
#include <utility>
#include <vector>

#include "core/energy/bounded_energy.h"
#include "core/energy/bounds.h"
#include "core/sampler/sampler.h"
#include "tests/core/sampler/test_energies.h"

namespace ttflow {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A normal density whose coordinates are correlated by 1/2, of unit variances:
// C = (1 + 1 1^T) / 2. The orthant of positive coordinates has probability
// 1 / (d + 1) (Stieltjes; Plackett 1954). Its energy is NaN outside, which must
// never be asked.
class Equicorrelated final : public Energy {
 public:
  explicit Equicorrelated(Index dimension) : dimension_(dimension) {}
  Index dimension() const override { return dimension_; }
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter&) const override {
    // C^-1 = 2 (1 - 1 1^T / (d + 1)).
    const Vector sum = x.rowwise().sum() / static_cast<double>(dimension_ + 1);
    const Matrix product = 2 * (x.colwise() - sum);
    energy = 0.5 * x.cwiseProduct(product).rowwise().sum();
    if (gradient != nullptr) *gradient = product;
    for (Index i = 0; i < x.rows(); ++i) {
      if ((x.row(i).array() <= 0).any()) energy[i] = std::nan("");
    }
    return absl::OkStatus();
  }
  // Over the orthant: det C = (d + 1) / 2^d.
  double LogEvidence() const {
    const auto d = static_cast<double>(dimension_);
    return 0.5 * (d * std::log(2 * std::numbers::pi) + std::log(d + 1) -
                  d * std::log(2)) -
           std::log(d + 1);
  }

 private:
  Index dimension_;
};

SampleResult Sampled(std::shared_ptr<const Energy> energy,
                     SamplerOptions options,
                     std::shared_ptr<const Model>* model = nullptr) {
  Executor executor(1);
  auto sampler = Sampler::Create(std::move(energy), options, executor);
  EXPECT_TRUE(sampler.ok()) << sampler.status();
  NullInterrupter interrupter;
  while (!(*sampler)->done()) {
    const absl::Status status = (*sampler)->Step(interrupter);
    EXPECT_TRUE(status.ok()) << status;
    if (!status.ok()) return {};
  }
  if (model != nullptr) *model = (*sampler)->model();
  return (*sampler)->TakeResult();
}

TEST(BoundedSamplerTest, PositiveOrthantOfACorrelatedNormal) {
  const auto inner = std::make_shared<const Equicorrelated>(4);
  const auto energy = std::make_shared<const BoundedEnergy>(
      inner, std::vector<Bounds>(4, Bounds{.lower = 0}));
  SamplerOptions options;
  options.seed = 5;
  std::shared_ptr<const Model> model;
  const SampleResult result = Sampled(energy, options, &model);
  ASSERT_GT(result.samples.rows(), 0);
  // Far out the map overflows; inside the box every energy is finite.
  EXPECT_GT(result.samples.minCoeff(), 0);
  EXPECT_GT(result.particles.minCoeff(), 0);
  // Five standard errors: a false alarm of 6e-7.
  EXPECT_NEAR(result.log_evidence,
              inner->LogEvidence(),
              5 * result.log_evidence_standard_error);
  EXPECT_LT(result.log_evidence_standard_error, 0.02);
  for (const CoordinateSummary& coordinate : result.coordinates) {
    EXPECT_GT(coordinate.quantiles.front(), 0);
    EXPECT_GT(coordinate.mean, 0);
  }

  // The model draws in the same box.
  Executor executor(1);
  auto draw = Sampler::CreateDraw(
      energy, model, {.num_samples = 500, .seed = 6}, executor);
  ASSERT_TRUE(draw.ok()) << draw.status();
  NullInterrupter interrupter;
  while (!(*draw)->done()) ASSERT_TRUE((*draw)->Step(interrupter).ok());
  const SampleResult drawn = (*draw)->TakeResult();
  EXPECT_GT(drawn.samples.minCoeff(), 0);
  EXPECT_NEAR(drawn.log_evidence,
              inner->LogEvidence(),
              5 * drawn.log_evidence_standard_error);
}

// By the flow alone, where one coordinate of two is in an interval.
TEST(BoundedSamplerTest, TheFlowRunsInBoundsToo) {
  const auto inner = std::make_shared<const ShiftedGaussian>(2, 1, 1);
  const auto energy = std::make_shared<const BoundedEnergy>(
      inner, std::vector<Bounds>{{0, 2}, {}});
  SamplerOptions options;
  options.seed = 8;
  options.num_particles = 512;
  options.num_samples = 512;
  options.density.mode = DensityMode::kOff;
  const SampleResult result = Sampled(energy, options);
  ASSERT_EQ(result.samples.rows(), 512);
  EXPECT_GT(result.samples.col(0).minCoeff(), 0);
  EXPECT_LT(result.samples.col(0).maxCoeff(), 2);
  const double inside = std::erf(1 / std::sqrt(2));
  EXPECT_NEAR(result.log_evidence,
              inner->LogEvidence() + std::log(inside),
              5 * result.log_evidence_standard_error);
}

// Modes are told as the user states the energy.
TEST(BoundedSamplerTest, ModesAreInTheBox) {
  const auto inner = std::make_shared<const DoubleWells>(1);
  const auto energy = std::make_shared<const BoundedEnergy>(
      inner, std::vector<Bounds>{{-5, 5}});
  SamplerOptions options;
  options.seed = 9;
  const SampleResult result = Sampled(energy, options);
  ASSERT_EQ(result.modes.size(), 2);
  for (const ModeSummary& mode : result.modes) {
    EXPECT_NEAR(std::abs(mode.position[0]), 2, 0.2);
    EXPECT_NEAR(mode.weight, 0.5, 0.05);
    Vector at(1);
    NullInterrupter interrupter;
    ASSERT_TRUE(
        inner->Evaluate(mode.position.transpose(), at, nullptr, interrupter)
            .ok());
    EXPECT_NEAR(mode.energy, at[0], 1e-6);
  }
}

TEST(BoundedSamplerTest, WithoutBoundsNothingIsWrapped) {
  const auto energy = std::make_shared<const ShiftedGaussian>(2, 0, 1);
  std::shared_ptr<const Energy> given;
  MakeSamplerInBounds(energy, [&](std::shared_ptr<const Energy> unbounded) {
    given = std::move(unbounded);
    return std::unique_ptr<Sampler>();
  });
  EXPECT_EQ(given, energy);
}

}  // namespace
}  // namespace ttflow
