#include "core/sampler/sampler_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string>

#include "core/sampler/option_table.h"

namespace ttflow {
namespace {

std::vector<std::string> Fields(const Violations& violations) {
  std::vector<std::string> fields;
  for (const Violation& violation : violations.items())
    fields.push_back(violation.field);
  return fields;
}

TEST(OptionTable, HasEachPathOnceWithMeaningAndOrderedRange) {
  std::set<std::string_view> paths;
  for (const OptionRow& row : OptionTable()) {
    EXPECT_TRUE(paths.insert(row.path).second) << row.path;
    EXPECT_FALSE(row.description.empty()) << row.path;
    EXPECT_LE(row.minimum, row.maximum) << row.path;
    EXPECT_EQ(row.type == OptionType::kChoice, !row.choices.empty())
        << row.path;
  }
}

TEST(OptionTable, DefaultsAreValid) {
  EXPECT_THAT(Fields(ValidateOptions(SamplerOptions(), 5)), testing::IsEmpty());
}

TEST(OptionTable, EffectiveOptionsAreValidAndChooseNothingLater) {
  for (const Index dimension : {1, 8, 300}) {
    const SamplerOptions effective =
        EffectiveOptions(SamplerOptions(), dimension);
    EXPECT_THAT(Fields(ValidateOptions(effective, dimension)),
                testing::IsEmpty());
    EXPECT_GT(effective.num_particles, 0);
    EXPECT_GT(effective.moves.count, 0);
    EXPECT_NE(effective.moves.kind, MoveChoice::kAuto);
    EXPECT_GT(effective.moves.target_acceptance, 0);
  }
}

TEST(ValidateOptions, NamesEveryFaultAtOnce) {
  SamplerOptions options;
  options.num_samples = 0;
  options.num_particles = -5;
  options.schedule.conditional_ess = std::numeric_limits<double>::quiet_NaN();
  options.flow.fit.max_rank = 1000;
  options.base.scale = {1, -1, 2};
  EXPECT_THAT(Fields(ValidateOptions(options, 3)),
              testing::UnorderedElementsAre("num_samples",
                                            "num_particles",
                                            "schedule.conditional_ess",
                                            "flow.max_rank",
                                            "base.scale"));
}

TEST(ValidateOptions, RefusesTooFewParticlesAndListsOfTheWrongLength) {
  SamplerOptions options;
  options.num_particles = 3;
  options.base.mean = {0, 0};
  EXPECT_THAT(Fields(ValidateOptions(options, 3)),
              testing::UnorderedElementsAre("num_particles", "base.mean"));
}

TEST(ValidateOptions, TrainsAloneNeedARank) {
  SamplerOptions options;
  options.flow.fit.max_rank = 0;
  EXPECT_TRUE(ValidateOptions(options, 3).empty());
  for (const VelocityForm form :
       {VelocityForm::kTrain, VelocityForm::kComponents}) {
    options.flow.fit.velocity = form;
    EXPECT_THAT(Fields(ValidateOptions(options, 3)),
                testing::ElementsAre("flow.max_rank"));
  }
}

TEST(EstimateResources, GrowsWithParticlesAndSamples) {
  SamplerOptions options;
  const ResourceEstimate small = EstimateResources(options, 8);
  options.num_particles = 10 * EffectiveOptions(options, 8).num_particles;
  const ResourceEstimate more_particles = EstimateResources(options, 8);
  EXPECT_GT(more_particles.memory_bytes, 5 * small.memory_bytes);
  options.num_samples = 1'000'000;
  EXPECT_GT(EstimateResources(options, 8).memory_bytes,
            more_particles.memory_bytes + 8 * 8 * 900'000);
}

TEST(EffectiveOptions, SearchesForADensityWhereTheFlowIsLeftToChoice) {
  const auto mode = [](FlowMode flow, DensityMode density) {
    SamplerOptions options;
    options.flow.mode = flow;
    options.density.mode = density;
    return EffectiveOptions(options, 4).density.mode;
  };
  EXPECT_EQ(mode(FlowMode::kAuto, DensityMode::kAuto), DensityMode::kOn);
  EXPECT_EQ(mode(FlowMode::kOn, DensityMode::kAuto), DensityMode::kOff);
  EXPECT_EQ(mode(FlowMode::kOff, DensityMode::kAuto), DensityMode::kOff);
  EXPECT_EQ(mode(FlowMode::kOff, DensityMode::kOn), DensityMode::kOn);
  EXPECT_EQ(mode(FlowMode::kAuto, DensityMode::kOff), DensityMode::kOff);
}

TEST(EstimateResources, CountsTheSearchAndItsDraws) {
  SamplerOptions options;
  options.density.num_particles = 1000;
  options.density.num_draws = 30'000;
  const auto evaluations = [&] {
    return EstimateResources(options, 16).num_energy_evaluations;
  };
  EXPECT_EQ(evaluations(), 1000 * 40 + 30'000);
  options.density.mode = DensityMode::kOff;
  EXPECT_GT(evaluations(), 70'000);
  // A run without a search is estimated as ever, whatever the search's options.
  const std::int64_t off = evaluations();
  options.density.num_particles = 100'000;
  EXPECT_EQ(evaluations(), off);
}

TEST(EstimateResources, HasRoomForTheSearch) {
  constexpr Index kDimension = 100;
  SamplerOptions options;
  options.density.num_particles = 100'000;
  // Four sets of four matrices at least.
  EXPECT_GT(EstimateResources(options, kDimension).memory_bytes,
            8.0 * 16 * 100'000 * kDimension);
  options.density.num_particles = 1500;
  options.density.num_draws = 1'000'000;
  EXPECT_GT(EstimateResources(options, kDimension).memory_bytes,
            8.0 * 1'000'000 * kDimension);
  // Never less than the stages that follow a search in vain.
  SamplerOptions stages;
  stages.num_particles = 50'000;
  const auto with = EstimateResources(stages, kDimension).memory_bytes;
  stages.density.mode = DensityMode::kOff;
  EXPECT_GE(with, EstimateResources(stages, kDimension).memory_bytes);
}

}  // namespace
}  // namespace ttflow
