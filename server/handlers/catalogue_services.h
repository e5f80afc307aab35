// TargetService and ServerService on gRPC: what the server offers.

#ifndef TTFLOW_SERVER_HANDLERS_CATALOGUE_SERVICES_H_
#define TTFLOW_SERVER_HANDLERS_CATALOGUE_SERVICES_H_

#include "ttflow/v1/server_service.grpc.pb.h"
#include "ttflow/v1/target_service.grpc.pb.h"

namespace ttflow::server {

// Answers from the registry; never waits.
class TargetService final : public v1::TargetService::CallbackService {
 public:
  grpc::ServerUnaryReactor* ListTargets(
      grpc::CallbackServerContext* context,
      const v1::ListTargetsRequest* request,
      v1::ListTargetsResponse* response) override;
};

// Answers with what was known at the start; never waits.
class ServerService final : public v1::ServerService::CallbackService {
 public:
  explicit ServerService(v1::GetServerInfoResponse info)
      : info_(std::move(info)) {}
  grpc::ServerUnaryReactor* GetServerInfo(
      grpc::CallbackServerContext* context,
      const v1::GetServerInfoRequest* request,
      v1::GetServerInfoResponse* response) override;

 private:
  const v1::GetServerInfoResponse info_;
};

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_HANDLERS_CATALOGUE_SERVICES_H_
