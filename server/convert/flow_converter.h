// Flow converter: a trained flow between the engine, the store and the wire.

#ifndef TTFLOW_SERVER_CONVERT_FLOW_CONVERTER_H_
#define TTFLOW_SERVER_CONVERT_FLOW_CONVERTER_H_

#include "absl/status/statusor.h"
#include "core/sampler/model.h"
#include "server/storage/flow_store.h"
#include "ttflow/v1/flow_service.pb.h"
#include "ttflow/v1/target.pb.h"

namespace ttflow::server {

// What a job that trained `model` on `target` leaves in the store.
NewFlow FlowToStore(const Model& model, const v1::TargetSpec& target);

// Describes a stored flow. Errors: kDataLoss where its description is damaged.
absl::StatusOr<v1::Flow> FlowToProto(const FlowRecord& record);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_CONVERT_FLOW_CONVERTER_H_
