// Server: the whole service in one object.
//
//   ASSIGN_OR_RETURN(auto server, Server::Start(options));
//   Use(server->addresses());
//   server->Shutdown(absl::Seconds(25));

#ifndef TTFLOW_SERVER_SERVER_H_
#define TTFLOW_SERVER_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/server_options.h"

namespace ttflow::server {

// Serves ttflow.v1, grpc.health.v1.Health and reflection until Shutdown.
class Server {
 public:
  // Opens the store, starts the workers and listens.
  // Errors: kInvalidArgument for bad options; kFailedPrecondition
  // (STORE_LOCKED)
  //         where another server has the data directory; kUnavailable where an
  //         address cannot be listened on; the store's.
  static absl::StatusOr<std::unique_ptr<Server>> Start(
      const ServerOptions& options);

  // Shuts down with a patience of 5 s where Shutdown was not called.
  virtual ~Server() = default;

  // The addresses listened on, ports filled in; the order of the options.
  virtual const std::vector<std::string>& addresses() const = 0;

  // Health turns NOT_SERVING, new jobs are refused, streams end with
  // UNAVAILABLE, running jobs go back to the queue for the next start; calls
  // that remain after `patience` are cancelled. Idempotent.
  virtual void Shutdown(absl::Duration patience) = 0;
};

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_SERVER_H_
