// Job options: the flags that run and submit share, and the request they make.

#ifndef TTFLOW_CLIENT_COMMANDS_JOB_OPTIONS_H_
#define TTFLOW_CLIENT_COMMANDS_JOB_OPTIONS_H_

#include <string>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "client/connection/connection.h"
#include "client/input/job_flags.h"

namespace ttflow::client {

// Adds --target, --param, ... to a subcommand; `flags` must outlive it.
void AddJobFlags(CLI::App& command, JobFlags& flags);

// Accepts the seeds there are, 0 to 2^64 - 1; a check of a CLI11 option, which
// would take "-1" for the largest.
std::string CheckSeed(const std::string& text);

// A new random UUID (version 4): a request that is sent twice makes one job.
std::string NewRequestId();

// Asks for the job, or with `validate_only` for its check and estimate alone.
absl::StatusOr<v1::CreateJobResponse> CreateJob(const Connection& connection,
                                                const v1::JobSpec& spec,
                                                bool validate_only);

// "memory 12 MiB, about 390 000 energy evaluations".
std::string EstimateText(const v1::ResourceEstimate& estimate);

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_COMMANDS_JOB_OPTIONS_H_
