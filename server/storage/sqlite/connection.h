// Connection and Statement: SQLite's C interface with statuses and lifetimes.

#ifndef TTFLOW_SERVER_STORAGE_SQLITE_CONNECTION_H_
#define TTFLOW_SERVER_STORAGE_SQLITE_CONNECTION_H_

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace ttflow::server {

// A prepared statement on loan: reset when it goes out of scope, so that no
// read transaction stays open and the log can be truncated. Errors of preparing
// and binding are kept and returned by Step.
class Statement {
 public:
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Binds parameter `index`, 1-based. Text and blobs must outlive the
  // statement.
  Statement& Bind(int index, std::int64_t value);
  Statement& BindText(int index, std::string_view value);
  Statement& BindBlob(int index, std::string_view value);
  Statement& BindNull(int index);

  // Runs to the next row; false at the end.
  absl::StatusOr<bool> Step();
  // Runs to the end and drops the rows.
  absl::Status Run();

  // Columns of the current row, 0-based.
  std::int64_t Int(int column) const;
  std::string Bytes(int column) const;
  // Valid until the next Step.
  std::string_view BytesView(int column) const;
  bool IsNull(int column) const;

 private:
  friend class Connection;
  Statement(sqlite3* database,
            sqlite3_stmt* statement,
            absl::Status error,
            bool owned)
      : database_(database),
        statement_(statement),
        error_(std::move(error)),
        owned_(owned) {}

  void Keep(int code);

  sqlite3* database_;
  sqlite3_stmt* statement_;
  absl::Status error_;
  bool owned_;  // finalized at the end instead of reset
};

// One connection. Must not be used from two threads at once.
class Connection {
 public:
  enum class Mode { kReadWrite, kReadOnly };

  // Opens the file (made if missing, kReadWrite) with the project's settings:
  // write-ahead log, full synchronisation, foreign keys, a busy timeout.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(
      const std::string& path, Mode mode);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Returns the statement of `sql`, a literal: prepared once and kept.
  Statement Prepare(const char* sql);
  // Prepares a statement that is not kept.
  Statement PrepareOnce(const std::string& sql);
  // Runs statements without parameters, separated by semicolons.
  absl::Status Execute(const std::string& sql);

  // Rows changed by the newest INSERT, UPDATE or DELETE.
  std::int64_t num_changes() const;

 private:
  explicit Connection(sqlite3* database) : database_(database) {}

  sqlite3* database_;
  std::map<std::string_view, sqlite3_stmt*> statements_;
};

// A transaction; rolled back when it goes out of scope without Commit.
class Transaction {
 public:
  // kWrite takes the write lock at once (BEGIN IMMEDIATE): a read that turns
  // into a write would fail with SQLITE_BUSY in spite of the timeout.
  enum class Kind { kRead, kWrite };

  Transaction(Connection& connection, Kind kind);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // Whether it could be begun.
  const absl::Status& status() const { return status_; }
  absl::Status Commit();

 private:
  Connection& connection_;
  absl::Status status_;
  bool open_ = false;
};

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_STORAGE_SQLITE_CONNECTION_H_
