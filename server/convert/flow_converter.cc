#include "server/convert/flow_converter.h"

#include <cstdint>

#include "server/convert/job_converter.h"
#include "server/convert/model.pb.h"
#include "server/convert/model_codec.h"
#include "server/convert/resource_names.h"

namespace ttflow::server {

namespace {

// The draw of the base; then, a stage, the energies where its transport ends
// and those of its moves.
double EvaluationsPerParticle(const Model& model) {
  double evaluations = 1;
  for (const StageModel& stage : model.stages) {
    if (stage.transport.has_value()) ++evaluations;
    const MoveSettings& moves = stage.moves;
    const int of_move =
        moves.kind == MoveKind::kHmc ? moves.num_leapfrog_steps : 1;
    evaluations += static_cast<double>(moves.count) * of_move;
  }
  return evaluations;
}

}  // namespace

NewFlow FlowToStore(const Model& model, const v1::TargetSpec& target) {
  internal::convert::StoredFlowDescription description;
  *description.mutable_target() = target;
  description.set_num_particles(model.num_particles);
  description.set_evaluations_per_particle(EvaluationsPerParticle(model));
  NewFlow flow;
  flow.model = EncodeModel(model);
  flow.target = description.SerializeAsString();
  flow.dimension = model.dimension();
  flow.num_stages = static_cast<std::int64_t>(model.stages.size());
  return flow;
}

absl::StatusOr<v1::Flow> FlowToProto(const FlowRecord& record) {
  internal::convert::StoredFlowDescription description;
  if (!description.ParseFromString(record.target)) {
    return absl::DataLossError("the stored description of a flow is damaged");
  }
  v1::Flow proto;
  proto.set_name(FlowName(record.id));
  proto.set_job(JobName(record.job_id));
  *proto.mutable_target() = description.target();
  proto.set_dimension(static_cast<std::int32_t>(record.dimension));
  proto.set_num_particles(
      static_cast<std::int32_t>(description.num_particles()));
  proto.set_num_stages(static_cast<std::int32_t>(record.num_stages));
  proto.set_size_bytes(record.model_bytes);
  proto.set_evaluations_per_particle(description.evaluations_per_particle());
  *proto.mutable_create_time() = TimeToProto(record.create_time);
  return proto;
}

}  // namespace ttflow::server
