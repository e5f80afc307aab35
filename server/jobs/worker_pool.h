// WorkerPool: threads that claim queued jobs in order and run them.

#ifndef TTFLOW_SERVER_JOBS_WORKER_POOL_H_
#define TTFLOW_SERVER_JOBS_WORKER_POOL_H_

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/jobs/job_notifier.h"
#include "server/jobs/job_runner.h"
#include "server/jobs/run_control.h"
#include "server/storage/database.h"

namespace ttflow::server {

// Runs the jobs of the store, oldest first, `num_workers` at once, and writes
// each one's end. The store is the queue: Wake only says that it is worth a
// look. Threads: all functions are safe to call concurrently.
class WorkerPool {
 public:
  // All arguments must outlive the pool.
  WorkerPool(Database& database,
             JobRunner& runner,
             JobNotifier& notifier,
             int num_workers);
  // Stops and joins.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Starts the threads; jobs that wait are taken at once. Does nothing after
  // Stop.
  void Start();

  // Says that a job has been queued.
  void Wake();

  // Interrupts the job if it runs here: it ends CANCELLED.
  void Cancel(std::string_view job_id);

  // Takes no further job, interrupts those that run (they are given back to the
  // queue) and joins the threads. Idempotent.
  // Errors: kDeadlineExceeded if a worker still runs after `patience`.
  absl::Status Stop(absl::Duration patience);

  // Number of jobs that run now.
  int num_running() const;

 private:
  void Work();
  void RunJob(const JobRecord& job);
  void WriteEnd(const JobRecord& job,
                const RunControl& control,
                const absl::StatusOr<Completion>& outcome);

  Database& database_;
  JobRunner& runner_;
  JobNotifier& notifier_;
  const int num_workers_;

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  bool stopping_ = false;
  std::int64_t num_wakes_ = 0;
  int num_alive_ = 0;
  std::map<std::string, std::shared_ptr<RunControl>, std::less<>> running_;
  std::vector<std::thread> threads_;
};

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_JOBS_WORKER_POOL_H_
