#include "server/storage/sqlite/connection.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/foundation/status_macros.h"
#include "server/storage/store_error.h"

namespace ttflow::server {
namespace {

// A write waits for the checkpoint of another connection at most so long.
constexpr int kBusyTimeoutMs = 5000;

constexpr char kSettings[] =
    "PRAGMA foreign_keys = ON;"
    // A commit survives the loss of power; the rate of commits is low.
    "PRAGMA synchronous = FULL;"
    // 64 MiB: the log is cut back to this after a large result.
    "PRAGMA journal_size_limit = 67108864;";

absl::Status ErrorOf(int code, const char* message) {
  switch (code & 0xFF) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
      return absl::OkStatus();
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorWithReason(
          absl::StatusCode::kUnavailable, kStoreBusy, "the job store is busy");
    case SQLITE_FULL:
      return ErrorWithReason(absl::StatusCode::kResourceExhausted,
                             kDiskFull,
                             "the disk of the job store is full");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorWithReason(
          absl::StatusCode::kDataLoss,
          kStoreFailed,
          absl::StrCat("the job store is damaged: ", message));
    default:
      return ErrorWithReason(absl::StatusCode::kInternal,
                             kStoreFailed,
                             absl::StrCat("the job store failed: ", message));
  }
}

absl::Status ErrorOf(sqlite3* database) {
  return ErrorOf(sqlite3_extended_errcode(database), sqlite3_errmsg(database));
}

}  // namespace

Statement::~Statement() {
  if (owned_) {
    sqlite3_finalize(statement_);
  } else if (statement_ != nullptr) {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
}

void Statement::Keep(int code) {
  if (error_.ok() && code != SQLITE_OK) {
    error_ = ErrorOf(code, sqlite3_errmsg(database_));
  }
}

Statement& Statement::Bind(int index, std::int64_t value) {
  Keep(sqlite3_bind_int64(statement_, index, value));
  return *this;
}

Statement& Statement::BindText(int index, std::string_view value) {
  Keep(sqlite3_bind_text64(statement_,
                           index,
                           value.data(),
                           value.size(),
                           SQLITE_STATIC,
                           SQLITE_UTF8));
  return *this;
}

Statement& Statement::BindBlob(int index, std::string_view value) {
  // A null pointer would bind NULL instead of an empty blob.
  const char* data = value.empty() ? "" : value.data();
  Keep(sqlite3_bind_blob64(
      statement_, index, data, value.size(), SQLITE_STATIC));
  return *this;
}

Statement& Statement::BindNull(int index) {
  Keep(sqlite3_bind_null(statement_, index));
  return *this;
}

absl::StatusOr<bool> Statement::Step() {
  TTFLOW_RETURN_IF_ERROR(error_);
  const int code = sqlite3_step(statement_);
  if (code != SQLITE_ROW && code != SQLITE_DONE) {
    return ErrorOf(database_);
  }
  return code == SQLITE_ROW;
}

absl::Status Statement::Run() {
  while (true) {
    TTFLOW_ASSIGN_OR_RETURN(const bool row, Step());
    if (!row) {
      return absl::OkStatus();
    }
  }
}

std::int64_t Statement::Int(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string Statement::Bytes(int column) const {
  return std::string(BytesView(column));
}

std::string_view Statement::BytesView(int column) const {
  const auto* data =
      static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return data == nullptr
             ? std::string_view()
             : std::string_view(data, static_cast<std::size_t>(size));
}

bool Statement::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(
    const std::string& path, Mode mode) {
  sqlite3* database = nullptr;
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  // A reader of a write-ahead log needs to write its shared-memory index.
  flags |= SQLITE_OPEN_READWRITE |
           (mode == Mode::kReadWrite ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(path.c_str(), &database, flags, nullptr);
  std::unique_ptr<Connection> connection(new Connection(database));
  if (code != SQLITE_OK) {
    return ErrorOf(code, sqlite3_errstr(code));
  }
  sqlite3_busy_timeout(database, kBusyTimeoutMs);
  if (mode == Mode::kReadWrite) {
    TTFLOW_RETURN_IF_ERROR(connection->Execute("PRAGMA journal_mode = WAL"));
  }
  TTFLOW_RETURN_IF_ERROR(connection->Execute(kSettings));
  if (mode == Mode::kReadOnly) {
    TTFLOW_RETURN_IF_ERROR(connection->Execute("PRAGMA query_only = ON"));
  }
  return connection;
}

Connection::~Connection() {
  for (const auto& [sql, statement] : statements_) {
    sqlite3_finalize(statement);
  }
  sqlite3_close(database_);
}

Statement Connection::Prepare(const char* sql) {
  const auto found = statements_.find(sql);
  if (found != statements_.end()) {
    return Statement(database_, found->second, absl::OkStatus(), false);
  }
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(
      database_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) {
    return Statement(database_, nullptr, ErrorOf(database_), false);
  }
  statements_.emplace(sql, statement);
  return Statement(database_, statement, absl::OkStatus(), false);
}

Statement Connection::PrepareOnce(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v3(database_, sql.c_str(), -1, 0, &statement, nullptr);
  return Statement(database_,
                   statement,
                   code == SQLITE_OK ? absl::OkStatus() : ErrorOf(database_),
                   true);
}

absl::Status Connection::Execute(const std::string& sql) {
  if (sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) !=
      SQLITE_OK) {
    return ErrorOf(database_);
  }
  return absl::OkStatus();
}

std::int64_t Connection::num_changes() const {
  return sqlite3_changes64(database_);
}

Transaction::Transaction(Connection& connection, Kind kind)
    : connection_(connection),
      status_(
          connection.Prepare(kind == Kind::kWrite ? "BEGIN IMMEDIATE" : "BEGIN")
              .Run()),
      open_(status_.ok()) {}

Transaction::~Transaction() {
  if (open_) {
    // Nothing can be done about a failure: the connection rolls back when
    // closed.
    connection_.Prepare("ROLLBACK").Run().IgnoreError();
  }
}

absl::Status Transaction::Commit() {
  absl::Status status = connection_.Prepare("COMMIT").Run();
  // A commit that failed for lack of space leaves the transaction open.
  open_ = !status.ok();
  return status;
}

}  // namespace ttflow::server
