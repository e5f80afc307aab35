#include "client/input/job_flags.h"

#include <filesystem>
#include <fstream>

#include "client/errors/client_error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ttflow::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string WriteFile(const char* name, const std::string& text) {
  const std::string path = testing::TempDir() + name;
  std::ofstream(path) << text;
  return path;
}

TEST(BuildJobSpecTest, PutsEveryFlagInItsPlace) {
  JobFlags flags;
  flags.target = "gaussian_mixture";
  flags.parameters = {"means=[[0,0],[3,1]]", "std=0.5", "weights=0.25,0.75"};
  flags.dimension = 2;
  flags.num_samples = 100;
  flags.num_particles = 256;
  flags.seed = 18446744073709551615u;
  flags.flow = "off";
  flags.settings = {"moves.count=3"};
  flags.labels = {"who=me"};
  const auto spec = BuildJobSpec(flags);
  ASSERT_TRUE(spec.ok()) << spec.status();
  const v1::BuiltinTarget& target = spec->sample().target().builtin();
  EXPECT_EQ(target.name(), "gaussian_mixture");
  EXPECT_EQ(target.dimension(), 2);
  EXPECT_THAT(target.parameters().at("means").values(),
              ElementsAre(0, 0, 3, 1));
  EXPECT_THAT(target.parameters().at("std").values(), ElementsAre(0.5));
  EXPECT_EQ(spec->num_samples(), 100);
  EXPECT_EQ(spec->seed(), 18446744073709551615u);
  EXPECT_EQ(spec->sample().options().num_particles(), 256);
  EXPECT_EQ(spec->sample().options().flow().mode(), v1::FLOW_MODE_OFF);
  EXPECT_EQ(spec->sample().options().moves().count(), 3);
  EXPECT_EQ(spec->labels().at("who"), "me");
}

TEST(BuildJobSpecTest, BoundsAreOneForAllOrOneACoordinate) {
  JobFlags flags;
  flags.target = "gaussian";
  flags.lower = "0";
  auto spec = BuildJobSpec(flags);
  ASSERT_TRUE(spec.ok()) << spec.status();
  ASSERT_EQ(spec->sample().target().bounds_size(), 1);
  EXPECT_EQ(spec->sample().target().bounds(0).lower(), 0);
  EXPECT_FALSE(spec->sample().target().bounds(0).has_upper());

  flags.upper = "2,inf,1e3";
  spec = BuildJobSpec(flags);
  ASSERT_TRUE(spec.ok()) << spec.status();
  const auto& bounds = spec->sample().target().bounds();
  ASSERT_EQ(bounds.size(), 3);
  for (const v1::Bounds& entry : bounds) EXPECT_EQ(entry.lower(), 0);
  EXPECT_EQ(bounds[0].upper(), 2);
  EXPECT_FALSE(bounds[1].has_upper());
  EXPECT_EQ(bounds[2].upper(), 1000);

  flags.lower = "0,1";
  EXPECT_FALSE(BuildJobSpec(flags).ok());
  flags.lower = "none";
  EXPECT_THAT(BuildJobSpec(flags).status().message(), HasSubstr("none"));
}

TEST(BuildJobSpecTest, BoundsGoOverTheFile) {
  JobFlags flags;
  flags.file =
      WriteFile("bounds.json",
                R"({"sample": {"target": {"builtin": {"name": "funnel"},
      "bounds": [{"lower": -1, "upper": 1}]}}})");
  flags.upper = "3";
  auto spec = BuildJobSpec(flags);
  ASSERT_TRUE(spec.ok()) << spec.status();
  ASSERT_EQ(spec->sample().target().bounds_size(), 1);
  EXPECT_EQ(spec->sample().target().bounds(0).lower(), -1);
  EXPECT_EQ(spec->sample().target().bounds(0).upper(), 3);
  // Another target has none of the file's.
  flags.upper = "";
  flags.target = "many_well";
  spec = BuildJobSpec(flags);
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->sample().target().bounds_size(), 0);
}

TEST(BuildJobSpecTest, WhatIsNotGivenStaysUnset) {
  JobFlags flags;
  flags.target = "funnel";
  const auto spec = BuildJobSpec(flags);
  ASSERT_TRUE(spec.ok());
  EXPECT_FALSE(spec->has_seed());
  EXPECT_FALSE(spec->has_num_samples());
  EXPECT_FALSE(spec->sample().has_options());
  EXPECT_FALSE(spec->sample().target().builtin().has_dimension());
}

TEST(BuildJobSpecTest, FlagsGoOverTheFile) {
  JobFlags flags;
  flags.file = WriteFile(
      "over.json", R"({"sample": {"target": {"builtin": {"name": "many_well",
      "dimension": 8, "parameters": {"a": {"values": [1]}, "b": 2, "m": [[1, 2], [3, 4]]}}},
      "options": {"flow": {"mode": "FLOW_MODE_OFF", "max_rank": 3}}},
      "num_samples": 500, "seed": 7})");
  flags.parameters = {"a=5"};
  flags.num_samples = 20;
  flags.flow = "on";
  const auto spec = BuildJobSpec(flags);
  ASSERT_TRUE(spec.ok()) << spec.status();
  const auto& parameters = spec->sample().target().builtin().parameters();
  EXPECT_EQ(spec->sample().target().builtin().dimension(), 8);
  EXPECT_THAT(parameters.at("a").values(), ElementsAre(5));
  EXPECT_THAT(parameters.at("b").values(), ElementsAre(2));
  EXPECT_THAT(parameters.at("m").values(), ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(spec->num_samples(), 20);
  EXPECT_EQ(spec->seed(), 7);
  EXPECT_EQ(spec->sample().options().flow().mode(), v1::FLOW_MODE_ON);
  EXPECT_EQ(spec->sample().options().flow().max_rank(), 3);
}

TEST(BuildJobSpecTest, AnotherTargetDropsTheParametersOfTheFile) {
  JobFlags flags;
  flags.file =
      WriteFile("other.json",
                R"({"sample": {"target": {"builtin": {"name": "many_well",
                             "dimension": 8, "parameters": {"a": 1}}}}})");
  flags.target = "funnel";
  const auto spec = BuildJobSpec(flags);
  ASSERT_TRUE(spec.ok());
  EXPECT_EQ(spec->sample().target().builtin().name(), "funnel");
  EXPECT_TRUE(spec->sample().target().builtin().parameters().empty());
  EXPECT_FALSE(spec->sample().target().builtin().has_dimension());
}

TEST(ParseJobSpecTest, TakesSeedsAsNumbersAndStringsInFull) {
  const char* const target =
      R"("sample": {"target": {"builtin": {"name": "funnel"}}})";
  for (const char* seed :
       {"18446744073709551615", "\"18446744073709551615\""}) {
    const auto spec = ParseJobSpec(
        "{" + std::string(target) + ", \"seed\": " + seed + "}", "test");
    ASSERT_TRUE(spec.ok()) << spec.status();
    EXPECT_EQ(spec->seed(), 18446744073709551615u);
  }
}

TEST(ParseJobSpecTest, TakesAMixtureInline) {
  const auto spec =
      ParseJobSpec(R"({"sample": {"target": {"mixture": {"components": [
      {"mean": [0, 0], "weight": 0.5, "std": [1]}, {"mean": [3, 1], "weight": 0.5}]}}}})",
                   "test");
  ASSERT_TRUE(spec.ok()) << spec.status();
  ASSERT_EQ(spec->sample().target().mixture().components_size(), 2);
  EXPECT_THAT(spec->sample().target().mixture().components(1).mean(),
              ElementsAre(3, 1));
}

TEST(ParseJobSpecTest, NamesTheFaultOfAFile) {
  const auto fault = [](const char* json) {
    const auto spec = ParseJobSpec(json, "job.json");
    EXPECT_EQ(ExitCodeOf(spec.status()), ExitCode::kInvalidArgument) << json;
    return FormatError(spec.status(), false);
  };
  EXPECT_THAT(fault("{\"seed\": 7,}"), HasSubstr("line 1, column 12"));
  EXPECT_THAT(fault("[]"), HasSubstr("JSON object"));
  EXPECT_THAT(fault("{\"sede\": 7}"), HasSubstr("sede"));
  EXPECT_THAT(fault("{\"seed\": -7}"), HasSubstr("seed"));
  EXPECT_THAT(
      fault(
          R"({"sample": {"target": {"builtin": {"parameters": {"m": [[1], 2]}}}}})"),
      HasSubstr("sample.target.builtin.parameters.m"));
}

TEST(BuildJobSpecTest, FaultsOfTheFlagsAreUsageErrors) {
  const auto exit_code = [](const JobFlags& flags) {
    return ExitCodeOf(BuildJobSpec(flags).status());
  };
  EXPECT_EQ(exit_code({}), ExitCode::kUsage);
  JobFlags flags;
  flags.target = "gaussian";
  flags.parameters = {"std"};
  EXPECT_EQ(exit_code(flags), ExitCode::kUsage);
  flags.parameters = {"std=wide"};
  EXPECT_EQ(exit_code(flags), ExitCode::kUsage);
  flags.parameters.clear();
  flags.flow = "maybe";
  EXPECT_EQ(exit_code(flags), ExitCode::kUsage);
  flags.flow.clear();
  flags.settings = {"flow.rank=1"};
  EXPECT_EQ(exit_code(flags), ExitCode::kUsage);
  flags.settings.clear();
  flags.file = testing::TempDir() + "does-not-exist.json";
  EXPECT_EQ(exit_code(flags), ExitCode::kNotFound);
}

}  // namespace
}  // namespace ttflow::client
