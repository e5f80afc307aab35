// Embedded server: the whole service inside this process, on the user's own
// data.

#ifndef TTFLOW_CLIENT_EMBEDDED_EMBEDDED_SERVER_H_
#define TTFLOW_CLIENT_EMBEDDED_EMBEDDED_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace ttflow::client {

// Where jobs, samples and flows of runs without a server are kept:
// TTFLOW_DATA_DIR, else $XDG_DATA_HOME/ttflow, else ~/.local/share/ttflow.
// Errors: a usage error where none of the three is known.
absl::StatusOr<std::string> DataDirectory();

// One server a data directory: the process that holds its lock file runs it and
// listens on a Unix socket in it; others find that socket.
class EmbeddedServer {
 public:
  // Starts a server on `directory` (made if missing, readable by its owner
  // alone), or, where another process runs one, returns its address. With
  // `runs_jobs` false, jobs that wait in the directory are left alone. Errors:
  // those of the store; kUnavailable where the other process does not answer; a
  // usage error where the path is too long for a socket.
  static absl::StatusOr<std::unique_ptr<EmbeddedServer>> Start(
      const std::string& directory, bool runs_jobs);

  virtual ~EmbeddedServer() = default;

  // "unix:/...": what a client connects to.
  virtual const std::string& address() const = 0;

  // Whether the server is in this process; then its jobs end with it.
  virtual bool is_own() const = 0;

  // Stops it; a job that runs goes back to the queue. Called by the destructor.
  virtual void Stop() = 0;
};

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_EMBEDDED_EMBEDDED_SERVER_H_
