// Frozen runs of a trained flow give unbiased estimates of Z (docs/method.md,
// section 3): over 2000 runs the mean of Z^ / Z is 1 within 4 standard errors,
// a false alarm of 6e-5 for each case.

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <vector>

#include "core/foundation/executor.h"
#include "core/sampler/sampler.h"
#include "core/targets/target_registry.h"

namespace ttflow {
namespace {

constexpr Index kNumRuns = 2000;

struct Case {
  const char* name;
  const char* target;
  Index dimension;
  ParameterValues parameters;
  FlowMode mode;
};

class UnbiasedEvidence : public testing::TestWithParam<Case> {};

TEST_P(UnbiasedEvidence, MeanRatioIsOne) {
  Violations violations;
  const auto target = MakeTarget(GetParam().target,
                                 GetParam().dimension,
                                 GetParam().parameters,
                                 violations);
  ASSERT_NE(target, nullptr);
  const Executor executor(1);
  NullInterrupter interrupter;
  SamplerOptions options;
  options.num_particles = 1024;
  options.num_samples = 100;
  options.seed = 99;
  options.flow.mode = GetParam().mode;
  options.moves.count = 1;
  options.schedule.conditional_ess = 0.8;
  auto sampler = *Sampler::Create(target, options, executor);
  while (!sampler->done()) ASSERT_TRUE(sampler->Step(interrupter).ok());
  const std::shared_ptr<const Model> model = sampler->model();
  bool flow_used = false;
  for (const StageModel& stage : model->stages)
    flow_used |= stage.transport.has_value();
  EXPECT_EQ(flow_used, GetParam().mode == FlowMode::kOn);

  std::vector<double> ratio(kNumRuns);
  const Executor parallel(0);
  parallel.ForEach(kNumRuns, [&](Index run) {
    DrawOptions draw;
    draw.num_particles = 64;
    draw.num_samples = 64;
    draw.seed = 1000 + static_cast<std::uint64_t>(run);
    NullInterrupter never;
    auto drawn = *Sampler::CreateDraw(target, model, draw, executor);
    while (!drawn->done()) {
      if (!drawn->Step(never).ok()) return;
    }
    ratio[run] =
        std::exp(drawn->TakeResult().log_evidence - *target->LogEvidence());
  });
  double mean = 0;
  for (const double value : ratio) mean += value / kNumRuns;
  double variance = 0;
  for (const double value : ratio)
    variance += (value - mean) * (value - mean) / (kNumRuns - 1);
  const double standard_error = std::sqrt(variance / kNumRuns);
  RecordProperty("mean_ratio", std::to_string(mean));
  RecordProperty("standard_error", std::to_string(standard_error));
  EXPECT_LT(standard_error, 0.05);
  EXPECT_NEAR(mean, 1, 4 * standard_error);
}

INSTANTIATE_TEST_SUITE_P(
    Targets,
    UnbiasedEvidence,
    testing::Values(Case{"ManyWellFlow", "many_well", 4, {}, FlowMode::kOn},
                    Case{"ManyWellPlain", "many_well", 4, {}, FlowMode::kOff},
                    Case{"CorrelatedGaussianFlow",
                         "gaussian",
                         4,
                         {{"rho", {0.9}}},
                         FlowMode::kOn}),
    [](const testing::TestParamInfo<Case>& item) { return item.param.name; });

}  // namespace
}  // namespace ttflow
