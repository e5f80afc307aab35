#include "server/storage/sqlite/sqlite_database.h"

#include <utility>
#include <vector>

#include "core/foundation/status_macros.h"
#include "server/storage/directory_lock.h"
#include "server/storage/sqlite/connection_pool.h"
#include "server/storage/sqlite/sqlite_completion.h"
#include "server/storage/sqlite/sqlite_flow_store.h"
#include "server/storage/sqlite/sqlite_job_rows.h"
#include "server/storage/sqlite/sqlite_sample_store.h"
#include "server/storage/sqlite/sqlite_stage_store.h"

namespace ttflow::server {
namespace {

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(std::unique_ptr<DirectoryLock> lock,
                 std::unique_ptr<ConnectionPool> pool,
                 Clock clock)
      : lock_(std::move(lock)),
        pool_(std::move(pool)),
        clock_(std::move(clock)),
        jobs_(*pool_, clock_),
        stages_(*pool_, clock_),
        samples_(*pool_),
        flows_(*pool_) {}

  JobStore& jobs() override { return jobs_; }
  StageStore& stages() override { return stages_; }
  SampleStore& samples() override { return samples_; }
  FlowStore& flows() override { return flows_; }

  absl::Status Complete(const Claim& claim,
                        const Completion& completion) override {
    return pool_->Write([&](Connection& connection) {
      return WriteCompletion(connection, claim, completion, clock_());
    });
  }

  absl::StatusOr<JobChanges> ReadChanges(std::string_view job_id,
                                         std::int64_t after_sequence,
                                         int max_stages) override {
    return pool_->Read(
        [&](Connection& connection) -> absl::StatusOr<JobChanges> {
          JobChanges changes;
          TTFLOW_ASSIGN_OR_RETURN(changes.job, LoadJob(connection, job_id));
          TTFLOW_ASSIGN_OR_RETURN(
              changes.stages,
              ReadStages(connection, job_id, after_sequence, max_stages));
          const std::int64_t read_to = changes.stages.empty()
                                           ? after_sequence
                                           : changes.stages.back().sequence;
          changes.complete = read_to >= changes.job.last_sequence;
          return changes;
        });
  }

 private:
  std::unique_ptr<DirectoryLock> lock_;  // released last
  std::unique_ptr<ConnectionPool> pool_;
  Clock clock_;
  SqliteJobStore jobs_;
  SqliteStageStore stages_;
  SqliteSampleStore samples_;
  SqliteFlowStore flows_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> OpenSqliteDatabase(
    const SqliteOptions& options) {
  TTFLOW_ASSIGN_OR_RETURN(auto lock, DirectoryLock::Acquire(options.directory));
  TTFLOW_ASSIGN_OR_RETURN(auto pool,
                          ConnectionPool::Open(options.directory + "/ttflow.db",
                                               options.num_readers));
  return std::make_unique<SqliteDatabase>(
      std::move(lock), std::move(pool), options.clock);
}

}  // namespace ttflow::server
