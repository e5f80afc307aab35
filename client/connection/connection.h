// Connection: one server, its stubs, and calls with a deadline.

#ifndef TTFLOW_CLIENT_CONNECTION_CONNECTION_H_
#define TTFLOW_CLIENT_CONNECTION_CONNECTION_H_

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "ttflow/v1/flow_service.grpc.pb.h"
#include "ttflow/v1/job_service.grpc.pb.h"
#include "ttflow/v1/server_service.grpc.pb.h"
#include "ttflow/v1/target_service.grpc.pb.h"

namespace ttflow::client {

// The status that the command line shows for an RPC that `address` answered so.
absl::Status ToStatus(const grpc::Status& status, const std::string& address);

// Whether a stream that ended so, and that this side has not cancelled, may be
// opened again where it stopped.
bool IsBroken(const grpc::Status& status);

// Thread-safe, as its channel is.
class Connection {
 public:
  // `address` is "host:port" or "unix:/path"; nothing is sent before the first
  // call. `timeout` is the deadline of a unary call.
  Connection(const std::string& address, std::chrono::milliseconds timeout);
  // Over a channel that exists; `address` is only its name in messages.
  Connection(std::shared_ptr<grpc::Channel> channel,
             std::string address,
             std::chrono::milliseconds timeout);

  const std::string& address() const { return address_; }
  v1::JobService::Stub& jobs() const { return *jobs_; }
  v1::FlowService::Stub& flows() const { return *flows_; }
  v1::TargetService::Stub& targets() const { return *targets_; }
  v1::ServerService::Stub& server() const { return *server_; }

  // One unary call: Call(connection.jobs(), &v1::JobService::Stub::GetJob,
  // request).
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(
      Stub& stub,
      grpc::Status (Stub::*method)(grpc::ClientContext*,
                                   const Request&,
                                   Response*),
      const Request& request) const {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + timeout_);
    Response response;
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok()) return ToStatus(status, address_);
    return response;
  }

  absl::StatusOr<v1::Job> GetJob(const std::string& name) const;
  absl::StatusOr<v1::Flow> GetFlow(const std::string& name) const;

 private:
  std::string address_;
  std::chrono::milliseconds timeout_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::JobService::Stub> jobs_;
  std::unique_ptr<v1::FlowService::Stub> flows_;
  std::unique_ptr<v1::TargetService::Stub> targets_;
  std::unique_ptr<v1::ServerService::Stub> server_;
};

// "0192f3c1" or "jobs/0192f3c1" -> "jobs/0192f3c1"; "@last" is the newest job.
// Errors: kNotFound where "@last" finds none; those of the call.
absl::StatusOr<std::string> ResolveJobName(const Connection& connection,
                                           const std::string& name);

// "0192f3c1" or "flows/0192f3c1" -> "flows/0192f3c1".
std::string FlowName(const std::string& name);

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_CONNECTION_CONNECTION_H_
