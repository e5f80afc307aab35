// ClientError: what the command line says where it cannot do what was asked.
//
// Functions of the client return absl::Status. A status made here carries, as a
// payload, the parts of the block that a person reads: what went wrong, where
// (fields), how to mend it, and the stable reason. Statuses from elsewhere are
// shown by their message alone.

#ifndef TTFLOW_CLIENT_ERRORS_CLIENT_ERROR_H_
#define TTFLOW_CLIENT_ERRORS_CLIENT_ERROR_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/foundation/violations.h"

namespace ttflow::client {

// What the process ends with; scripts depend on these numbers.
enum class ExitCode : int {
  kOk = 0,
  kFailed = 1,  // the job FAILED or was CANCELLED; or a fault of ours
  kUsage = 2,
  kInvalidArgument = 3,
  kNotFound = 4,
  kUnavailable = 5,
  kDeadline = 6,
  kDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kInterrupted = 130,
};

// The parts of one error block; empty parts are left out.
struct ErrorBlock {
  std::string what;               // one sentence, lower case, no full stop
  std::vector<Violation> fields;  // where: one line each
  std::vector<std::string> mend;  // what to do about it: one line each
  std::string reason;             // stable, UPPER_SNAKE_CASE
};

// Makes the status that ends the program with `exit_code` and shows `block`.
// Its code is the canonical one for the exit code.
absl::Status MakeError(ExitCode exit_code, const ErrorBlock& block);

// A mistake on the command line (exit code 2).
absl::Status UsageError(std::string what, std::vector<std::string> mend = {});

// Exit code of a status: the one given to MakeError, else by canonical code.
// kOutOfRange counts as an invalid argument, kAlreadyExists and kAborted as a
// failed precondition, and codes that are nobody's fault but ours as kFailed.
ExitCode ExitCodeOf(const absl::Status& status);

// The parts of a status made by MakeError; of another one its message alone.
ErrorBlock ErrorBlockOf(const absl::Status& status);

// Writes the block, at most once, with a newline at its end:
//   error: what
//     --> field: description
//      =  mend
//      [REASON]
std::string FormatError(const absl::Status& status, bool color);

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_ERRORS_CLIENT_ERROR_H_
