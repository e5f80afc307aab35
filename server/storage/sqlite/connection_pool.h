// ConnectionPool: one connection that writes, a few that read beside it.

#ifndef TTFLOW_SERVER_STORAGE_SQLITE_CONNECTION_POOL_H_
#define TTFLOW_SERVER_STORAGE_SQLITE_CONNECTION_POOL_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/storage/sqlite/connection.h"

namespace ttflow::server {

// Lends connections; a caller waits until one is free. With one writer, writes
// of this process never meet a locked database. Threads: safe to call
// concurrently; a thread must hold at most one connection at a time.
class ConnectionPool {
 public:
  // Opens the file, brings its schema up to date, and opens the readers.
  static absl::StatusOr<std::unique_ptr<ConnectionPool>> Open(
      const std::string& path, int num_readers);

  // Calls body(connection) in a write transaction and commits where it
  // succeeds. `body` returns absl::Status or absl::StatusOr<T>, and so does
  // this.
  template <typename Body>
  auto Write(Body body) -> decltype(body(std::declval<Connection&>())) {
    const std::lock_guard lock(writer_mutex_);
    return InTransaction(*writer_, Transaction::Kind::kWrite, body);
  }

  // Calls body(connection): all it reads is of one instant.
  template <typename Body>
  auto Read(Body body) -> decltype(body(std::declval<Connection&>())) {
    std::unique_ptr<Connection> reader = TakeReader();
    auto result = InTransaction(*reader, Transaction::Kind::kRead, body);
    GiveReader(std::move(reader));
    return result;
  }

 private:
  explicit ConnectionPool(std::unique_ptr<Connection> writer)
      : writer_(std::move(writer)) {}

  template <typename Body>
  static auto InTransaction(Connection& connection,
                            Transaction::Kind kind,
                            Body& body) -> decltype(body(connection)) {
    Transaction transaction(connection, kind);
    if (!transaction.status().ok()) {
      return transaction.status();
    }
    auto result = body(connection);
    if (result.ok()) {
      if (absl::Status status = transaction.Commit(); !status.ok()) {
        return status;
      }
    }
    return result;
  }

  std::unique_ptr<Connection> TakeReader();
  void GiveReader(std::unique_ptr<Connection> reader);

  std::mutex writer_mutex_;  // guards the use of writer_
  std::unique_ptr<Connection> writer_;
  std::mutex readers_mutex_;  // guards readers_
  std::condition_variable reader_free_;
  std::vector<std::unique_ptr<Connection>> readers_;
};

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_STORAGE_SQLITE_CONNECTION_POOL_H_
