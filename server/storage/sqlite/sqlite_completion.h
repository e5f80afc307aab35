// The end of a successful attempt, as one transaction.

#ifndef TTFLOW_SERVER_STORAGE_SQLITE_SQLITE_COMPLETION_H_
#define TTFLOW_SERVER_STORAGE_SQLITE_SQLITE_COMPLETION_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/storage/database.h"
#include "server/storage/sqlite/connection.h"

namespace ttflow::server {

// Writes all of Database::Complete; the caller's transaction makes it atomic.
absl::Status WriteCompletion(Connection& connection,
                             const Claim& claim,
                             const Completion& completion,
                             absl::Time now);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_STORAGE_SQLITE_SQLITE_COMPLETION_H_
