#include "server/storage/sqlite/sqlite_job_store.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "core/foundation/status_macros.h"
#include "server/storage/sqlite/sqlite_job_rows.h"
#include "server/storage/store_error.h"

namespace ttflow::server {
namespace {

absl::StatusOr<std::int64_t> CountQueued(Connection& connection) {
  Statement statement =
      connection.Prepare("SELECT count(*) FROM jobs WHERE state = 'QUEUED'");
  TTFLOW_RETURN_IF_ERROR(statement.Step().status());
  return statement.Int(0);
}

// Returns the job made earlier with the request id, if there is one.
absl::StatusOr<std::optional<JobRecord>> FindByRequest(
    Connection& connection, const NewJob& job, std::string_view fingerprint) {
  std::string id;
  {
    Statement statement = connection.Prepare(
        "SELECT id, request_fingerprint FROM jobs WHERE request_id = ?1");
    TTFLOW_ASSIGN_OR_RETURN(const bool found,
                            statement.BindText(1, job.request_id).Step());
    if (!found) {
      return std::nullopt;
    }
    id = statement.Bytes(0);
    if (statement.BytesView(1) != fingerprint) {
      return ErrorWithReason(absl::StatusCode::kAlreadyExists,
                             kRequestIdConflict,
                             absl::StrCat("request_id ",
                                          job.request_id,
                                          " made job ",
                                          id,
                                          " from another request"));
    }
  }
  TTFLOW_ASSIGN_OR_RETURN(JobRecord found, LoadJob(connection, id));
  return found;
}

absl::Status InsertJob(Connection& connection,
                       const std::string& id,
                       const NewJob& job,
                       std::string_view fingerprint,
                       absl::Time now) {
  Statement insert = connection.Prepare(
      "INSERT INTO jobs (id, spec, request_id, request_fingerprint, state,"
      " create_time, update_time) VALUES (?1, ?2, ?3, ?4, 'QUEUED', ?5, ?5)");
  insert.BindText(1, id).BindBlob(2, job.spec).Bind(5, absl::ToUnixMicros(now));
  if (job.request_id.empty()) {
    insert.BindNull(3).BindNull(4);
  } else {
    insert.BindText(3, job.request_id).BindBlob(4, fingerprint);
  }
  TTFLOW_RETURN_IF_ERROR(insert.Run());
  for (const auto& [key, value] : job.labels) {
    TTFLOW_RETURN_IF_ERROR(
        connection.Prepare("INSERT INTO job_labels VALUES (?1, ?2, ?3)")
            .BindText(1, id)
            .BindText(2, key)
            .BindText(3, value)
            .Run());
  }
  return absl::OkStatus();
}

// "SELECT ... WHERE ..." of a query; its parameters: 1 cursor, 2 limit, then
// the labels' keys and values in turn.
std::string ListSql(const JobQuery& query) {
  std::string sql =
      absl::StrCat("SELECT ", kJobColumns, " FROM jobs WHERE TRUE");
  if (!query.cursor.empty()) {
    absl::StrAppend(&sql, " AND id < ?1");
  }
  if (!query.states.empty()) {
    absl::StrAppend(&sql, " AND state IN (''");
    for (JobState state : query.states) {
      const std::string_view name = JobStateName(state);
      absl::StrAppend(
          &sql, ", '", absl::string_view(name.data(), name.size()), "'");
    }
    absl::StrAppend(&sql, ")");
  }
  for (std::size_t i = 0; i < query.labels.size(); ++i) {
    absl::StrAppend(
        &sql,
        " AND EXISTS (SELECT 1 FROM job_labels WHERE job_id = jobs.id"
        " AND key = ?",
        3 + 2 * i,
        " AND value = ?",
        4 + 2 * i,
        ")");
  }
  absl::StrAppend(&sql, " ORDER BY id DESC LIMIT ?2");
  return sql;
}

std::int64_t SizeOf(const JobRecord& job) {
  return static_cast<std::int64_t>(job.spec.size() + job.result.size() +
                                   job.latest_stage.size());
}

absl::StatusOr<JobPage> ReadPage(Connection& connection,
                                 const JobQuery& query) {
  Statement statement = connection.PrepareOnce(ListSql(query));
  // One row more than asked for says whether there is another page.
  statement.Bind(2, std::int64_t{query.page_size} + 1);
  if (!query.cursor.empty()) {
    statement.BindText(1, query.cursor);
  }
  int index = 3;
  for (const auto& [key, value] : query.labels) {
    statement.BindText(index, key).BindText(index + 1, value);
    index += 2;
  }
  JobPage page;
  std::int64_t bytes = 0;
  while (true) {
    TTFLOW_ASSIGN_OR_RETURN(const bool row, statement.Step());
    if (!row) {
      return page;
    }
    TTFLOW_ASSIGN_OR_RETURN(JobRecord job, ReadJobRow(statement));
    bytes += SizeOf(job);
    const bool full = static_cast<int>(page.jobs.size()) == query.page_size ||
                      bytes > query.max_bytes;
    if (full && !page.jobs.empty()) {
      page.next_cursor = page.jobs.back().id;
      return page;
    }
    TTFLOW_RETURN_IF_ERROR(ReadLabels(connection, job));
    page.jobs.push_back(std::move(job));
  }
}

}  // namespace

absl::StatusOr<std::pair<JobRecord, bool>> SqliteJobStore::Create(
    const NewJob& job, std::int64_t max_queued) {
  using Created = std::pair<JobRecord, bool>;
  const std::string& fingerprint =
      job.request_fingerprint.empty() ? job.spec : job.request_fingerprint;
  return pool_.Write([&](Connection& connection) -> absl::StatusOr<Created> {
    if (!job.request_id.empty()) {
      TTFLOW_ASSIGN_OR_RETURN(auto earlier,
                              FindByRequest(connection, job, fingerprint));
      if (earlier.has_value()) {
        return Created(*std::move(earlier), false);
      }
    }
    TTFLOW_ASSIGN_OR_RETURN(const std::int64_t num_queued,
                            CountQueued(connection));
    if (num_queued >= max_queued) {
      return ErrorWithReason(
          absl::StatusCode::kResourceExhausted,
          kQueueFull,
          absl::StrCat(num_queued, " jobs wait already; try again later"));
    }
    const absl::Time now = clock_();
    const std::string id = ids_.Next(now);
    TTFLOW_RETURN_IF_ERROR(InsertJob(connection, id, job, fingerprint, now));
    TTFLOW_ASSIGN_OR_RETURN(JobRecord record, LoadJob(connection, id));
    return Created(std::move(record), true);
  });
}

absl::StatusOr<JobRecord> SqliteJobStore::Get(std::string_view id) {
  return pool_.Read(
      [&](Connection& connection) { return LoadJob(connection, id); });
}

absl::StatusOr<JobPage> SqliteJobStore::List(const JobQuery& query) {
  if (!query.cursor.empty() && !IsUuid(query.cursor)) {
    return ErrorWithReason(absl::StatusCode::kInvalidArgument,
                           kBadCursor,
                           "not a cursor of this list");
  }
  return pool_.Read(
      [&](Connection& connection) { return ReadPage(connection, query); });
}

absl::StatusOr<std::optional<JobRecord>> SqliteJobStore::ClaimNext() {
  using Claimed = std::optional<JobRecord>;
  return pool_.Write([&](Connection& connection) -> absl::StatusOr<Claimed> {
    std::string id;
    {
      Statement claim = connection.Prepare(
          "UPDATE jobs SET state = 'RUNNING', attempt = attempt + 1,"
          " start_time = ?1, update_time = ?1"
          " WHERE id = (SELECT id FROM jobs WHERE state = 'QUEUED'"
          "             ORDER BY id LIMIT 1)"
          " RETURNING id");
      claim.Bind(1, absl::ToUnixMicros(clock_()));
      TTFLOW_ASSIGN_OR_RETURN(const bool found, claim.Step());
      if (!found) {
        return std::nullopt;
      }
      id = claim.Bytes(0);
    }
    TTFLOW_ASSIGN_OR_RETURN(JobRecord job, LoadJob(connection, id));
    return Claimed(std::move(job));
  });
}

absl::StatusOr<JobRecord> SqliteJobStore::RequestCancel(std::string_view id) {
  return pool_.Write([&](Connection& connection) -> absl::StatusOr<JobRecord> {
    TTFLOW_RETURN_IF_ERROR(
        connection
            .Prepare("UPDATE jobs SET cancel_requested = 1, update_time = ?2,"
                     " end_time = CASE state WHEN 'QUEUED' THEN ?2 END,"
                     " state = CASE state WHEN 'QUEUED' THEN 'CANCELLED'"
                     "         ELSE state END"
                     " WHERE id = ?1 AND state IN ('QUEUED', 'RUNNING')")
            .BindText(1, id)
            .Bind(2, absl::ToUnixMicros(clock_()))
            .Run());
    return LoadJob(connection, id);
  });
}

absl::Status SqliteJobStore::Fail(const Claim& claim, const JobError& error) {
  return pool_.Write([&](Connection& connection) -> absl::Status {
    TTFLOW_RETURN_IF_ERROR(
        EndAttempt(connection, claim, JobState::kFailed, clock_()));
    return connection
        .Prepare(
            "UPDATE jobs SET error_code = ?2, error_reason = ?3,"
            " error_message = ?4 WHERE id = ?1")
        .BindText(1, claim.job_id)
        .Bind(2, error.code)
        .BindText(3, error.reason)
        .BindText(4, error.message)
        .Run();
  });
}

absl::Status SqliteJobStore::MarkCancelled(const Claim& claim) {
  return pool_.Write([&](Connection& connection) {
    return EndAttempt(connection, claim, JobState::kCancelled, clock_());
  });
}

absl::Status SqliteJobStore::GiveBack(const Claim& claim) {
  return pool_.Write([&](Connection& connection) -> absl::Status {
    bool cancelled = false;
    {
      Statement statement =
          connection.Prepare("SELECT cancel_requested FROM jobs WHERE id = ?1");
      TTFLOW_ASSIGN_OR_RETURN(const bool found,
                              statement.BindText(1, claim.job_id).Step());
      cancelled = found && statement.Int(0) != 0;
    }
    return EndAttempt(connection,
                      claim,
                      cancelled ? JobState::kCancelled : JobState::kQueued,
                      clock_());
  });
}

absl::StatusOr<int> SqliteJobStore::RecoverRunning(int max_worker_losses) {
  return pool_.Write([&](Connection& connection) -> absl::StatusOr<int> {
    TTFLOW_RETURN_IF_ERROR(
        connection
            .Prepare("UPDATE jobs SET worker_losses = worker_losses + 1, "
                     "update_time = ?1,"
                     " state = CASE WHEN cancel_requested THEN 'CANCELLED'"
                     "         WHEN worker_losses + 1 >= ?2 THEN 'FAILED'"
                     "         ELSE 'QUEUED' END"
                     " WHERE state = 'RUNNING' RETURNING id")
            .Bind(1, absl::ToUnixMicros(clock_()))
            .Bind(2, max_worker_losses)
            .Run());
    const auto num_recovered = static_cast<int>(connection.num_changes());
    // Only jobs that were RUNNING have a start without an end now.
    TTFLOW_RETURN_IF_ERROR(
        connection
            .Prepare("UPDATE jobs SET end_time = update_time,"
                     " error_code = ?1, error_reason = 'WORKER_LOST',"
                     " error_message = 'the server died ' || worker_losses ||"
                     " ' times while it ran this job'"
                     " WHERE state = 'FAILED' AND end_time IS NULL")
            .Bind(1, static_cast<std::int64_t>(absl::StatusCode::kAborted))
            .Run());
    TTFLOW_RETURN_IF_ERROR(
        connection
            .Prepare("UPDATE jobs SET end_time = update_time"
                     " WHERE state = 'CANCELLED' AND end_time IS NULL")
            .Run());
    TTFLOW_RETURN_IF_ERROR(
        connection
            .Prepare("UPDATE jobs SET start_time = NULL"
                     " WHERE state = 'QUEUED' AND start_time IS NOT NULL")
            .Run());
    return num_recovered;
  });
}

absl::Status SqliteJobStore::Delete(std::string_view id) {
  return pool_.Write([&](Connection& connection) -> absl::Status {
    TTFLOW_ASSIGN_OR_RETURN(const JobRecord job, LoadJob(connection, id));
    if (!IsTerminal(job.state)) {
      const std::string_view state = JobStateName(job.state);
      return ErrorWithReason(
          absl::StatusCode::kFailedPrecondition,
          kJobNotTerminal,
          absl::StrCat("job ",
                       job.id,
                       " is ",
                       absl::string_view(state.data(), state.size()),
                       "; cancel it first"));
    }
    return connection.Prepare("DELETE FROM jobs WHERE id = ?1")
        .BindText(1, id)
        .Run();
  });
}

absl::StatusOr<std::map<JobState, std::int64_t>>
SqliteJobStore::CountByState() {
  using Counts = std::map<JobState, std::int64_t>;
  return pool_.Read([&](Connection& connection) -> absl::StatusOr<Counts> {
    Counts counts;
    for (JobState state : AllJobStates()) {
      Statement statement =
          connection.Prepare("SELECT count(*) FROM jobs WHERE state = ?1");
      TTFLOW_RETURN_IF_ERROR(
          statement.BindText(1, JobStateName(state)).Step().status());
      counts[state] = statement.Int(0);
    }
    return counts;
  });
}

}  // namespace ttflow::server
