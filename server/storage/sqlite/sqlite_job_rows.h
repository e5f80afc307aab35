// Rows of the table `jobs`: reading them, and the one way to end an attempt.

#ifndef TTFLOW_SERVER_STORAGE_SQLITE_SQLITE_JOB_ROWS_H_
#define TTFLOW_SERVER_STORAGE_SQLITE_SQLITE_JOB_ROWS_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/storage/job_store.h"
#include "server/storage/sqlite/connection.h"

namespace ttflow::server {

// The columns that ReadJobRow expects of a SELECT ... FROM jobs.
extern const char kJobColumns[];

// Reads the current row, without labels.
absl::StatusOr<JobRecord> ReadJobRow(const Statement& row);

// Fills in labels.
absl::Status ReadLabels(Connection& connection, JobRecord& job);

// Returns a whole job. Errors: kNotFound (JOB_NOT_FOUND).
absl::StatusOr<JobRecord> LoadJob(Connection& connection, std::string_view id);

// Moves the job of a claim out of RUNNING. Errors: kAborted (CLAIM_LOST) where
// it is not RUNNING in that attempt.
absl::Status EndAttempt(Connection& connection,
                        const Claim& claim,
                        JobState to,
                        absl::Time now);

// kNotFound (JOB_NOT_FOUND) with the id.
absl::Status JobNotFoundError(std::string_view id);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_STORAGE_SQLITE_SQLITE_JOB_ROWS_H_
