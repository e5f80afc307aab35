#include "client/output/result_json.h"

#include <limits>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ttflow::client {
namespace {

using ::testing::HasSubstr;

v1::Job ExampleJob() {
  v1::Job job;
  job.set_name("jobs/1");
  job.set_state(v1::Job::STATE_SUCCEEDED);
  v1::BuiltinTarget& target = *job.mutable_spec()
                                   ->mutable_sample()
                                   ->mutable_target()
                                   ->mutable_builtin();
  target.set_name("many_well");
  target.set_dimension(2);
  (*target.mutable_parameters())["coupling"].add_values(0.5);
  v1::SamplerOptions& options =
      *job.mutable_spec()->mutable_sample()->mutable_options();
  options.set_num_particles(512);
  options.set_max_energy_evaluations(5000000000);
  options.mutable_flow()->set_mode(v1::FLOW_MODE_AUTO);
  v1::Result& result = *job.mutable_result();
  result.set_log_evidence(-1.25);
  result.set_log_evidence_standard_error(
      std::numeric_limits<double>::quiet_NaN());
  result.set_log_evidence_estimator("smc_product");
  result.set_num_energy_evaluations(5000000001);
  result.set_num_gradient_evaluations(4);
  result.set_weight_ess_fraction(0.5);
  result.set_wall_seconds(3.5);
  result.set_seed(18446744073709551615u);
  result.set_num_samples(10);
  result.set_num_particles(512);
  result.set_dimension(2);
  result.set_flow("flows/9");
  v1::Warning& warning = *result.add_warnings();
  warning.set_code("LOW_ESS");
  warning.set_message("low");
  v1::ModeSummary& mode = *result.add_modes();
  mode.add_position(2.5);
  mode.set_weight(0.25);
  mode.set_weight_standard_error(0.125);
  v1::CoordinateSummary& coordinate = *result.add_coordinates();
  coordinate.set_name("x1");
  coordinate.set_mean(1);
  coordinate.set_standard_deviation(2);
  v1::Quantile& quantile = *coordinate.add_quantiles();
  quantile.set_probability(0.05);
  quantile.set_value(-3);
  return job;
}

v1::Stage ExampleStage() {
  v1::Stage stage;
  stage.set_stage(3);
  stage.set_t(0.25);
  stage.set_num_energy_evaluations(5000000000);
  stage.add_ranks(1);
  stage.add_ranks(4);
  stage.add_ranks(1);
  stage.set_log_evidence(-std::numeric_limits<double>::infinity());
  return stage;
}

TEST(ResultJsonTest, EveryNumberIsANumber) {
  const std::vector<v1::Stage> stages = {ExampleStage()};
  const v1::Job job = ExampleJob();
  const Json json =
      Json::parse(ResultJson(job, job.spec().sample().target(), stages).dump());
  for (const char* key : {"log_evidence",
                          "num_energy_evaluations",
                          "num_gradient_evaluations",
                          "weight_ess_fraction",
                          "wall_seconds",
                          "seed",
                          "dimension",
                          "num_samples"}) {
    EXPECT_TRUE(json.at(key).is_number()) << key;
  }
  EXPECT_EQ(json.at("log_evidence"), -1.25);
  EXPECT_EQ(json.at("num_energy_evaluations"), 5000000001);
  EXPECT_EQ(json.at("seed").get<std::uint64_t>(), 18446744073709551615u);
  EXPECT_EQ(json.at("log_evidence_estimator"), "smc_product");
  EXPECT_TRUE(json.at("evaluations_per_effective_particle").is_number());
  EXPECT_TRUE(json.at("log_evidence_standard_error").is_null());
  EXPECT_EQ(json.at("job"), "jobs/1");
  EXPECT_EQ(json.at("flow"), "flows/9");
  EXPECT_EQ(json.at("warnings").at(0).at("code"), "LOW_ESS");
}

TEST(ResultJsonTest, SaysWhatAnEffectiveParticleCosts) {
  v1::Job job = ExampleJob();
  job.mutable_result()->set_num_energy_evaluations(6000);
  job.mutable_result()->set_num_particles(4000);
  const Json json = ResultJson(job, job.spec().sample().target(), {});
  EXPECT_EQ(json.at("evaluations_per_effective_particle"), 3);
}

TEST(ResultJsonTest, CoordinatesHaveTheirQuantilesByName) {
  const v1::Job job = ExampleJob();
  const Json json = ResultJson(job, job.spec().sample().target(), {});
  const Json& coordinate = json.at("coordinates").at(0);
  EXPECT_EQ(coordinate.at("name"), "x1");
  EXPECT_EQ(coordinate.at("standard_deviation"), 2);
  EXPECT_EQ(coordinate.at("quantiles").at("0.05"), -3);
}

TEST(ResultJsonTest, ModesHavePlaceAndWeight) {
  const v1::Job job = ExampleJob();
  const Json json = ResultJson(job, job.spec().sample().target(), {});
  ASSERT_EQ(json.at("modes").size(), 1u);
  const Json& mode = json.at("modes").at(0);
  EXPECT_EQ(mode.at("position"), Json::array({2.5}));
  EXPECT_EQ(mode.at("energy"), 0);
  EXPECT_EQ(mode.at("weight"), 0.25);
  EXPECT_EQ(mode.at("weight_standard_error"), 0.125);
}

TEST(ResultJsonTest, AStageHasAllItsKeysZerosIncluded) {
  const std::vector<v1::Stage> stages = {ExampleStage()};
  const v1::Job job = ExampleJob();
  const Json json = ResultJson(job, job.spec().sample().target(), stages);
  const Json& stage = json.at("stages").at(0);
  for (const char* key : {"pass",
                          "stage",
                          "t",
                          "dt",
                          "flow_used",
                          "validation_r2",
                          "ranks",
                          "conditional_ess",
                          "weight_ess_fraction",
                          "acceptance_rate",
                          "log_evidence"}) {
    EXPECT_TRUE(stage.contains(key)) << key;
  }
  EXPECT_EQ(stage.at("pass"), 0);
  EXPECT_EQ(stage.at("flow_used"), false);
  EXPECT_EQ(stage.at("ranks"), Json({1, 4, 1}));
  EXPECT_EQ(stage.at("num_energy_evaluations"), 5000000000);
  EXPECT_TRUE(stage.at("log_evidence").is_null());
}

TEST(ResultJsonTest, TargetAndOptionsAreLegible) {
  const v1::Job job = ExampleJob();
  const Json json = ResultJson(job, job.spec().sample().target(), {});
  EXPECT_EQ(
      json.at("target").dump(),
      R"({"name":"many_well","dimension":2,"parameters":{"coupling":[0.5]}})");
  EXPECT_EQ(
      json.at("options").dump(),
      R"({"num_particles":512,"max_energy_evaluations":5000000000,"flow":{"mode":"auto"}})");
}

TEST(ResultJsonTest, ADrawsOptionsAreItsFlowAndParticles) {
  v1::Job job = ExampleJob();
  v1::DrawWork& draw = *job.mutable_spec()->mutable_draw();
  draw.set_flow("flows/9");
  draw.set_num_particles(512);
  EXPECT_EQ(ResultJson(job, {}, {}).at("options").dump(),
            R"({"flow":"flows/9","num_particles":512})");
}

TEST(ResultJsonTest, AMixtureHasItsComponents) {
  v1::TargetSpec target;
  target.mutable_mixture()->add_components()->add_mean(1.5);
  const Json json = TargetJson(target);
  EXPECT_EQ(json.at("name"), "mixture");
  EXPECT_EQ(json.at("components").at(0).at("mean"), Json::array({1.5}));
}

TEST(ToProtobufJsonTest, KeepsProtoNamesAndZeros) {
  v1::Stage stage;
  const std::string json = ToProtobufJson(stage);
  EXPECT_THAT(json, HasSubstr("\"num_energy_evaluations\": \"0\""));
  EXPECT_THAT(json, HasSubstr("\"flow_used\": false"));
  EXPECT_TRUE(Json::accept(json));
}

}  // namespace
}  // namespace ttflow::client
