#include "client/embedded/embedded_server.h"

#include <fmt/format.h>
#include <sys/un.h>

#include <chrono>
#include <filesystem>
#include <thread>
#include <utility>

#include "absl/time/time.h"
#include "client/errors/client_error.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "server/server.h"
#include "server/storage/store_error.h"

namespace ttflow::client {
namespace {

using Clock = std::chrono::steady_clock;

// A server that runs jobs and one that only looks at them have sockets of their
// own: who wants to run a job must not queue it where nobody works.
constexpr char kRunningSocket[] = "ttflow.sock";
constexpr char kLookingSocket[] = "look.sock";

// Jobs of a person's machine are few; a job that was left long ago must not
// keep the one of now waiting.
constexpr int kNumWorkers = 4;

// A command that only looks holds the directory for moments.
constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::milliseconds kConnectTime{300};
constexpr std::chrono::milliseconds kPause{100};
constexpr absl::Duration kStopPatience = absl::Seconds(10);

class OwnServer : public EmbeddedServer {
 public:
  explicit OwnServer(std::unique_ptr<server::Server> server)
      : server_(std::move(server)) {}
  ~OwnServer() override { Stop(); }

  const std::string& address() const override {
    return server_->addresses().front();
  }
  bool is_own() const override { return true; }
  void Stop() override { server_->Shutdown(kStopPatience); }

 private:
  std::unique_ptr<server::Server> server_;
};

class OtherServer : public EmbeddedServer {
 public:
  explicit OtherServer(std::string address) : address_(std::move(address)) {}

  const std::string& address() const override { return address_; }
  bool is_own() const override { return false; }
  void Stop() override {}

 private:
  std::string address_;
};

bool Answers(const std::string& address) {
  const auto channel =
      grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  return channel->WaitForConnected(std::chrono::system_clock::now() +
                                   kConnectTime);
}

absl::Status Unanswered(const std::string& directory) {
  ErrorBlock block;
  block.what =
      fmt::format("another process works on {} and does not answer", directory);
  block.mend = {"wait for it to end, or end it",
                "or work elsewhere: TTFLOW_DATA_DIR=DIR",
                "or use a server: --server ADDR"};
  block.reason = "DATA_DIRECTORY_BUSY";
  return MakeError(ExitCode::kUnavailable, block);
}

}  // namespace

absl::StatusOr<std::unique_ptr<EmbeddedServer>> EmbeddedServer::Start(
    const std::string& directory, bool runs_jobs) {
  const std::filesystem::path folder = std::filesystem::absolute(directory);
  const std::string running = "unix:" + (folder / kRunningSocket).string();
  const std::string looking = "unix:" + (folder / kLookingSocket).string();
  if ((folder / kRunningSocket).string().size() >=
      sizeof(sockaddr_un::sun_path)) {
    return UsageError(
        fmt::format(
            "the path of the data directory is too long for a socket: {}",
            folder.string()),
        {"name a shorter one: TTFLOW_DATA_DIR=DIR"});
  }
  server::ServerOptions options;
  options.listen = {runs_jobs ? running : looking};
  options.data_directory = folder.string();
  options.num_workers = kNumWorkers;
  options.runs_jobs = runs_jobs;

  const Clock::time_point end = Clock::now() + kPatience;
  while (true) {
    auto server = server::Server::Start(options);
    if (server.ok()) return std::make_unique<OwnServer>(*std::move(server));
    if (server::ReasonOf(server.status()) != server::kStoreLocked)
      return server.status();
    if (Answers(running)) return std::make_unique<OtherServer>(running);
    if (!runs_jobs && Answers(looking))
      return std::make_unique<OtherServer>(looking);
    if (Clock::now() >= end) return Unanswered(folder.string());
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace ttflow::client
