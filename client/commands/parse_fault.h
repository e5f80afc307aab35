// Parse fault: what is wrong with a command line, with what may have been
// meant.

#ifndef TTFLOW_CLIENT_COMMANDS_PARSE_FAULT_H_
#define TTFLOW_CLIENT_COMMANDS_PARSE_FAULT_H_

#include "CLI/CLI.hpp"
#include "absl/status/status.h"

namespace ttflow::client {

// The usage error for a command line that `app` could not parse.
absl::Status ParseFault(const CLI::App& app, const CLI::ParseError& error);

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_COMMANDS_PARSE_FAULT_H_
