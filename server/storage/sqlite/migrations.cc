#include "server/storage/sqlite/migrations.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/foundation/status_macros.h"
#include "server/storage/sqlite/schema.h"
#include "server/storage/store_error.h"

namespace ttflow::server {
namespace {

constexpr char kMakeTable[] =
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    "  version INTEGER PRIMARY KEY,"
    "  time INTEGER NOT NULL DEFAULT (unixepoch())) STRICT";

absl::StatusOr<std::int64_t> ReadVersion(Connection& connection) {
  Statement statement = connection.Prepare(
      "SELECT coalesce(max(version), 0) FROM schema_migrations");
  TTFLOW_RETURN_IF_ERROR(statement.Step().status());
  return statement.Int(0);
}

absl::Status Apply(Connection& connection, std::int64_t version) {
  const std::string sql(
      SchemaMigrations()[static_cast<std::size_t>(version - 1)]);
  Transaction transaction(connection, Transaction::Kind::kWrite);
  TTFLOW_RETURN_IF_ERROR(transaction.status());
  TTFLOW_RETURN_IF_ERROR(connection.Execute(sql));
  TTFLOW_RETURN_IF_ERROR(
      connection.Prepare("INSERT INTO schema_migrations (version) VALUES (?1)")
          .Bind(1, version)
          .Run());
  return transaction.Commit();
}

}  // namespace

absl::Status Migrate(Connection& connection) {
  TTFLOW_RETURN_IF_ERROR(connection.Execute(kMakeTable));
  TTFLOW_ASSIGN_OR_RETURN(const std::int64_t present, ReadVersion(connection));
  const auto wanted = static_cast<std::int64_t>(SchemaMigrations().size());
  if (present > wanted) {
    return ErrorWithReason(
        absl::StatusCode::kFailedPrecondition,
        kStoreFailed,
        absl::StrCat("the job store has schema version ",
                     present,
                     ", this program knows ",
                     wanted,
                     ": use a newer program or another data directory"));
  }
  for (std::int64_t version = present + 1; version <= wanted; ++version) {
    TTFLOW_RETURN_IF_ERROR(Apply(connection, version));
  }
  return absl::OkStatus();
}

}  // namespace ttflow::server
