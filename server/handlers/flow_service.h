// FlowService on gRPC, and its handlers.

#ifndef TTFLOW_SERVER_HANDLERS_FLOW_SERVICE_H_
#define TTFLOW_SERVER_HANDLERS_FLOW_SERVICE_H_

#include "absl/status/status.h"
#include "server/rpc/service_context.h"
#include "ttflow/v1/flow_service.grpc.pb.h"

namespace ttflow::server {

// Each does what the RPC of its name says; on the CallExecutor.
absl::Status GetFlow(ServiceContext& context,
                     const v1::GetFlowRequest& request,
                     v1::GetFlowResponse& response);
absl::Status ListFlows(ServiceContext& context,
                       const v1::ListFlowsRequest& request,
                       v1::ListFlowsResponse& response);
absl::Status DeleteFlow(ServiceContext& context,
                        const v1::DeleteFlowRequest& request,
                        v1::DeleteFlowResponse& response);

class FlowService final : public v1::FlowService::CallbackService {
 public:
  explicit FlowService(ServiceContext& context) : context_(context) {}

  grpc::ServerUnaryReactor* GetFlow(grpc::CallbackServerContext* context,
                                    const v1::GetFlowRequest* request,
                                    v1::GetFlowResponse* response) override;
  grpc::ServerUnaryReactor* ListFlows(grpc::CallbackServerContext* context,
                                      const v1::ListFlowsRequest* request,
                                      v1::ListFlowsResponse* response) override;
  grpc::ServerUnaryReactor* DeleteFlow(
      grpc::CallbackServerContext* context,
      const v1::DeleteFlowRequest* request,
      v1::DeleteFlowResponse* response) override;

 private:
  ServiceContext& context_;
};

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_HANDLERS_FLOW_SERVICE_H_
