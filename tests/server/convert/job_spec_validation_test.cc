#include "server/convert/job_spec_validation.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ttflow::server {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

constexpr std::uint64_t kFreshSeed = 42;

v1::JobSpec Parse(const std::string& text) {
  v1::JobSpec spec;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &spec));
  return spec;
}

v1::JobSpec Valid() {
  return Parse(R"pb(
    sample { target { builtin { name: "many_well" dimension: 4 } } })pb");
}

std::vector<std::string> FaultsOf(const v1::JobSpec& spec,
                                  const Limits& limits = {}) {
  Violations violations;
  PrepareJob(spec, nullptr, kFreshSeed, limits, violations);
  std::vector<std::string> fields;
  for (const Violation& item : violations.items()) fields.push_back(item.field);
  return fields;
}

PreparedJob Prepare(const v1::JobSpec& spec, const v1::Flow* flow = nullptr) {
  Violations violations;
  PreparedJob job = PrepareJob(spec, flow, kFreshSeed, {}, violations);
  for (const Violation& item : violations.items()) {
    ADD_FAILURE() << item.field << ": " << item.description;
  }
  return job;
}

TEST(JobSpecValidation, FillsInWhatIsOpen) {
  const PreparedJob job = Prepare(Valid());
  EXPECT_EQ(job.effective.num_samples(), 2000);
  EXPECT_EQ(job.effective.seed(), kFreshSeed);
  EXPECT_GT(job.effective.sample().options().num_particles(), 0);
  ASSERT_NE(job.target, nullptr);
  EXPECT_EQ(job.target->dimension(), 4);
  EXPECT_EQ(job.options.num_samples, 2000);
  EXPECT_EQ(job.options.seed, kFreshSeed);
  EXPECT_EQ(job.options.num_particles,
            job.effective.sample().options().num_particles());
  EXPECT_GT(job.estimate.memory_bytes, 0);
  EXPECT_GT(job.estimate.num_energy_evaluations, 0);
}

TEST(JobSpecValidation, KeepsWhatIsSet) {
  v1::JobSpec spec = Valid();
  spec.set_num_samples(10);
  spec.set_seed(0);
  spec.mutable_sample()->mutable_options()->set_num_particles(512);
  spec.mutable_sample()->mutable_options()->mutable_flow()->set_max_rank(0);
  const PreparedJob job = Prepare(spec);
  EXPECT_EQ(job.options.num_samples, 10);
  EXPECT_EQ(job.options.seed, 0u);
  EXPECT_EQ(job.options.num_particles, 512);
  EXPECT_EQ(job.options.flow.fit.max_rank, 0);
}

// What runs is prepared again from what was stored.
TEST(JobSpecValidation, PreparingTwiceChangesNothing) {
  const PreparedJob once = Prepare(Valid());
  const PreparedJob twice = Prepare(once.effective);
  EXPECT_TRUE(MessageDifferencer::Equals(once.effective, twice.effective));
  EXPECT_EQ(once.estimate.memory_bytes, twice.estimate.memory_bytes);
}

TEST(JobSpecValidation, ReportsEveryFaultAtOnce) {
  const v1::JobSpec spec = Parse(R"pb(
    sample {
      target { builtin { name: "none" } }
      options {
        num_particles: 3
        schedule { conditional_ess: nan }
        moves { kind: 77 count: -1 }
        flow { max_rank: -1 mode: 9 }
      }
    }
    num_samples: 0
    labels { key: "" value: "x" })pb");
  EXPECT_THAT(FaultsOf(spec),
              UnorderedElementsAre("num_samples",
                                   "labels[\"\"]",
                                   "sample.target.builtin.name",
                                   "sample.options.num_particles",
                                   "sample.options.schedule.conditional_ess",
                                   "sample.options.moves.kind",
                                   "sample.options.moves.count",
                                   "sample.options.flow.max_rank",
                                   "sample.options.flow.mode"));
}

TEST(JobSpecValidation, RefusesMissingParts) {
  EXPECT_THAT(FaultsOf({}), ElementsAre("work"));
  EXPECT_THAT(FaultsOf(Parse("sample {}")), ElementsAre("sample.target"));
  EXPECT_THAT(FaultsOf(Parse("sample { target {} }")),
              ElementsAre("sample.target.kind"));
}

TEST(JobSpecValidation, NumSamplesHasALimit) {
  v1::JobSpec spec = Valid();
  Limits limits;
  limits.max_num_samples = 100;
  spec.set_num_samples(101);
  EXPECT_THAT(FaultsOf(spec, limits), ElementsAre("num_samples"));
  spec.set_num_samples(100);
  EXPECT_THAT(FaultsOf(spec, limits), ElementsAre());
  spec.set_num_samples(-1);
  EXPECT_THAT(FaultsOf(spec, limits), ElementsAre("num_samples"));
}

TEST(JobSpecValidation, AHugeDimensionAllocatesNothing) {
  v1::JobSpec spec = Valid();
  spec.mutable_sample()->mutable_target()->mutable_builtin()->set_dimension(
      2'000'000'000);
  EXPECT_THAT(FaultsOf(spec), ElementsAre("sample.target.builtin.dimension"));
}

TEST(JobSpecValidation, ADimensionThatParametersImplyIsLimitedToo) {
  v1::JobSpec spec;
  auto* target = spec.mutable_sample()->mutable_target()->mutable_builtin();
  target->set_name("gaussian");
  auto& mean = (*target->mutable_parameters())["mean"];
  for (int k = 0; k < 20; ++k) mean.add_values(0);
  Limits limits;
  limits.max_dimension = 10;
  EXPECT_THAT(FaultsOf(spec, limits), ElementsAre("sample.target"));
}

TEST(JobSpecValidation, LengthsOfListsAreThoseOfTheTarget) {
  v1::JobSpec spec = Valid();
  auto* base = spec.mutable_sample()->mutable_options()->mutable_base();
  for (int k = 0; k < 3; ++k) base->add_mean(0);
  EXPECT_THAT(FaultsOf(spec), ElementsAre("sample.options.base.mean"));
  base->add_mean(0);
  EXPECT_THAT(FaultsOf(spec), ElementsAre());
}

TEST(JobSpecValidation, WhatCannotFitNamesItsDriver) {
  Limits limits;
  limits.max_job_memory_bytes = 8 << 20;
  v1::JobSpec spec = Valid();
  spec.mutable_sample()->mutable_options()->set_num_particles(1'000'000);
  Violations violations;
  const PreparedJob job =
      PrepareJob(spec, nullptr, kFreshSeed, limits, violations);
  ASSERT_EQ(violations.items().size(), 1u);
  EXPECT_EQ(violations.items()[0].field, "sample.options.num_particles");
  EXPECT_THAT(violations.items()[0].description, HasSubstr("at most 8 MiB"));
  EXPECT_GT(job.estimate.memory_bytes, limits.max_job_memory_bytes);

  spec.mutable_sample()->mutable_options()->set_num_particles(64);
  spec.set_num_samples(5'000'000);
  EXPECT_THAT(FaultsOf(spec, limits), ElementsAre("num_samples"));
}

TEST(JobSpecValidation, LabelsHaveLimits) {
  v1::JobSpec spec = Valid();
  for (int i = 0; i < 64; ++i) {
    (*spec.mutable_labels())["key" + std::to_string(i)] = std::string(63, 'v');
  }
  EXPECT_THAT(FaultsOf(spec), ElementsAre());
  (*spec.mutable_labels())["one more"] = "";
  EXPECT_THAT(FaultsOf(spec), ElementsAre("labels"));
  spec = Valid();
  (*spec.mutable_labels())["long"] = std::string(64, 'v');
  EXPECT_THAT(FaultsOf(spec), ElementsAre("labels[\"long\"]"));
}

v1::Flow AnyFlow() {
  v1::Flow flow;
  *flow.mutable_target() = Valid().sample().target();
  flow.set_dimension(4);
  flow.set_num_particles(777);
  flow.set_size_bytes(1000);
  flow.set_evaluations_per_particle(21);
  return flow;
}

TEST(JobSpecValidation, ADrawTakesItsTargetFromTheFlow) {
  const v1::Flow flow = AnyFlow();
  const v1::JobSpec spec = Parse(R"pb(draw { flow: "flows/1" }
                                      num_samples: 5)pb");
  const PreparedJob job = Prepare(spec, &flow);
  ASSERT_NE(job.target, nullptr);
  EXPECT_EQ(job.target->dimension(), 4);
  EXPECT_EQ(job.draw.num_samples, 5);
  EXPECT_EQ(job.draw.num_particles, 777);
  EXPECT_EQ(job.draw.seed, kFreshSeed);
  EXPECT_EQ(job.effective.draw().num_particles(), 777);
  EXPECT_GT(job.estimate.memory_bytes, 1000);
  // One run of 777 particles has the five samples.
  EXPECT_EQ(job.estimate.num_energy_evaluations, 777 * 21);
  EXPECT_TRUE(
      MessageDifferencer::Equals(job.effective.draw().target(), flow.target()));
  const PreparedJob twice = Prepare(job.effective, &flow);
  EXPECT_TRUE(MessageDifferencer::Equals(job.effective, twice.effective));
}

TEST(JobSpecValidation, ADrawsOwnFaults) {
  EXPECT_THAT(
      FaultsOf(Parse(R"pb(draw { flow: "jobs/1" num_particles: 5 })pb")),
      UnorderedElementsAre("draw.flow", "draw.num_particles"));
}

}  // namespace
}  // namespace ttflow::server
