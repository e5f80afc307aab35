#include "server/server.h"

#include <grpc/grpc.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <chrono>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "core/foundation/executor.h"
#include "core/foundation/status_macros.h"
#include "core/targets/target_registry.h"
#include "server/convert/job_converter.h"
#include "server/handlers/catalogue_services.h"
#include "server/handlers/flow_service.h"
#include "server/handlers/job_service.h"
#include "server/jobs/job_manager.h"
#include "server/jobs/sampling_runner.h"
#include "server/logging/logging.h"
#include "server/rpc/call_executor.h"
#include "server/rpc/service_context.h"
#include "server/storage/sqlite/sqlite_database.h"

namespace ttflow::server {
namespace {

// Threads that wait for the store; SQLite reads four at a time.
constexpr int kCallThreads = 6;
// The least interval of a client's pings that is not taken for abuse.
constexpr int kMinPingIntervalMs = 10'000;
constexpr int kKeepaliveMs = 60'000;
constexpr int kKeepaliveTimeoutMs = 20'000;
constexpr absl::Duration kDestructorPatience = absl::Seconds(5);

v1::GetServerInfoResponse DescribeServer(const ServerOptions& options,
                                         int num_threads) {
  v1::GetServerInfoResponse info;
  info.set_version(TTFLOW_VERSION);
  info.set_build(TTFLOW_BUILD);
  *info.mutable_start_time() = TimeToProto(absl::Now());
  info.set_num_workers(options.num_workers);
  info.set_num_threads(num_threads);
  for (const TargetSchema& schema : TargetSchemas())
    info.add_targets(schema.name);
  const Limits& limits = options.limits;
  v1::ServerLimits* wire = info.mutable_limits();
  wire->set_max_dimension(static_cast<std::int32_t>(limits.max_dimension));
  wire->set_max_num_samples(static_cast<std::int32_t>(limits.max_num_samples));
  wire->set_max_job_memory_bytes(limits.max_job_memory_bytes);
  wire->set_max_queued_jobs(static_cast<std::int32_t>(limits.max_queued_jobs));
  wire->set_max_message_bytes(limits.max_message_bytes);
  wire->set_max_spec_bytes(limits.max_spec_bytes);
  wire->set_max_batch_bytes(limits.max_batch_bytes);
  wire->set_max_labels(limits.max_labels);
  wire->set_max_page_size(limits.max_page_size);
  wire->set_max_streams(limits.max_streams);
  return info;
}

// gRPC's last object in a process waits for its executor, which may sit in a
// poll of 10 s: one reference that is never given back keeps a stop quick.
void KeepGrpcInitialized() {
  static const bool initialized = [] {
    grpc_init();
    return true;
  }();
  static_cast<void>(initialized);
}

JobManagerOptions ManagerOptions(const ServerOptions& options) {
  JobManagerOptions manager;
  manager.num_workers = options.num_workers;
  manager.max_queued_jobs = options.limits.max_queued_jobs;
  return manager;
}

class GrpcServer final : public Server {
 public:
  GrpcServer(const ServerOptions& options, std::unique_ptr<Database> database)
      : options_(options),
        executor_(options.num_threads),
        database_(std::move(database)),
        runner_(database_->flows(), executor_, options_.limits),
        jobs_(*database_, runner_, ManagerOptions(options_)),
        calls_(std::make_unique<CallExecutor>(
            kCallThreads,
            static_cast<std::size_t>(options_.limits.max_pending_calls))),
        context_{jobs_, *calls_, options_.limits},
        job_service_(context_),
        flow_service_(context_),
        server_service_(DescribeServer(options_, executor_.num_threads())) {}

  ~GrpcServer() override { Shutdown(kDestructorPatience); }

  absl::Status Listen() {
    // Before the first answer: no client must see a lost server's job run.
    if (options_.runs_jobs) TTFLOW_RETURN_IF_ERROR(jobs_.Recover());
    KeepGrpcInitialized();
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    // Two servers must never share a port in silence.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                               options_.limits.max_streams_per_connection);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
                               kKeepaliveTimeoutMs);
    builder.AddChannelArgument(
        GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
        kMinPingIntervalMs);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    builder.SetMaxReceiveMessageSize(
        static_cast<int>(options_.limits.max_message_bytes));
    std::vector<int> ports(options_.listen.size(), -1);
    for (std::size_t i = 0; i < ports.size(); ++i) {
      builder.AddListeningPort(
          options_.listen[i], grpc::InsecureServerCredentials(), &ports[i]);
    }
    builder.RegisterService(&job_service_);
    builder.RegisterService(&flow_service_);
    builder.RegisterService(&target_service_);
    builder.RegisterService(&server_service_);
    server_ = builder.BuildAndStart();
    for (std::size_t i = 0; i < ports.size(); ++i) {
      const std::string& address = options_.listen[i];
      const bool is_unix = address.rfind("unix:", 0) == 0;
      if (server_ == nullptr || (ports[i] <= 0 && !is_unix)) {
        return absl::UnavailableError(
            absl::StrCat("cannot listen on ",
                         address,
                         ": the address is in use or not this machine's"));
      }
      addresses_.push_back(
          is_unix ? address
                  : absl::StrCat(
                        address.substr(0, address.rfind(':')), ":", ports[i]));
    }
    SetServing(true);
    return absl::OkStatus();
  }

  absl::Status StartJobs() {
    return options_.runs_jobs ? jobs_.Start() : absl::OkStatus();
  }

  const std::vector<std::string>& addresses() const override {
    return addresses_;
  }

  void Shutdown(absl::Duration patience) override {
    if (stopped_) return;
    stopped_ = true;
    const absl::Time deadline = absl::Now() + patience;
    SetServing(false);
    if (const absl::Status status = jobs_.Shutdown(patience); !status.ok()) {
      LogWarning(status.ToString());
    }
    if (server_ != nullptr) {
      server_->Shutdown(absl::ToChronoTime(deadline));
      server_->Wait();
    }
    // No call is left; what the executor still holds ends here.
    calls_.reset();
  }

 private:
  void SetServing(bool serving) {
    if (server_ == nullptr) return;
    grpc::HealthCheckServiceInterface* health =
        server_->GetHealthCheckService();
    if (health == nullptr) return;
    health->SetServingStatus(serving);
    for (const char* service : {"ttflow.v1.JobService",
                                "ttflow.v1.FlowService",
                                "ttflow.v1.TargetService",
                                "ttflow.v1.ServerService"}) {
      health->SetServingStatus(service, serving);
    }
  }

  const ServerOptions options_;
  const Executor executor_;
  std::unique_ptr<Database> database_;
  SamplingRunner runner_;
  JobManager jobs_;
  std::unique_ptr<CallExecutor> calls_;
  ServiceContext context_;
  JobService job_service_;
  FlowService flow_service_;
  TargetService target_service_;
  ServerService server_service_;
  std::unique_ptr<grpc::Server> server_;
  std::vector<std::string> addresses_;
  bool stopped_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(
    const ServerOptions& options) {
  if (const Violations violations = ValidateServerOptions(options);
      !violations.empty()) {
    const Violation& first = violations.items().front();
    return absl::InvalidArgumentError(
        absl::StrCat(first.field, ": ", first.description));
  }
  const ServerOptions effective = EffectiveServerOptions(options);
  SqliteOptions store;
  store.directory = effective.data_directory;
  TTFLOW_ASSIGN_OR_RETURN(std::unique_ptr<Database> database,
                          OpenSqliteDatabase(store));
  auto server = std::make_unique<GrpcServer>(effective, std::move(database));
  TTFLOW_RETURN_IF_ERROR(server->Listen());
  TTFLOW_RETURN_IF_ERROR(server->StartJobs());
  return server;
}

}  // namespace ttflow::server
