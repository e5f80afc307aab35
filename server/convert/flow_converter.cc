#include "server/convert/flow_converter.h"

#include <cstdint>

#include "server/convert/job_converter.h"
#include "server/convert/model.pb.h"
#include "server/convert/model_codec.h"
#include "server/convert/resource_names.h"

namespace ttflow::server {

NewFlow FlowToStore(const Model& model, const v1::TargetSpec& target) {
  internal::convert::StoredFlowDescription description;
  *description.mutable_target() = target;
  description.set_num_particles(model.num_particles);
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
  *proto.mutable_create_time() = TimeToProto(record.create_time);
  return proto;
}

}  // namespace ttflow::server
