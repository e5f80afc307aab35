#include "server/storage/sqlite/sqlite_job_rows.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/foundation/check.h"
#include "core/foundation/status_macros.h"
#include "server/storage/store_error.h"

namespace ttflow::server {
namespace {

std::optional<absl::Time> ReadTime(const Statement& row, int column) {
  if (row.IsNull(column)) {
    return std::nullopt;
  }
  return absl::FromUnixMicros(row.Int(column));
}

}  // namespace

const char kJobColumns[] =
    "id, spec, request_id, state, cancel_requested, attempt, worker_losses,"
    " create_time, start_time, end_time, update_time, flow_id, result,"
    " error_code, error_reason, error_message,"
    " (SELECT max(sequence) FROM stages WHERE job_id = jobs.id),"
    " (SELECT stage FROM stages WHERE job_id = jobs.id"
    "  ORDER BY sequence DESC LIMIT 1)";

absl::StatusOr<JobRecord> ReadJobRow(const Statement& row) {
  const std::optional<JobState> state = ParseJobState(row.BytesView(3));
  if (!state.has_value()) {
    return ErrorWithReason(
        absl::StatusCode::kDataLoss,
        kStoreFailed,
        absl::StrCat("job with the unknown state ", row.Bytes(3)));
  }
  JobRecord job;
  job.id = row.Bytes(0);
  job.spec = row.Bytes(1);
  job.request_id = row.Bytes(2);
  job.state = *state;
  job.cancel_requested = row.Int(4) != 0;
  job.attempt = static_cast<int>(row.Int(5));
  job.num_worker_losses = static_cast<int>(row.Int(6));
  job.create_time = absl::FromUnixMicros(row.Int(7));
  job.start_time = ReadTime(row, 8);
  job.end_time = ReadTime(row, 9);
  job.update_time = absl::FromUnixMicros(row.Int(10));
  job.flow_id = row.Bytes(11);
  job.result = row.Bytes(12);
  if (job.state == JobState::kFailed) {
    job.error = JobError{.code = static_cast<int>(row.Int(13)),
                         .reason = row.Bytes(14),
                         .message = row.Bytes(15)};
  }
  job.last_sequence = row.Int(16);
  job.latest_stage = row.Bytes(17);
  return job;
}

absl::Status ReadLabels(Connection& connection, JobRecord& job) {
  Statement statement =
      connection.Prepare("SELECT key, value FROM job_labels WHERE job_id = ?1");
  statement.BindText(1, job.id);
  while (true) {
    TTFLOW_ASSIGN_OR_RETURN(const bool row, statement.Step());
    if (!row) {
      return absl::OkStatus();
    }
    job.labels.emplace(statement.Bytes(0), statement.Bytes(1));
  }
}

absl::StatusOr<JobRecord> LoadJob(Connection& connection, std::string_view id) {
  static const std::string* const select = new std::string(
      absl::StrCat("SELECT ", kJobColumns, " FROM jobs WHERE id = ?1"));
  Statement statement = connection.Prepare(select->c_str());
  TTFLOW_ASSIGN_OR_RETURN(const bool found, statement.BindText(1, id).Step());
  if (!found) {
    return JobNotFoundError(id);
  }
  TTFLOW_ASSIGN_OR_RETURN(JobRecord job, ReadJobRow(statement));
  TTFLOW_RETURN_IF_ERROR(ReadLabels(connection, job));
  return job;
}

absl::Status EndAttempt(Connection& connection,
                        const Claim& claim,
                        JobState to,
                        absl::Time now) {
  TTFLOW_CHECK(CanTransition(JobState::kRunning, to));
  Statement statement = connection.Prepare(
      "UPDATE jobs SET state = ?3, update_time = ?4,"
      " end_time = CASE WHEN ?3 = 'QUEUED' THEN NULL ELSE ?4 END,"
      " start_time = CASE WHEN ?3 = 'QUEUED' THEN NULL ELSE start_time END"
      " WHERE id = ?1 AND state = 'RUNNING' AND attempt = ?2");
  TTFLOW_RETURN_IF_ERROR(statement.BindText(1, claim.job_id)
                             .Bind(2, claim.attempt)
                             .BindText(3, JobStateName(to))
                             .Bind(4, absl::ToUnixMicros(now))
                             .Run());
  if (connection.num_changes() == 0) {
    return ErrorWithReason(
        absl::StatusCode::kAborted,
        kClaimLost,
        absl::StrCat(
            "attempt ", claim.attempt, " of job ", claim.job_id, " has ended"));
  }
  return absl::OkStatus();
}

absl::Status JobNotFoundError(std::string_view id) {
  return NotFoundError(
      kJobNotFound,
      id,
      absl::StrCat("no job ", absl::string_view(id.data(), id.size())));
}

}  // namespace ttflow::server
