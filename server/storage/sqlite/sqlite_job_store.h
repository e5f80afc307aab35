// JobStore on SQLite.

#ifndef TTFLOW_SERVER_STORAGE_SQLITE_SQLITE_JOB_STORE_H_
#define TTFLOW_SERVER_STORAGE_SQLITE_SQLITE_JOB_STORE_H_

#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/storage/job_id.h"
#include "server/storage/job_store.h"
#include "server/storage/sqlite/connection_pool.h"

namespace ttflow::server {

using Clock = std::function<absl::Time()>;

class SqliteJobStore final : public JobStore {
 public:
  SqliteJobStore(ConnectionPool& pool, Clock clock)
      : pool_(pool), clock_(std::move(clock)) {}

  absl::StatusOr<std::pair<JobRecord, bool>> Create(
      const NewJob& job, std::int64_t max_queued) override;
  absl::StatusOr<JobRecord> Get(std::string_view id) override;
  absl::StatusOr<JobPage> List(const JobQuery& query) override;
  absl::StatusOr<std::optional<JobRecord>> ClaimNext() override;
  absl::StatusOr<JobRecord> RequestCancel(std::string_view id) override;
  absl::Status Fail(const Claim& claim, const JobError& error) override;
  absl::Status MarkCancelled(const Claim& claim) override;
  absl::Status GiveBack(const Claim& claim) override;
  absl::StatusOr<int> RecoverRunning(int max_worker_losses) override;
  absl::Status Delete(std::string_view id) override;
  absl::StatusOr<std::map<JobState, std::int64_t>> CountByState() override;

 private:
  ConnectionPool& pool_;
  Clock clock_;
  JobIdGenerator ids_;
};

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_STORAGE_SQLITE_SQLITE_JOB_STORE_H_
