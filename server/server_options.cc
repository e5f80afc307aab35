#include "server/server_options.h"

#include <unistd.h>

#include <cstdint>
#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace ttflow::server {
namespace {

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

void CheckRange(const char* name,
                std::int64_t value,
                std::int64_t least,
                std::int64_t most,
                Violations& violations) {
  if (value < least || value > most) {
    violations.Add(
        name,
        absl::StrCat("is ", value, "; must be between ", least, " and ", most));
  }
}

}  // namespace

std::string ServerOptions::DefaultDataDirectory() {
  if (const std::string state = Environment("STATE_DIRECTORY"); !state.empty())
    return state;
  if (geteuid() == 0) return "/var/lib/ttflow";
  if (const std::string state = Environment("XDG_STATE_HOME"); !state.empty()) {
    return state + "/ttflow";
  }
  const std::string home = Environment("HOME");
  return home.empty() ? "" : home + "/.local/state/ttflow";
}

Violations ValidateServerOptions(const ServerOptions& options) {
  Violations violations;
  if (options.listen.empty())
    violations.Add("listen", "give an address to listen on");
  for (const std::string& address : options.listen) {
    if (address.find(':') == std::string::npos) {
      violations.Add(
          "listen",
          absl::StrCat("\"", address, "\" is neither host:port nor unix:PATH"));
    }
  }
  if (options.data_directory.empty())
    violations.Add("data-dir", "give a directory");
  CheckRange("workers", options.num_workers, 1, 1024, violations);
  CheckRange("threads", options.num_threads, 0, 4096, violations);
  CheckRange("max-queued-jobs",
             options.limits.max_queued_jobs,
             1,
             1'000'000,
             violations);
  CheckRange("max-job-memory",
             options.limits.max_job_memory_bytes,
             0,
             std::int64_t{1} << 50,
             violations);
  return violations;
}

ServerOptions EffectiveServerOptions(ServerOptions options) {
  if (options.limits.max_job_memory_bytes == 0) {
    options.limits.max_job_memory_bytes =
        static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES)) *
        sysconf(_SC_PAGE_SIZE) / 2;
  }
  return options;
}

}  // namespace ttflow::server
