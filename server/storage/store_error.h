// Store errors: statuses with a stable reason, for whoever maps them to the
// wire.

#ifndef TTFLOW_SERVER_STORAGE_STORE_ERROR_H_
#define TTFLOW_SERVER_STORAGE_STORE_ERROR_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace ttflow::server {

// Reasons of the stores and the job manager.
inline constexpr std::string_view kJobNotFound = "JOB_NOT_FOUND";
inline constexpr std::string_view kFlowNotFound = "FLOW_NOT_FOUND";
inline constexpr std::string_view kSamplesNotFound = "SAMPLES_NOT_FOUND";
inline constexpr std::string_view kSamplesNotReady = "SAMPLES_NOT_READY";
inline constexpr std::string_view kJobNotTerminal = "JOB_NOT_TERMINAL";
inline constexpr std::string_view kRequestIdConflict = "REQUEST_ID_CONFLICT";
inline constexpr std::string_view kQueueFull = "QUEUE_FULL";
inline constexpr std::string_view kClaimLost = "CLAIM_LOST";
inline constexpr std::string_view kOffsetPastEnd = "OFFSET_PAST_END";
inline constexpr std::string_view kBadCursor = "BAD_CURSOR";
inline constexpr std::string_view kChecksumMismatch = "CHECKSUM_MISMATCH";
inline constexpr std::string_view kDiskFull = "DISK_FULL";
inline constexpr std::string_view kStoreBusy = "STORE_BUSY";
inline constexpr std::string_view kStoreFailed = "STORE_FAILED";
inline constexpr std::string_view kStoreLocked = "STORE_LOCKED";
inline constexpr std::string_view kServerDraining = "SERVER_DRAINING";
inline constexpr std::string_view kWorkerLost = "WORKER_LOST";

// Returns a status that carries `reason` beside its message.
absl::Status ErrorWithReason(absl::StatusCode code,
                             std::string_view reason,
                             std::string_view message);

// Returns a kNotFound with `reason` that also carries the id of what is
// missing, a job's or a flow's.
absl::Status NotFoundError(std::string_view reason,
                           std::string_view id,
                           std::string_view message);

// Returns the id of a status made by NotFoundError, or "".
std::string MissingIdOf(const absl::Status& status);

// Returns the reason of a status made by ErrorWithReason, or "".
std::string ReasonOf(const absl::Status& status);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_STORAGE_STORE_ERROR_H_
