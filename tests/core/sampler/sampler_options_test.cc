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

}  // namespace
}  // namespace ttflow
