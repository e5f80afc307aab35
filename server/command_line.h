// The command line of ttflowd.

#ifndef TTFLOW_SERVER_COMMAND_LINE_H_
#define TTFLOW_SERVER_COMMAND_LINE_H_

#include <optional>

#include "absl/time/time.h"
#include "server/logging/logging.h"
#include "server/server_options.h"

namespace ttflow::server {

struct CommandLine {
  ServerOptions options;
  LogLevel log_level = LogLevel::kInfo;
  absl::Duration drain = absl::Seconds(25);
  bool health_check = false;     // subcommand healthcheck
  std::optional<int> exit_code;  // set: print nothing more and exit
};

// Parses flags and TTFLOW_* environment variables; prints help or what is
// wrong.
CommandLine ParseCommandLine(int argc, char** argv);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_COMMAND_LINE_H_
