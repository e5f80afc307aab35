// ServerOptions: how a server is set up.

#ifndef TTFLOW_SERVER_SERVER_OPTIONS_H_
#define TTFLOW_SERVER_SERVER_OPTIONS_H_

#include <string>
#include <vector>

#include "core/foundation/violations.h"
#include "server/limits.h"

namespace ttflow::server {

struct ServerOptions {
  // "host:port" (port 0: any free one) or "unix:/path/of/socket"; at least one.
  std::vector<std::string> listen = {"127.0.0.1:50051"};
  // Jobs, samples and flows; made if missing, readable by its owner alone.
  std::string data_directory = DefaultDataDirectory();
  int num_workers = 1;    // jobs that run at once
  int num_threads = 0;    // shared by all of them; 0: all of the machine
  bool runs_jobs = true;  // false: jobs that wait are left alone
  Limits limits;

  // $STATE_DIRECTORY (set by systemd), else /var/lib/ttflow for root, else
  // $XDG_STATE_HOME/ttflow, else ~/.local/state/ttflow.
  static std::string DefaultDataDirectory();
};

// Returns every fault, with the names of the command line's options.
Violations ValidateServerOptions(const ServerOptions& options);

// Returns the options with a memory limit of half the machine where none is
// set.
ServerOptions EffectiveServerOptions(ServerOptions options);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_SERVER_OPTIONS_H_
