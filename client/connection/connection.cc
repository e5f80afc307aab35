#include "client/connection/connection.h"

#include "client/errors/client_error.h"
#include "client/errors/rpc_details.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"

namespace ttflow::client {
namespace {

// Servers refuse pings that come more often than every 10 s.
constexpr int kKeepaliveMilliseconds = 30000;
constexpr int kKeepaliveTimeoutMilliseconds = 20000;
// What a server sends at most, with room: batches are up to 1 MiB.
constexpr int kMaxReceiveBytes = 16 << 20;

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMilliseconds);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
                   kKeepaliveTimeoutMilliseconds);
  // A restarted server is found within a second or two, not after minutes.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 200);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  arguments.SetMaxReceiveMessageSize(kMaxReceiveBytes);
  return grpc::CreateCustomChannel(
      address, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace

absl::Status ToStatus(const grpc::Status& status, const std::string& address) {
  return RpcError(static_cast<absl::StatusCode>(status.error_code()),
                  status.error_message(),
                  status.error_details(),
                  address);
}

bool IsBroken(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::UNKNOWN:
    // A server that stops cancels the calls that outlast its patience.
    case grpc::StatusCode::CANCELLED:
      return true;
    default:
      return false;
  }
}

Connection::Connection(const std::string& address,
                       std::chrono::milliseconds timeout)
    : Connection(MakeChannel(address), address, timeout) {}

Connection::Connection(std::shared_ptr<grpc::Channel> channel,
                       std::string address,
                       std::chrono::milliseconds timeout)
    : address_(std::move(address)),
      timeout_(timeout),
      channel_(std::move(channel)),
      jobs_(v1::JobService::NewStub(channel_)),
      flows_(v1::FlowService::NewStub(channel_)),
      targets_(v1::TargetService::NewStub(channel_)),
      server_(v1::ServerService::NewStub(channel_)) {}

absl::StatusOr<v1::Job> Connection::GetJob(const std::string& name) const {
  v1::GetJobRequest request;
  request.set_name(name);
  auto response = Call(jobs(), &v1::JobService::Stub::GetJob, request);
  if (!response.ok()) return response.status();
  return std::move(*response->mutable_job());
}

absl::StatusOr<v1::Flow> Connection::GetFlow(const std::string& name) const {
  v1::GetFlowRequest request;
  request.set_name(name);
  auto response = Call(flows(), &v1::FlowService::Stub::GetFlow, request);
  if (!response.ok()) return response.status();
  return std::move(*response->mutable_flow());
}

absl::StatusOr<std::string> ResolveJobName(const Connection& connection,
                                           const std::string& name) {
  if (name != "@last") return name.starts_with("jobs/") ? name : "jobs/" + name;
  v1::ListJobsRequest request;
  request.set_page_size(1);
  auto response = connection.Call(
      connection.jobs(), &v1::JobService::Stub::ListJobs, request);
  if (!response.ok()) return response.status();
  if (response->jobs().empty()) {
    ErrorBlock block;
    block.what = "there is no job yet";
    block.reason = "NO_JOBS";
    return MakeError(ExitCode::kNotFound, block);
  }
  return response->jobs(0).name();
}

std::string FlowName(const std::string& name) {
  return name.starts_with("flows/") ? name : "flows/" + name;
}

}  // namespace ttflow::client
