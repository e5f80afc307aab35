// SampleStore on SQLite.

#ifndef TTFLOW_SERVER_STORAGE_SQLITE_SQLITE_SAMPLE_STORE_H_
#define TTFLOW_SERVER_STORAGE_SQLITE_SQLITE_SAMPLE_STORE_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/storage/job_store.h"
#include "server/storage/sample_store.h"
#include "server/storage/sqlite/connection_pool.h"

namespace ttflow::server {

// Writes a table of a job in chunks; one without columns is left out.
absl::Status WriteTable(Connection& connection,
                        const Claim& claim,
                        SampleKind kind,
                        const RowSource& source);

class SqliteSampleStore final : public SampleStore {
 public:
  explicit SqliteSampleStore(ConnectionPool& pool) : pool_(pool) {}

  absl::StatusOr<SampleBlock> Read(std::string_view job_id,
                                   SampleKind kind,
                                   std::int64_t offset,
                                   std::int64_t max_rows) override;

 private:
  ConnectionPool& pool_;
};

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_STORAGE_SQLITE_SQLITE_SAMPLE_STORE_H_
