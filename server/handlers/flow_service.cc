#include "server/handlers/flow_service.h"

#include <string>

#include "core/foundation/status_macros.h"
#include "server/convert/flow_converter.h"
#include "server/handlers/request_fields.h"
#include "server/rpc/rpc_status.h"
#include "server/rpc/unary_call.h"

namespace ttflow::server {

absl::Status GetFlow(ServiceContext& context,
                     const v1::GetFlowRequest& request,
                     v1::GetFlowResponse& response) {
  TTFLOW_ASSIGN_OR_RETURN(const std::string id, FlowIdOf(request.name()));
  TTFLOW_ASSIGN_OR_RETURN(const FlowRecord record, context.jobs.GetFlow(id));
  TTFLOW_ASSIGN_OR_RETURN(*response.mutable_flow(), FlowToProto(record));
  return absl::OkStatus();
}

absl::Status ListFlows(ServiceContext& context,
                       const v1::ListFlowsRequest& request,
                       v1::ListFlowsResponse& response) {
  Violations violations;
  const int page_size =
      PageSizeOf(request.page_size(), context.limits, violations);
  const std::string cursor =
      ParsePageToken(request.page_token(), "flows", violations);
  if (!violations.empty()) return InvalidRequest(violations);
  TTFLOW_ASSIGN_OR_RETURN(const FlowPage page,
                          context.jobs.ListFlows(page_size, cursor));
  for (const FlowRecord& record : page.flows) {
    TTFLOW_ASSIGN_OR_RETURN(*response.add_flows(), FlowToProto(record));
  }
  response.set_next_page_token(MakePageToken(page.next_cursor, "flows"));
  return absl::OkStatus();
}

absl::Status DeleteFlow(ServiceContext& context,
                        const v1::DeleteFlowRequest& request,
                        v1::DeleteFlowResponse&) {
  TTFLOW_ASSIGN_OR_RETURN(const std::string id, FlowIdOf(request.name()));
  const absl::Status status = context.jobs.DeleteFlow(id);
  if (request.allow_missing() && absl::IsNotFound(status))
    return absl::OkStatus();
  return status;
}

grpc::ServerUnaryReactor* FlowService::GetFlow(
    grpc::CallbackServerContext* context,
    const v1::GetFlowRequest* request,
    v1::GetFlowResponse* response) {
  return RunUnary(context,
                  context_.executor,
                  "GetFlow",
                  request,
                  response,
                  [this](const auto& in, auto& out) {
                    return server::GetFlow(context_, in, out);
                  });
}

grpc::ServerUnaryReactor* FlowService::ListFlows(
    grpc::CallbackServerContext* context,
    const v1::ListFlowsRequest* request,
    v1::ListFlowsResponse* response) {
  return RunUnary(context,
                  context_.executor,
                  "ListFlows",
                  request,
                  response,
                  [this](const auto& in, auto& out) {
                    return server::ListFlows(context_, in, out);
                  });
}

grpc::ServerUnaryReactor* FlowService::DeleteFlow(
    grpc::CallbackServerContext* context,
    const v1::DeleteFlowRequest* request,
    v1::DeleteFlowResponse* response) {
  return RunUnary(context,
                  context_.executor,
                  "DeleteFlow",
                  request,
                  response,
                  [this](const auto& in, auto& out) {
                    return server::DeleteFlow(context_, in, out);
                  });
}

}  // namespace ttflow::server
