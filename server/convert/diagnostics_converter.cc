#include "server/convert/diagnostics_converter.h"

#include <cstddef>
#include <iterator>

#include "absl/strings/str_cat.h"

namespace ttflow::server {
namespace {

std::int32_t Int32(Index value) { return static_cast<std::int32_t>(value); }

v1::CoordinateSummary CoordinateToProto(const CoordinateSummary& summary,
                                        const std::string& name) {
  v1::CoordinateSummary proto;
  proto.set_name(name);
  proto.set_mean(summary.mean);
  proto.set_standard_deviation(summary.standard_deviation);
  const std::size_t count =
      std::min(summary.quantiles.size(), std::size(kSummaryQuantiles));
  for (std::size_t i = 0; i < count; ++i) {
    v1::Quantile& quantile = *proto.add_quantiles();
    quantile.set_probability(kSummaryQuantiles[i]);
    quantile.set_value(summary.quantiles[i]);
  }
  return proto;
}

}  // namespace

v1::Stage StageToProto(const StageInfo& info) {
  v1::Stage proto;
  proto.set_pass(info.pass);
  proto.set_stage(info.stage);
  proto.set_t(info.t);
  proto.set_dt(info.dt);
  proto.set_dt_without_flow(info.dt_without_flow);
  proto.set_flow_used(info.flow_used);
  proto.set_validation_r2(info.validation_r2);
  for (const Index rank : info.ranks) proto.add_ranks(Int32(rank));
  proto.set_conditional_ess(info.conditional_ess);
  proto.set_weight_ess_fraction(info.weight_ess_fraction);
  proto.set_fresh_ess_fraction(info.fresh_ess_fraction);
  proto.set_resampled(info.resampled);
  proto.set_acceptance_rate(info.acceptance_rate);
  proto.set_step_size(info.step_size);
  proto.set_log_evidence(info.log_evidence);
  proto.set_num_energy_evaluations(info.counts.num_energy_evaluations);
  proto.set_num_gradient_evaluations(info.counts.num_gradient_evaluations);
  proto.set_num_nonfinite_energies(info.counts.num_nonfinite);
  return proto;
}

std::string EncodeStage(const StageInfo& info, double fraction) {
  v1::Progress progress;
  *progress.mutable_stage() = StageToProto(info);
  progress.set_fraction(fraction);
  return progress.SerializeAsString();
}

absl::StatusOr<v1::Progress> DecodeStage(std::string_view bytes) {
  v1::Progress progress;
  if (!progress.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("a stored stage is damaged");
  }
  return progress;
}

v1::Result ResultToProto(const SampleResult& result, const RunFacts& facts) {
  v1::Result proto;
  proto.set_log_evidence(result.log_evidence);
  proto.set_log_evidence_standard_error(result.log_evidence_standard_error);
  proto.set_log_evidence_estimator(EvidenceEstimatorName(result.estimator));
  proto.set_num_energy_evaluations(result.counts.num_energy_evaluations);
  proto.set_num_gradient_evaluations(result.counts.num_gradient_evaluations);
  proto.set_num_nonfinite_energies(result.counts.num_nonfinite);
  proto.set_weight_ess_fraction(result.weight_ess_fraction);
  proto.set_wall_seconds(facts.wall_seconds);
  proto.set_seed(facts.seed);
  for (const Warning& warning : result.warnings) {
    v1::Warning& added = *proto.add_warnings();
    added.set_code(warning.code);
    added.set_message(warning.message);
  }
  for (std::size_t k = 0; k < result.coordinates.size(); ++k) {
    const std::string name = k < facts.coordinate_names.size()
                                 ? facts.coordinate_names[k]
                                 : absl::StrCat("x", k + 1);
    *proto.add_coordinates() = CoordinateToProto(result.coordinates[k], name);
  }
  for (const ModeSummary& mode : result.modes) {
    v1::ModeSummary& added = *proto.add_modes();
    added.mutable_position()->Assign(mode.position.begin(),
                                     mode.position.end());
    added.set_energy(mode.energy);
    added.set_weight(mode.weight);
    added.set_weight_standard_error(mode.weight_standard_error);
  }
  proto.set_num_samples(Int32(result.samples.rows()));
  proto.set_num_particles(Int32(result.particles.rows()));
  proto.set_dimension(Int32(result.samples.cols()));
  proto.set_flow(facts.flow);
  proto.set_num_stages(Int32(facts.num_stages));
  return proto;
}

}  // namespace ttflow::server
