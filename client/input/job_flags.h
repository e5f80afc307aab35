// JobFlags: a job as it is told on the command line.

#ifndef TTFLOW_CLIENT_INPUT_JOB_FLAGS_H_
#define TTFLOW_CLIENT_INPUT_JOB_FLAGS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "ttflow/v1/job.pb.h"

namespace ttflow::client {

// Flags of `run` and `submit`; empty or unset where not given.
struct JobFlags {
  std::string target;
  std::vector<std::string> parameters;  // "key=value"
  std::optional<std::int32_t> dimension;
  std::string lower;  // bounds of the coordinates: "0" or "0,-inf,1"
  std::string upper;
  std::optional<std::int32_t> num_samples;
  std::optional<std::int32_t> num_particles;
  std::optional<std::uint64_t> seed;
  std::string flow;                   // "auto", "on", "off"
  std::vector<std::string> settings;  // "option.path=value"
  std::vector<std::string> labels;    // "key=value"
  std::string file;                   // a JobSpec in JSON; "-": standard input
};

// Reads a JobSpec in protobuf JSON. Parameters of a built-in target may also be
// written as a number or as (nested) arrays: {"means": [[0, 0], [3, 1]]}.
// `source` names it in errors.
absl::StatusOr<v1::JobSpec> ParseJobSpec(std::string_view json,
                                         std::string_view source);

// The job that the flags describe: the file first, then every flag over it.
// Errors: usage errors (a fault of the flags), kInvalidArgument (of the file).
// What the values mean is for the server to check.
absl::StatusOr<v1::JobSpec> BuildJobSpec(const JobFlags& flags);

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_INPUT_JOB_FLAGS_H_
