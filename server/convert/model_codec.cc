#include "server/convert/model_codec.h"

#include <cmath>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/foundation/status_macros.h"
#include "server/convert/coordinates_codec.h"
#include "server/convert/density_codec.h"
#include "server/convert/model.pb.h"
#include "server/convert/velocity_codec.h"

namespace ttflow::server {
namespace {

namespace stored = internal::convert;

// What a model without a density is written as; an older reader knows it.
constexpr std::int32_t kStagesFormat = 1;
// With a density, which an older reader must not take for a model of no stages.
constexpr std::int32_t kDensityFormat = 2;
// With a density in straight coordinates, for the same reason.
constexpr std::int32_t kMappedFormat = 3;
// With a density that is mirrored, for the same reason.
constexpr std::int32_t kEvenFormat = 4;

// Numbers of enums in the store; they never change.
constexpr std::pair<BaseKind, std::int32_t> kBaseKinds[] = {
    {BaseKind::kGaussian, 1}, {BaseKind::kStudentT, 2}};
constexpr std::pair<ResamplingScheme, std::int32_t> kSchemes[] = {
    {ResamplingScheme::kSystematic, 1},
    {ResamplingScheme::kStratified, 2},
    {ResamplingScheme::kResidual, 3},
    {ResamplingScheme::kMultinomial, 4}};
constexpr std::pair<MoveKind, std::int32_t> kMoveKinds[] = {
    {MoveKind::kMala, 1}, {MoveKind::kHmc, 2}};

template <typename Enum, std::size_t size>
std::int32_t ToNumber(const std::pair<Enum, std::int32_t> (&table)[size],
                      Enum value) {
  for (const auto& [key, number] : table) {
    if (key == value) return number;
  }
  return 0;
}

template <typename Enum, std::size_t size>
bool FromNumber(const std::pair<Enum, std::int32_t> (&table)[size],
                std::int32_t number,
                Enum& value) {
  for (const auto& [key, candidate] : table) {
    if (candidate == number) {
      value = key;
      return true;
    }
  }
  return false;
}

absl::Status Damaged(std::string_view part) {
  return absl::DataLossError(
      absl::StrCat("a stored flow is damaged: ",
                   absl::string_view(part.data(), part.size())));
}

bool IsPositive(const Vector& values) {
  return values.allFinite() && (values.array() > 0).all();
}

void EncodeTransport(const Transport& transport, stored::StoredTransport& out) {
  EncodeCoordinates(transport.coordinates, *out.mutable_coordinates());
  for (const Velocity& velocity : transport.fold_velocity) {
    EncodeVelocity(velocity, *out.add_fold_velocity());
  }
  EncodeVelocity(transport.velocity, *out.mutable_velocity());
  out.set_substeps(transport.substeps);
}

absl::StatusOr<Transport> DecodeTransport(const stored::StoredTransport& in,
                                          Index dimension) {
  Transport transport;
  if (!DecodeCoordinates(in.coordinates(), dimension, transport.coordinates)) {
    return Damaged("coordinates");
  }
  const auto folds = static_cast<int>(transport.fold_velocity.size());
  if (in.fold_velocity_size() != folds) return Damaged("folds");
  std::string fault;
  for (int fold = 0; fold < folds; ++fold) {
    if (!DecodeVelocity(in.fold_velocity(fold),
                        dimension,
                        transport.fold_velocity[static_cast<size_t>(fold)],
                        fault)) {
      return Damaged(fault);
    }
  }
  if (!DecodeVelocity(in.velocity(), dimension, transport.velocity, fault)) {
    return Damaged(fault);
  }
  transport.substeps = in.substeps();
  if (transport.substeps < 1) return Damaged("substeps");
  return transport;
}

void EncodeMoves(const MoveSettings& moves, stored::StoredMoves& out) {
  out.set_kind(ToNumber(kMoveKinds, moves.kind));
  out.set_count(moves.count);
  out.set_step_size(moves.step_size);
  out.set_num_leapfrog_steps(moves.num_leapfrog_steps);
  out.set_log_step_spread(moves.log_step_spread);
  EncodeNumbers(moves.scale, *out.mutable_scale());
}

absl::StatusOr<MoveSettings> DecodeMoves(const stored::StoredMoves& in,
                                         Index dimension) {
  MoveSettings moves;
  moves.count = in.count();
  moves.step_size = in.step_size();
  moves.num_leapfrog_steps = in.num_leapfrog_steps();
  moves.log_step_spread = in.log_step_spread();
  moves.scale = DecodeVector(in.scale());
  const bool used = moves.count > 0;
  if (!FromNumber(kMoveKinds, in.kind(), moves.kind) || moves.count < 0 ||
      !std::isfinite(moves.step_size) ||
      (used && (moves.scale.size() != dimension || !IsPositive(moves.scale)))) {
    return Damaged("moves");
  }
  return moves;
}

absl::StatusOr<StageModel> DecodeStageModel(const stored::StoredStage& in,
                                            Index dimension) {
  StageModel stage;
  stage.t_from = in.t_from();
  stage.t_to = in.t_to();
  if (!(0 <= stage.t_from && stage.t_from <= stage.t_to && stage.t_to <= 1)) {
    return Damaged("schedule");
  }
  if (in.has_transport()) {
    TTFLOW_ASSIGN_OR_RETURN(stage.transport,
                            DecodeTransport(in.transport(), dimension));
  }
  stage.resampling.ess_threshold = in.resampling().ess_threshold();
  stage.resampling.always = in.resampling().always();
  if (!FromNumber(
          kSchemes, in.resampling().scheme(), stage.resampling.scheme)) {
    return Damaged("resampling");
  }
  TTFLOW_ASSIGN_OR_RETURN(stage.moves, DecodeMoves(in.moves(), dimension));
  return stage;
}

std::int32_t FormatOf(const stored::StoredModel& model) {
  if (!model.has_density()) return kStagesFormat;
  if (model.density().even()) return kEvenFormat;
  return model.density().map().empty() ? kDensityFormat : kMappedFormat;
}

}  // namespace

std::string EncodeModel(const Model& model) {
  stored::StoredModel out;
  stored::StoredBase& base = *out.mutable_base();
  base.set_kind(ToNumber(kBaseKinds, model.base.kind));
  EncodeNumbers(model.base.mean, *base.mutable_mean());
  EncodeNumbers(model.base.scale, *base.mutable_scale());
  base.set_degrees_of_freedom(model.base.degrees_of_freedom);
  for (const StageModel& stage : model.stages) {
    stored::StoredStage& added = *out.add_stages();
    added.set_t_from(stage.t_from);
    added.set_t_to(stage.t_to);
    if (stage.transport) {
      EncodeTransport(*stage.transport, *added.mutable_transport());
    }
    stored::StoredResampling& resampling = *added.mutable_resampling();
    resampling.set_scheme(ToNumber(kSchemes, stage.resampling.scheme));
    resampling.set_ess_threshold(stage.resampling.ess_threshold);
    resampling.set_always(stage.resampling.always);
    EncodeMoves(stage.moves, *added.mutable_moves());
  }
  out.set_num_particles(model.num_particles);
  if (model.density != nullptr) {
    EncodeDensity(*model.density, *out.mutable_density());
    out.set_density_ess_fraction(model.density_ess_fraction);
  }
  out.set_format(FormatOf(out));
  return out.SerializeAsString();
}

absl::StatusOr<Model> DecodeModel(std::string_view bytes) {
  stored::StoredModel in;
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Damaged("no message");
  }
  if (in.format() < kStagesFormat || in.format() > kEvenFormat) {
    return Damaged(absl::StrCat("format ", in.format(), " is unknown"));
  }
  Model model;
  model.base.mean = DecodeVector(in.base().mean());
  model.base.scale = DecodeVector(in.base().scale());
  model.base.degrees_of_freedom = in.base().degrees_of_freedom();
  model.num_particles = in.num_particles();
  if (!FromNumber(kBaseKinds, in.base().kind(), model.base.kind) ||
      model.dimension() < 1 || !model.base.mean.allFinite() ||
      model.base.scale.size() != model.dimension() ||
      !IsPositive(model.base.scale) || model.num_particles < 1) {
    return Damaged("base");
  }
  for (const stored::StoredStage& stage : in.stages()) {
    TTFLOW_ASSIGN_OR_RETURN(StageModel decoded,
                            DecodeStageModel(stage, model.dimension()));
    model.stages.push_back(std::move(decoded));
  }
  if (in.format() != FormatOf(in)) {
    return Damaged("density");
  }
  if (in.has_density()) {
    TTFLOW_ASSIGN_OR_RETURN(model.density,
                            DecodeDensity(in.density(), model.dimension()));
    model.density_ess_fraction = in.density_ess_fraction();
    if (!(model.density_ess_fraction >= 0 && model.density_ess_fraction <= 1)) {
      return Damaged("ESS fraction");
    }
  }
  return model;
}

}  // namespace ttflow::server
