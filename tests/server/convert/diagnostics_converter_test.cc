#include "server/convert/diagnostics_converter.h"

#include <gtest/gtest.h>

namespace ttflow::server {
namespace {

// Every field its own value, so that no two can be swapped.
StageInfo Info() {
  return {.pass = 1,
          .stage = 2,
          .t = 0.3,
          .dt = 0.04,
          .dt_without_flow = 0.05,
          .flow_used = true,
          .validation_r2 = 0.6,
          .ranks = {1, 7, 1},
          .conditional_ess = 0.8,
          .weight_ess_fraction = 0.9,
          .fresh_ess_fraction = 0.95,
          .resampled = true,
          .acceptance_rate = 0.11,
          .step_size = 0.12,
          .log_evidence = -13,
          .counts = {.num_energy_evaluations = 1'400'000'000'000,
                     .num_gradient_evaluations = 15,
                     .num_nonfinite = 16}};
}

TEST(DiagnosticsConverter, EveryFieldOfAStageIsSet) {
  const v1::Stage proto = StageToProto(Info());
  EXPECT_EQ(proto.pass(), 1);
  EXPECT_EQ(proto.stage(), 2);
  EXPECT_EQ(proto.t(), 0.3);
  EXPECT_EQ(proto.dt(), 0.04);
  EXPECT_EQ(proto.dt_without_flow(), 0.05);
  EXPECT_EQ(proto.validation_r2(), 0.6);
  EXPECT_EQ(proto.ranks(1), 7);
  EXPECT_EQ(proto.conditional_ess(), 0.8);
  EXPECT_EQ(proto.weight_ess_fraction(), 0.9);
  EXPECT_EQ(proto.fresh_ess_fraction(), 0.95);
  EXPECT_EQ(proto.acceptance_rate(), 0.11);
  EXPECT_EQ(proto.step_size(), 0.12);
  EXPECT_EQ(proto.log_evidence(), -13);
  EXPECT_EQ(proto.num_energy_evaluations(), 1'400'000'000'000);
  EXPECT_EQ(proto.num_gradient_evaluations(), 15);
  EXPECT_EQ(proto.num_nonfinite_energies(), 16);
  // A field that joins the message must join the converter.
  const auto* descriptor = v1::Stage::descriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const auto* field = descriptor->field(i);
    EXPECT_TRUE(field->is_repeated()
                    ? proto.GetReflection()->FieldSize(proto, field) > 0
                    : proto.GetReflection()->HasField(proto, field))
        << field->name();
  }
}

TEST(DiagnosticsConverter, StoredStageIsRead) {
  const auto progress = DecodeStage(EncodeStage(Info(), 0.25));
  ASSERT_TRUE(progress.ok());
  EXPECT_EQ(progress->fraction(), 0.25);
  EXPECT_EQ(progress->stage().SerializeAsString(),
            StageToProto(Info()).SerializeAsString());
  EXPECT_EQ(DecodeStage("\xFF").status().code(), absl::StatusCode::kDataLoss);
}

SampleResult AnyResult() {
  SampleResult result;
  result.samples = Matrix::Zero(5, 2);
  result.particles = Matrix::Zero(7, 2);
  result.log_weights = Vector::Zero(7);
  result.log_evidence = 1.5;
  result.log_evidence_standard_error = 0.25;
  result.estimator = EvidenceEstimator::kFrozenBatches;
  result.weight_ess_fraction = 0.75;
  result.counts = {100, 90, 3};
  result.modes = {{Vector::Constant(2, 3.0), -1.5, 0.75, 0.01}};
  result.coordinates = {
      {.mean = 1, .standard_deviation = 2, .quantiles = {1, 2, 3, 4, 5}},
      {.mean = 3, .standard_deviation = 4, .quantiles = {6, 7, 8, 9, 10}}};
  result.warnings = {{.code = "LOW_ESS", .message = "few particles count"}};
  return result;
}

TEST(DiagnosticsConverter, EveryFieldOfAResultIsSet) {
  RunFacts facts;
  facts.seed = ~std::uint64_t{0};
  facts.wall_seconds = 2.5;
  facts.num_stages = 11;
  facts.flow = "flows/1";
  const v1::Result proto = ResultToProto(AnyResult(), facts);
  EXPECT_EQ(proto.log_evidence(), 1.5);
  EXPECT_EQ(proto.log_evidence_standard_error(), 0.25);
  EXPECT_EQ(proto.log_evidence_estimator(), "frozen_batches");
  EXPECT_EQ(proto.num_energy_evaluations(), 100);
  EXPECT_EQ(proto.num_gradient_evaluations(), 90);
  EXPECT_EQ(proto.num_nonfinite_energies(), 3);
  EXPECT_EQ(proto.seed(), ~std::uint64_t{0});
  EXPECT_EQ(proto.num_samples(), 5);
  EXPECT_EQ(proto.num_particles(), 7);
  EXPECT_EQ(proto.dimension(), 2);
  EXPECT_EQ(proto.warnings(0).code(), "LOW_ESS");
  EXPECT_EQ(proto.coordinates(1).name(), "x2");
  ASSERT_EQ(proto.modes_size(), 1);
  ASSERT_EQ(proto.modes(0).position_size(), 2);
  EXPECT_EQ(proto.modes(0).position(1), 3.0);
  EXPECT_EQ(proto.modes(0).energy(), -1.5);
  EXPECT_EQ(proto.modes(0).weight(), 0.75);
  EXPECT_EQ(proto.modes(0).weight_standard_error(), 0.01);
  EXPECT_EQ(proto.coordinates(1).quantiles(4).probability(), 0.95);
  EXPECT_EQ(proto.coordinates(1).quantiles(4).value(), 10);
  const auto* descriptor = v1::Result::descriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const auto* field = descriptor->field(i);
    EXPECT_TRUE(field->is_repeated()
                    ? proto.GetReflection()->FieldSize(proto, field) > 0
                    : proto.GetReflection()->HasField(proto, field))
        << field->name();
  }
}

TEST(DiagnosticsConverter, CoordinatesTakeTheTargetsNames) {
  RunFacts facts;
  facts.coordinate_names = {"alpha", "beta"};
  const v1::Result proto = ResultToProto(AnyResult(), facts);
  EXPECT_EQ(proto.coordinates(0).name(), "alpha");
  EXPECT_EQ(proto.coordinates(1).name(), "beta");
}

}  // namespace
}  // namespace ttflow::server
