#include "server/storage/sqlite/sqlite_flow_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/foundation/status_macros.h"
#include "server/storage/checksum.h"
#include "server/storage/job_id.h"
#include "server/storage/store_error.h"

namespace ttflow::server {
namespace {

// Columns: id, job_id, create_time, dimension, num_stages, length(model),
// target.
FlowRecord ReadFlowRow(const Statement& row) {
  FlowRecord flow;
  flow.id = row.Bytes(0);
  flow.job_id = row.Bytes(1);
  flow.create_time = absl::FromUnixMicros(row.Int(2));
  flow.dimension = row.Int(3);
  flow.num_stages = row.Int(4);
  flow.model_bytes = row.Int(5);
  flow.target = row.Bytes(6);
  return flow;
}

absl::Status FlowNotFoundError(std::string_view id) {
  return NotFoundError(
      kFlowNotFound,
      id,
      absl::StrCat("no flow ", absl::string_view(id.data(), id.size())));
}

}  // namespace

absl::Status WriteFlow(Connection& connection,
                       std::string_view job_id,
                       const NewFlow& flow,
                       absl::Time now) {
  TTFLOW_RETURN_IF_ERROR(
      connection
          .Prepare("INSERT INTO flows (id, job_id, create_time, dimension, "
                   "num_stages,"
                   " target, model, model_crc32c)"
                   " VALUES (?1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)")
          .BindText(1, job_id)
          .Bind(2, absl::ToUnixMicros(now))
          .Bind(3, flow.dimension)
          .Bind(4, flow.num_stages)
          .BindBlob(5, flow.target)
          .BindBlob(6, flow.model)
          .Bind(7, std::int64_t{Crc32c(flow.model)})
          .Run());
  return connection.Prepare("UPDATE jobs SET flow_id = ?1 WHERE id = ?1")
      .BindText(1, job_id)
      .Run();
}

absl::StatusOr<FlowRecord> SqliteFlowStore::Get(std::string_view id) {
  return pool_.Read([&](Connection& connection) -> absl::StatusOr<FlowRecord> {
    Statement statement = connection.Prepare(
        "SELECT id, job_id, create_time, dimension, num_stages, length(model), "
        "target,"
        " model, model_crc32c FROM flows WHERE id = ?1");
    TTFLOW_ASSIGN_OR_RETURN(const bool found, statement.BindText(1, id).Step());
    if (!found) {
      return FlowNotFoundError(id);
    }
    FlowRecord flow = ReadFlowRow(statement);
    flow.model = statement.Bytes(7);
    if (std::int64_t{Crc32c(flow.model)} != statement.Int(8)) {
      return ErrorWithReason(absl::StatusCode::kDataLoss,
                             kChecksumMismatch,
                             absl::StrCat("flow ", flow.id, " is damaged"));
    }
    return flow;
  });
}

absl::StatusOr<FlowPage> SqliteFlowStore::List(int page_size,
                                               std::string_view cursor) {
  if (!cursor.empty() && !IsUuid(cursor)) {
    return ErrorWithReason(absl::StatusCode::kInvalidArgument,
                           kBadCursor,
                           "not a cursor of this list");
  }
  return pool_.Read([&](Connection& connection) -> absl::StatusOr<FlowPage> {
    Statement statement = connection.Prepare(
        "SELECT id, job_id, create_time, dimension, num_stages, length(model), "
        "target"
        " FROM flows WHERE ?1 = '' OR id < ?1 ORDER BY id DESC LIMIT ?2");
    // One row more than asked for says whether there is another page.
    statement.BindText(1, cursor).Bind(2, std::int64_t{page_size} + 1);
    FlowPage page;
    while (true) {
      TTFLOW_ASSIGN_OR_RETURN(const bool row, statement.Step());
      if (!row) {
        return page;
      }
      if (static_cast<int>(page.flows.size()) == page_size) {
        page.next_cursor = page.flows.back().id;
        return page;
      }
      page.flows.push_back(ReadFlowRow(statement));
    }
  });
}

absl::Status SqliteFlowStore::Delete(std::string_view id) {
  return pool_.Write([&](Connection& connection) -> absl::Status {
    TTFLOW_RETURN_IF_ERROR(connection.Prepare("DELETE FROM flows WHERE id = ?1")
                               .BindText(1, id)
                               .Run());
    return connection.num_changes() == 0 ? FlowNotFoundError(id)
                                         : absl::OkStatus();
  });
}

}  // namespace ttflow::server
