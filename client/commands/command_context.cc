#include "client/commands/command_context.h"

#include <chrono>
#include <cstdio>

#include "client/output/proto_json.h"
#include "core/foundation/status_macros.h"

namespace ttflow::client {

std::string ServerAccess::Flag() const {
  return embedded == nullptr ? " --server " + connection->address() : "";
}

absl::StatusOr<ServerAccess> CommandContext::Connect(bool runs_jobs) const {
  const auto timeout = std::chrono::milliseconds(
      static_cast<std::int64_t>(flags.timeout_seconds * 1000));
  ServerAccess access;
  std::string address = flags.server;
  if (address.empty()) {
    TTFLOW_ASSIGN_OR_RETURN(const std::string directory, DataDirectory());
    TTFLOW_ASSIGN_OR_RETURN(access.embedded,
                            EmbeddedServer::Start(directory, runs_jobs));
    address = access.embedded->address();
  }
  access.connection = std::make_unique<Connection>(address, timeout);
  return access;
}

void CommandContext::Print(const google::protobuf::Message& message,
                           const std::string& text) const {
  const std::string output = flags.json ? ToProtobufJson(message) : text;
  std::fwrite(output.data(), 1, output.size(), stdout);
  std::fflush(stdout);
}

void CommandContext::Note(const std::string& text) const {
  if (!flags.quiet) std::fprintf(stderr, "%s\n", text.c_str());
}

}  // namespace ttflow::client
