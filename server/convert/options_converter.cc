#include "server/convert/options_converter.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/convert/enum_converter.h"

namespace ttflow::server {
namespace {

template <typename Proto, typename Core>
void ReadEnum(const char* path,
              Proto proto,
              Core& core,
              Violations& violations) {
  if (!EnumFromProto(proto, core)) {
    violations.Add(path,
                   absl::StrCat("is ",
                                static_cast<int>(proto),
                                ", which this server does not know"));
  }
}

// Reads an optional field of a message into the member of the same name.
#define TTFLOW_READ(proto, core, field) \
  if ((proto).has_##field()) (core).field = (proto).field()

void ReadBase(const v1::BaseOptions& proto,
              BaseOptions& core,
              Violations& violations) {
  ReadEnum("base.kind", proto.kind(), core.kind, violations);
  core.mean.assign(proto.mean().begin(), proto.mean().end());
  core.scale.assign(proto.scale().begin(), proto.scale().end());
  TTFLOW_READ(proto, core, degrees_of_freedom);
}

void ReadMoves(const v1::MoveOptions& proto,
               MoveOptions& core,
               Violations& violations) {
  ReadEnum("moves.kind", proto.kind(), core.kind, violations);
  TTFLOW_READ(proto, core, count);
  TTFLOW_READ(proto, core, final_count);
  TTFLOW_READ(proto, core, num_leapfrog_steps);
  TTFLOW_READ(proto, core, target_acceptance);
  TTFLOW_READ(proto, core, log_step_spread);
}

void ReadFlow(const v1::FlowOptions& proto,
              FlowOptions& core,
              Violations& violations) {
  ReadEnum("flow.mode", proto.mode(), core.mode, violations);
  ReadEnum(
      "flow.coordinates", proto.coordinates(), core.coordinates, violations);
  TTFLOW_READ(proto, core, min_gain);
  TTFLOW_READ(proto, core, max_displacement);
  TTFLOW_READ(proto, core, max_substeps);
  FitOptions& fit = core.fit;
  ReadEnum("flow.basis", proto.basis(), fit.basis, violations);
  TTFLOW_READ(proto, fit, orthonormal);
  ReadEnum("flow.inner_product",
           proto.inner_product(),
           fit.inner_product,
           violations);
  ReadEnum("flow.velocity", proto.velocity(), fit.velocity, violations);
  TTFLOW_READ(proto, fit, additive_basis_size);
  TTFLOW_READ(proto, fit, train_basis_size);
  TTFLOW_READ(proto, fit, max_rank);
  ReadEnum("flow.rank_rule", proto.rank_rule(), fit.rank_rule, violations);
  TTFLOW_READ(proto, fit, relative_tolerance);
  TTFLOW_READ(proto, fit, ema_rate);
  TTFLOW_READ(proto, fit, max_pairs);
  TTFLOW_READ(proto, fit, rows_per_unknown);
  TTFLOW_READ(proto, fit, interval_tail);
  TTFLOW_READ(proto, fit, interval_margin);
  TTFLOW_READ(proto, fit, num_sweeps);
}

void ReadDensity(const v1::DensityOptions& proto,
                 DensityOptions& core,
                 Violations& violations) {
  ReadEnum("density.mode", proto.mode(), core.mode, violations);
  TTFLOW_READ(proto, core, num_particles);
  TTFLOW_READ(proto, core, num_draws);
  TTFLOW_READ(proto, core, basis_size);
  TTFLOW_READ(proto, core, max_rank);
  TTFLOW_READ(proto, core, look_ahead);
  TTFLOW_READ(proto, core, triangular);
  TTFLOW_READ(proto, core, even);
}

#undef TTFLOW_READ

std::int32_t Int32(Index value) { return static_cast<std::int32_t>(value); }

void WriteFlow(const FlowOptions& core, v1::FlowOptions& proto) {
  proto.set_mode(EnumToProto(core.mode));
  proto.set_coordinates(EnumToProto(core.coordinates));
  proto.set_min_gain(core.min_gain);
  proto.set_max_displacement(core.max_displacement);
  proto.set_max_substeps(core.max_substeps);
  const FitOptions& fit = core.fit;
  proto.set_basis(EnumToProto(fit.basis));
  proto.set_orthonormal(fit.orthonormal);
  proto.set_inner_product(EnumToProto(fit.inner_product));
  proto.set_velocity(EnumToProto(fit.velocity));
  proto.set_additive_basis_size(Int32(fit.additive_basis_size));
  proto.set_train_basis_size(Int32(fit.train_basis_size));
  proto.set_max_rank(Int32(fit.max_rank));
  proto.set_rank_rule(EnumToProto(fit.rank_rule));
  proto.set_relative_tolerance(fit.relative_tolerance);
  proto.set_ema_rate(fit.ema_rate);
  proto.set_max_pairs(Int32(fit.max_pairs));
  proto.set_rows_per_unknown(fit.rows_per_unknown);
  proto.set_interval_tail(fit.interval_tail);
  proto.set_interval_margin(fit.interval_margin);
  proto.set_num_sweeps(fit.num_sweeps);
}

void WriteDensity(const DensityOptions& core, v1::DensityOptions& proto) {
  proto.set_mode(EnumToProto(core.mode));
  proto.set_num_particles(Int32(core.num_particles));
  proto.set_num_draws(Int32(core.num_draws));
  proto.set_basis_size(Int32(core.basis_size));
  proto.set_max_rank(Int32(core.max_rank));
  proto.set_look_ahead(core.look_ahead);
  proto.set_triangular(core.triangular);
  proto.set_even(core.even);
}

}  // namespace

SamplerOptions OptionsFromProto(const v1::SamplerOptions& proto,
                                Violations& violations) {
  SamplerOptions core;
  if (proto.has_num_particles()) core.num_particles = proto.num_particles();
  if (proto.has_max_energy_evaluations()) {
    core.max_energy_evaluations = proto.max_energy_evaluations();
  }
  if (proto.has_max_seconds()) core.max_seconds = proto.max_seconds();
  ReadBase(proto.base(), core.base, violations);
  if (proto.schedule().has_conditional_ess()) {
    core.schedule.conditional_ess = proto.schedule().conditional_ess();
  }
  if (proto.schedule().has_max_stages()) {
    core.schedule.max_stages = proto.schedule().max_stages();
  }
  ReadEnum("resampling.scheme",
           proto.resampling().scheme(),
           core.resampling.scheme,
           violations);
  if (proto.resampling().has_ess_threshold()) {
    core.resampling.ess_threshold = proto.resampling().ess_threshold();
  }
  ReadMoves(proto.moves(), core.moves, violations);
  ReadFlow(proto.flow(), core.flow, violations);
  ReadDensity(proto.density(), core.density, violations);
  if (proto.evidence().has_frozen_batches()) {
    core.evidence.frozen_batches = proto.evidence().frozen_batches();
  }
  if (proto.evidence().has_wanted_error()) {
    core.evidence.wanted_error = proto.evidence().wanted_error();
  }
  return core;
}

v1::SamplerOptions OptionsToProto(const SamplerOptions& options) {
  v1::SamplerOptions proto;
  proto.set_num_particles(Int32(options.num_particles));
  proto.set_max_energy_evaluations(options.max_energy_evaluations);
  proto.set_max_seconds(options.max_seconds);
  v1::BaseOptions& base = *proto.mutable_base();
  base.set_kind(EnumToProto(options.base.kind));
  base.mutable_mean()->Assign(options.base.mean.begin(),
                              options.base.mean.end());
  base.mutable_scale()->Assign(options.base.scale.begin(),
                               options.base.scale.end());
  base.set_degrees_of_freedom(options.base.degrees_of_freedom);
  v1::ScheduleOptions& schedule = *proto.mutable_schedule();
  schedule.set_conditional_ess(options.schedule.conditional_ess);
  schedule.set_max_stages(Int32(options.schedule.max_stages));
  v1::ResamplingOptions& resampling = *proto.mutable_resampling();
  resampling.set_scheme(EnumToProto(options.resampling.scheme));
  resampling.set_ess_threshold(options.resampling.ess_threshold);
  v1::MoveOptions& moves = *proto.mutable_moves();
  moves.set_kind(EnumToProto(options.moves.kind));
  moves.set_count(options.moves.count);
  moves.set_final_count(options.moves.final_count);
  moves.set_num_leapfrog_steps(options.moves.num_leapfrog_steps);
  moves.set_target_acceptance(options.moves.target_acceptance);
  moves.set_log_step_spread(options.moves.log_step_spread);
  WriteFlow(options.flow, *proto.mutable_flow());
  WriteDensity(options.density, *proto.mutable_density());
  proto.mutable_evidence()->set_frozen_batches(options.evidence.frozen_batches);
  proto.mutable_evidence()->set_wanted_error(options.evidence.wanted_error);
  return proto;
}

}  // namespace ttflow::server
