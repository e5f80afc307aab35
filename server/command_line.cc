#include "server/command_line.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

namespace ttflow::server {

CommandLine ParseCommandLine(int argc, char** argv) {
  CommandLine command;
  ServerOptions& options = command.options;
  std::string level = "info";
  double drain_seconds = 25;
  CLI::App app("ttflowd: the ttflow sampling service");
  app.set_version_flag("--version", std::string("ttflowd ") + TTFLOW_VERSION);
  app.add_option(
         "--listen",
         options.listen,
         "host:port (port 0: any free one) or unix:PATH; may be repeated")
      ->envname("TTFLOW_LISTEN")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--data-dir",
                 options.data_directory,
                 "where jobs, samples and flows are kept")
      ->envname("TTFLOW_DATA_DIR")
      ->capture_default_str();
  app.add_option("--workers", options.num_workers, "jobs that run at once")
      ->envname("TTFLOW_WORKERS")
      ->capture_default_str();
  app.add_option("--threads",
                 options.num_threads,
                 "threads shared by all jobs; 0: all cores")
      ->envname("TTFLOW_THREADS")
      ->capture_default_str();
  app.add_option("--max-queued-jobs",
                 options.limits.max_queued_jobs,
                 "further jobs are refused with a retry delay")
      ->envname("TTFLOW_MAX_QUEUED_JOBS")
      ->capture_default_str();
  app.add_option(
         "--max-job-memory",
         options.limits.max_job_memory_bytes,
         "largest memory estimate of a job in bytes; 0: half of the machine")
      ->envname("TTFLOW_MAX_JOB_MEMORY")
      ->capture_default_str();
  app.add_option(
         "--drain-seconds", drain_seconds, "patience of a stop on SIGTERM")
      ->envname("TTFLOW_DRAIN_SECONDS")
      ->check(CLI::Range(0.0, 3600.0))
      ->capture_default_str();
  app.add_option("--log-level", level, "debug, info, warning, error or off")
      ->envname("TTFLOW_LOG_LEVEL")
      ->check([](const std::string& name) {
        return ParseLogLevel(name).has_value() ? std::string()
                                               : "unknown level " + name;
      })
      ->capture_default_str();
  CLI::App* health = app.add_subcommand(
      "healthcheck",
      "exit 0 where the server at the first --listen address is serving");
  health->fallthrough();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 reports by exception; 2 is a usage error.
    command.exit_code = app.exit(error) == 0 ? 0 : 2;
    return command;
  }
  command.log_level = *ParseLogLevel(level);
  command.drain = absl::Seconds(drain_seconds);
  command.health_check = health->parsed();
  const Violations violations = ValidateServerOptions(options);
  for (const Violation& violation : violations.items()) {
    std::fprintf(stderr,
                 "ttflowd: --%s: %s\n",
                 violation.field.c_str(),
                 violation.description.c_str());
  }
  if (!violations.empty()) command.exit_code = 2;
  return command;
}

}  // namespace ttflow::server
