// FlowStore on SQLite.

#ifndef TTFLOW_SERVER_STORAGE_SQLITE_SQLITE_FLOW_STORE_H_
#define TTFLOW_SERVER_STORAGE_SQLITE_SQLITE_FLOW_STORE_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/storage/flow_store.h"
#include "server/storage/sqlite/connection_pool.h"

namespace ttflow::server {

// Writes the flow of a job under the job's id.
absl::Status WriteFlow(Connection& connection,
                       std::string_view job_id,
                       const NewFlow& flow,
                       absl::Time now);

class SqliteFlowStore final : public FlowStore {
 public:
  explicit SqliteFlowStore(ConnectionPool& pool) : pool_(pool) {}

  absl::StatusOr<FlowRecord> Get(std::string_view id) override;
  absl::StatusOr<FlowPage> List(int page_size,
                                std::string_view cursor) override;
  absl::Status Delete(std::string_view id) override;

 private:
  ConnectionPool& pool_;
};

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_STORAGE_SQLITE_SQLITE_FLOW_STORE_H_
