// What a run is told to aim at, and what it says of the modes that it met.

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

#include "core/sampler/sampler.h"
#include "core/targets/target_registry.h"

namespace ttflow {
namespace {

std::shared_ptr<const Target> TwoGaussians() {
  Violations violations;
  return MakeTarget(
      "gaussian_mixture",
      2,
      {{"means", {-3, 0, 3, 0}}, {"std", {0.7}}, {"weights", {0.8, 0.2}}},
      violations);
}

// Ticks by a second whenever it is asked.
class TickingClock final : public Interrupter {
 public:
  absl::Status Check() override { return absl::OkStatus(); }
  double SecondsUsed() override { return ++seconds_; }

 private:
  double seconds_ = 0;
};

absl::Status RunSampler(const std::shared_ptr<const Target>& target,
                        const SamplerOptions& options,
                        Interrupter& interrupter,
                        SampleResult& result) {
  const Executor executor(1);
  auto sampler = Sampler::Create(target, options, executor);
  if (!sampler.ok()) return sampler.status();
  while (!(*sampler)->done()) {
    const absl::Status status = (*sampler)->Step(interrupter);
    if (!status.ok()) return status;
  }
  result = (*sampler)->TakeResult();
  return absl::OkStatus();
}

SampleResult RunSampler(const std::shared_ptr<const Target>& target,
                        const SamplerOptions& options) {
  NullInterrupter interrupter;
  SampleResult result;
  const absl::Status status = RunSampler(target, options, interrupter, result);
  EXPECT_TRUE(status.ok()) << status;
  return result;
}

bool HasWarning(const SampleResult& result, const std::string& code) {
  return std::any_of(
      result.warnings.begin(),
      result.warnings.end(),
      [&](const Warning& warning) { return warning.code == code; });
}

TEST(SamplerAimsTest, WeighsTheModesOfAMixture) {
  SamplerOptions options;
  options.seed = 3;
  const SampleResult result = RunSampler(TwoGaussians(), options);
  ASSERT_EQ(result.modes.size(), 2u);
  EXPECT_NEAR(result.modes[0].position[0], -3, 0.05);
  EXPECT_NEAR(result.modes[1].position[0], 3, 0.05);
  // Five standard errors: one seed in two million.
  EXPECT_NEAR(
      result.modes[0].weight, 0.8, 5 * result.modes[0].weight_standard_error);
  EXPECT_LT(result.modes[0].weight_standard_error, 0.01);
  EXPECT_NEAR(result.modes[0].weight + result.modes[1].weight, 1, 1e-12);
}

TEST(SamplerAimsTest, DrawsUntilTheWantedErrorIsReached) {
  SamplerOptions options;
  options.num_samples = 500;
  const SampleResult usual = RunSampler(TwoGaussians(), options);
  options.evidence.wanted_error = 0.25 * usual.log_evidence_standard_error;
  const SampleResult exact = RunSampler(TwoGaussians(), options);
  EXPECT_LE(exact.log_evidence_standard_error,
            1.02 * options.evidence.wanted_error);
  EXPECT_GT(exact.particles.rows(), usual.particles.rows());
  EXPECT_FALSE(HasWarning(exact, "ERROR_NOT_REACHED"));
  options.evidence.wanted_error = 0.1;
  const SampleResult rough = RunSampler(TwoGaussians(), options);
  EXPECT_LT(rough.particles.rows(), usual.particles.rows());
  EXPECT_LE(rough.log_evidence_standard_error, 0.102);
}

TEST(SamplerAimsTest, SaysWhereTheWantedErrorIsOutOfReach) {
  SamplerOptions options;
  options.flow.mode = FlowMode::kOff;
  options.num_particles = 256;
  options.num_samples = 256;
  options.evidence.wanted_error = 1e-6;
  EXPECT_TRUE(
      HasWarning(RunSampler(TwoGaussians(), options), "ERROR_NOT_REACHED"));
}

TEST(SamplerAimsTest, TimeEndsTheDrawsOrTheRun) {
  SamplerOptions options;
  NullInterrupter never;
  SampleResult whole;
  ASSERT_TRUE(RunSampler(TwoGaussians(), options, never, whole).ok());
  // The clock is asked once a step. Somewhere between too early and too late
  // time cuts the draws short.
  bool failed = false, cut = false;
  for (int seconds = 1; seconds < 100; ++seconds) {
    options.max_seconds = seconds;
    TickingClock clock;
    SampleResult result;
    const absl::Status status =
        RunSampler(TwoGaussians(), options, clock, result);
    if (!status.ok()) {
      EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
      EXPECT_NE(status.message().find("max_seconds"), std::string::npos);
      EXPECT_FALSE(cut) << "more time, and no result";
      failed = true;
      continue;
    }
    if (!HasWarning(result, "BUDGET_REACHED")) {
      EXPECT_EQ(result.particles.rows(), whole.particles.rows());
      break;
    }
    cut = true;
    EXPECT_LE(result.particles.rows(), whole.particles.rows());
    EXPECT_EQ(result.samples.rows(), options.num_samples);
  }
  EXPECT_TRUE(failed);
  EXPECT_TRUE(cut);
}

}  // namespace
}  // namespace ttflow
