#include "server/storage/sqlite/connection_pool.h"

#include <utility>

#include "core/foundation/status_macros.h"
#include "server/storage/sqlite/migrations.h"

namespace ttflow::server {

absl::StatusOr<std::unique_ptr<ConnectionPool>> ConnectionPool::Open(
    const std::string& path, int num_readers) {
  TTFLOW_ASSIGN_OR_RETURN(auto writer,
                          Connection::Open(path, Connection::Mode::kReadWrite));
  TTFLOW_RETURN_IF_ERROR(Migrate(*writer));
  std::unique_ptr<ConnectionPool> pool(new ConnectionPool(std::move(writer)));
  for (int i = 0; i < num_readers; ++i) {
    TTFLOW_ASSIGN_OR_RETURN(
        auto reader, Connection::Open(path, Connection::Mode::kReadOnly));
    pool->GiveReader(std::move(reader));
  }
  return pool;
}

std::unique_ptr<Connection> ConnectionPool::TakeReader() {
  std::unique_lock lock(readers_mutex_);
  reader_free_.wait(lock, [this] { return !readers_.empty(); });
  std::unique_ptr<Connection> reader = std::move(readers_.back());
  readers_.pop_back();
  return reader;
}

void ConnectionPool::GiveReader(std::unique_ptr<Connection> reader) {
  {
    const std::lock_guard lock(readers_mutex_);
    readers_.push_back(std::move(reader));
  }
  reader_free_.notify_one();
}

}  // namespace ttflow::server
