// ttflowd: the sampling service as a program.

#include <csignal>
#include <cstdio>
#include <string>

#include "absl/strings/str_join.h"
#include "core/foundation/heap.h"
#include "server/command_line.h"
#include "server/health_check.h"
#include "server/logging/logging.h"
#include "server/server.h"

int main(int argc, char** argv) {
  ttflow::KeepLargeBlocks();
  using namespace ttflow::server;  // NOLINT(google-build-using-namespace)
  const CommandLine command = ParseCommandLine(argc, argv);
  if (command.exit_code.has_value()) return *command.exit_code;
  if (command.health_check) return CheckHealth(command.options.listen.front());

  // Blocked before any thread starts, so that all inherit it and sigwait is the
  // one place that sees a signal.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  SetLogLevel(command.log_level);
  auto server = Server::Start(command.options);
  if (!server.ok()) {
    std::fprintf(stderr, "ttflowd: %s\n", server.status().ToString().c_str());
    return 1;
  }
  LogInfo("listening on " + absl::StrJoin((*server)->addresses(), ", ") +
          ", data in " + command.options.data_directory);
  int signal = 0;
  sigwait(&signals, &signal);
  LogInfo("stopping; a second signal ends at once");
  // The default action from now on.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  (*server)->Shutdown(command.drain);
  LogInfo("stopped");
  return 0;
}
