#include "server/handlers/catalogue_services.h"

#include "core/targets/target_registry.h"
#include "server/convert/target_converter.h"

namespace ttflow::server {

grpc::ServerUnaryReactor* TargetService::ListTargets(
    grpc::CallbackServerContext* context,
    const v1::ListTargetsRequest*,
    v1::ListTargetsResponse* response) {
  for (const TargetSchema& schema : TargetSchemas()) {
    *response->add_targets() = TargetToProto(schema);
  }
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

grpc::ServerUnaryReactor* ServerService::GetServerInfo(
    grpc::CallbackServerContext* context,
    const v1::GetServerInfoRequest*,
    v1::GetServerInfoResponse* response) {
  *response = info_;
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

}  // namespace ttflow::server
