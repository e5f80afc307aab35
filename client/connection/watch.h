// Watch: follows a job to its end, over broken streams.

#ifndef TTFLOW_CLIENT_CONNECTION_WATCH_H_
#define TTFLOW_CLIENT_CONNECTION_WATCH_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "client/connection/canceller.h"
#include "client/connection/connection.h"

namespace ttflow::client {

struct WatchOptions {
  // How long a server may be away before the watch gives up.
  std::chrono::milliseconds patience = std::chrono::seconds(60);
  // Whether the server has answered already in this process. If not, the first
  // failure is final: a wrong address must not cost a minute.
  bool server_is_known = false;
  // Every event, stages and others, in order.
  std::function<void(const v1::WatchJobResponse&)> on_event;
  // What a person should know meanwhile.
  std::function<void(std::string_view)> on_note;
};

struct WatchedJob {
  v1::Job::State state = v1::Job::STATE_UNSPECIFIED;  // terminal
  std::vector<v1::Stage> stages;  // of its last attempt, in order
};

// Follows job `name` from its first stage until its terminal state. A stream
// that ends with UNAVAILABLE or UNKNOWN is opened again after the last sequence
// number; a new attempt of the job starts its stages anew. Errors: kCancelled
// when `canceller` was; kUnavailable when the patience is over; those of the
// call.
absl::StatusOr<WatchedJob> WatchToEnd(const Connection& connection,
                                      const std::string& name,
                                      const WatchOptions& options,
                                      Canceller& canceller);

bool IsTerminal(v1::Job::State state);

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_CONNECTION_WATCH_H_
