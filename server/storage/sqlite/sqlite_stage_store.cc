#include "server/storage/sqlite/sqlite_stage_store.h"

#include "absl/strings/str_cat.h"
#include "core/foundation/status_macros.h"
#include "server/storage/store_error.h"

namespace ttflow::server {

absl::StatusOr<std::vector<StageRecord>> ReadStages(Connection& connection,
                                                    std::string_view job_id,
                                                    std::int64_t after_sequence,
                                                    std::int64_t limit) {
  Statement statement = connection.Prepare(
      "SELECT sequence, attempt, time, stage FROM stages"
      " WHERE job_id = ?1 AND sequence > ?2 ORDER BY sequence LIMIT ?3");
  statement.BindText(1, job_id).Bind(2, after_sequence).Bind(3, limit);
  std::vector<StageRecord> stages;
  while (true) {
    TTFLOW_ASSIGN_OR_RETURN(const bool row, statement.Step());
    if (!row) {
      return stages;
    }
    stages.push_back({.sequence = statement.Int(0),
                      .attempt = static_cast<int>(statement.Int(1)),
                      .time = absl::FromUnixMicros(statement.Int(2)),
                      .stage = statement.Bytes(3)});
  }
}

absl::StatusOr<std::int64_t> SqliteStageStore::Append(const Claim& claim,
                                                      std::string_view stage) {
  return pool_.Write(
      [&](Connection& connection) -> absl::StatusOr<std::int64_t> {
        // The job's row is read and the stage written in one statement: a lost
        // claim selects nothing.
        Statement insert = connection.Prepare(
            "INSERT INTO stages (job_id, sequence, attempt, time, stage)"
            " SELECT id,"
            "  1 + (SELECT coalesce(max(sequence), 0) FROM stages WHERE job_id "
            "= ?1),"
            "  attempt, ?3, ?4"
            " FROM jobs WHERE id = ?1 AND state = 'RUNNING' AND attempt = ?2"
            " RETURNING sequence");
        insert.BindText(1, claim.job_id)
            .Bind(2, claim.attempt)
            .Bind(3, absl::ToUnixMicros(clock_()))
            .BindBlob(4, stage);
        TTFLOW_ASSIGN_OR_RETURN(const bool inserted, insert.Step());
        if (!inserted) {
          return ErrorWithReason(absl::StatusCode::kAborted,
                                 kClaimLost,
                                 absl::StrCat("attempt ",
                                              claim.attempt,
                                              " of job ",
                                              claim.job_id,
                                              " has ended"));
        }
        return insert.Int(0);
      });
}

absl::StatusOr<std::vector<StageRecord>> SqliteStageStore::List(
    std::string_view job_id, std::int64_t after_sequence, int limit) {
  return pool_.Read([&](Connection& connection) {
    return ReadStages(connection, job_id, after_sequence, limit);
  });
}

}  // namespace ttflow::server
