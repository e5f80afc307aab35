// RPC status: how an error reaches a client, with its google.rpc details.

#ifndef TTFLOW_SERVER_RPC_RPC_STATUS_H_
#define TTFLOW_SERVER_RPC_RPC_STATUS_H_

#include <grpcpp/support/status.h>

#include <string>

#include "absl/status/status.h"
#include "core/foundation/violations.h"

namespace ttflow::server {

// Makes kInvalidArgument out of every fault of a request; the faults travel
// with the status. CHECK-fails where there is none.
absl::Status InvalidRequest(const Violations& violations);

// The same for one fault.
absl::Status InvalidField(std::string field, std::string description);

// Makes the status of an RPC: code and message (at most 1 KiB), and details of
// at most 4 KiB in all:
//   - always: ErrorInfo, reason by ErrorWithReason, domain "ttflow";
//   - kInvalidArgument: BadRequest with the faults, 20 at most and a count;
//   - kResourceExhausted: QuotaFailure and RetryInfo;
//   - kUnavailable: RetryInfo;
//   - kNotFound: ResourceInfo with the resource's name by NotFoundError;
//   - kFailedPrecondition: PreconditionFailure.
// kInternal and kUnknown are logged and reach the client without their text.
grpc::Status ToRpcStatus(const absl::Status& error);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_RPC_RPC_STATUS_H_
