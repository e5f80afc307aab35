// CommandContext: what every subcommand shares.

#ifndef TTFLOW_CLIENT_COMMANDS_COMMAND_CONTEXT_H_
#define TTFLOW_CLIENT_COMMANDS_COMMAND_CONTEXT_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/commands/interrupts.h"
#include "client/connection/connection.h"
#include "client/embedded/embedded_server.h"
#include "client/output/terminal.h"
#include "google/protobuf/message.h"

namespace ttflow::client {

struct GlobalFlags {
  std::string server;  // --server, else TTFLOW_ADDRESS; empty: in this process
  bool json = false;
  bool quiet = false;
  bool no_color = false;
  double timeout_seconds = 20;
};

// The server that a command talks to; the embedded one lives as long as this.
struct ServerAccess {
  std::unique_ptr<EmbeddedServer> embedded;  // null with --server
  std::unique_ptr<Connection> connection;

  // Whether jobs end with this process.
  bool is_own() const { return embedded != nullptr && embedded->is_own(); }
  // " --server ADDR" for commands that are suggested; empty without --server.
  std::string Flag() const;
};

struct CommandContext {
  GlobalFlags flags;
  Terminal terminal;
  Interrupts* interrupts = nullptr;
  // What the subcommand that was named does; set by its parser callback.
  std::function<absl::Status()> action;

  // Connects to the server of the flags, or starts (finds) the embedded one.
  absl::StatusOr<ServerAccess> Connect(bool runs_jobs = false) const;

  // Prints to the standard output: the message as one JSON document with
  // --json, else `text`.
  void Print(const google::protobuf::Message& message,
             const std::string& text) const;

  // Says something on the standard error stream, unless --quiet.
  void Note(const std::string& text) const;
};

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_COMMANDS_COMMAND_CONTEXT_H_
