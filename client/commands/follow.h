// Follow: shows a job's progress until it ends, and what it ended with.

#ifndef TTFLOW_CLIENT_COMMANDS_FOLLOW_H_
#define TTFLOW_CLIENT_COMMANDS_FOLLOW_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/commands/command_context.h"
#include "client/connection/watch.h"

namespace ttflow::client {

struct FollowOptions {
  std::string out_folder;    // --out; empty: nothing is written
  std::string samples_file;  // -o FILE.npy instead; empty: nothing is written
  bool server_is_known = false;
};

// Watches job `name` to its end with live progress. SUCCEEDED: writes the
// outputs and prints the summary (or the job as JSON). FAILED, CANCELLED: a
// status with exit code 1. Ctrl-C: a status with exit code 130 that says how to
// come back; the job goes on where the server is another process, and returns
// to the queue where it is in this one.
absl::Status FollowToEnd(const CommandContext& context,
                         ServerAccess& access,
                         const std::string& name,
                         const FollowOptions& options);

// The status for a job that ended in a terminal state: OK when SUCCEEDED.
absl::Status OutcomeStatus(const v1::Job& job);

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_COMMANDS_FOLLOW_H_
