// StageStore on SQLite.

#ifndef TTFLOW_SERVER_STORAGE_SQLITE_SQLITE_STAGE_STORE_H_
#define TTFLOW_SERVER_STORAGE_SQLITE_SQLITE_STAGE_STORE_H_

#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "server/storage/sqlite/connection_pool.h"
#include "server/storage/sqlite/sqlite_job_store.h"
#include "server/storage/stage_store.h"

namespace ttflow::server {

// Reads up to `limit` stages after a sequence.
absl::StatusOr<std::vector<StageRecord>> ReadStages(Connection& connection,
                                                    std::string_view job_id,
                                                    std::int64_t after_sequence,
                                                    std::int64_t limit);

class SqliteStageStore final : public StageStore {
 public:
  SqliteStageStore(ConnectionPool& pool, Clock clock)
      : pool_(pool), clock_(std::move(clock)) {}

  absl::StatusOr<std::int64_t> Append(const Claim& claim,
                                      std::string_view stage) override;
  absl::StatusOr<std::vector<StageRecord>> List(std::string_view job_id,
                                                std::int64_t after_sequence,
                                                int limit) override;

 private:
  ConnectionPool& pool_;
  Clock clock_;
};

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_STORAGE_SQLITE_SQLITE_STAGE_STORE_H_
