// RpcDetails: the google.rpc details that a server attaches to an error.

#ifndef TTFLOW_CLIENT_ERRORS_RPC_DETAILS_H_
#define TTFLOW_CLIENT_ERRORS_RPC_DETAILS_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "core/foundation/violations.h"

namespace ttflow::client {

// What was found in a google.rpc.Status; unknown details are skipped.
struct RpcDetails {
  int code = 0;
  std::string message;
  std::string reason;                           // ErrorInfo
  std::map<std::string, std::string> metadata;  // ErrorInfo
  // BadRequest (field, description), PreconditionFailure and QuotaFailure
  // (subject, description), ResourceInfo (resource name, description).
  std::vector<Violation> violations;
  std::optional<double> retry_seconds;  // RetryInfo
};

// Decodes the bytes of grpc-status-details-bin. The messages are read by field
// number, so that the client needs no descriptor of the name google.rpc.Status
// and can stand beside any other library that brings one.
// Returns nullopt where the bytes are no such message.
std::optional<RpcDetails> DecodeRpcDetails(std::string_view bytes);

// Turns a failed RPC into the status that the command line shows.
// `code` is the canonical code, `address` the server that was asked. For
// kUnavailable the mend says how to start a server.
absl::Status RpcError(absl::StatusCode code,
                      std::string_view message,
                      std::string_view details,
                      std::string_view address);

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_ERRORS_RPC_DETAILS_H_
