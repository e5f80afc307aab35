// JobManager: everything that the handlers may do with jobs and flows.
//
//   JobManager manager(*database, *runner, options);
//   RETURN_IF_ERROR(manager.Start());
//   ASSIGN_OR_RETURN(CreatedJob created, manager.CreateJob({.spec = bytes}));
//   ...
//   manager.Shutdown(absl::Seconds(20));

#ifndef TTFLOW_SERVER_JOBS_JOB_MANAGER_H_
#define TTFLOW_SERVER_JOBS_JOB_MANAGER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/jobs/job_notifier.h"
#include "server/jobs/job_runner.h"
#include "server/jobs/worker_pool.h"
#include "server/storage/database.h"

namespace ttflow::server {

struct JobManagerOptions {
  int num_workers = 1;                  // jobs that run at once, >= 1
  std::int64_t max_queued_jobs = 1000;  // further ones are refused
  int max_worker_losses = 3;  // a job that killed so many servers FAILS
};

struct CreatedJob {
  JobRecord job;
  bool is_new = true;  // false: made earlier with the same request_id
};

// Facade over the stores, the worker pool and the notifier; works on serialised
// specs and results and knows no protobuf. By agreement of handlers and runner:
// JobRecord::spec is a ttflow.v1.JobSpec, StageRecord::stage and
// JobRecord::latest_stage a ttflow.v1.Progress (its sequence unset),
// JobRecord::result a ttflow.v1.Result, FlowRecord::target a
// StoredFlowDescription (server/convert/model.proto). Functions that read or
// write the store may block for milliseconds: call them from a bounded
// executor, not from a gRPC thread. Threads: all functions are safe to call
// concurrently. Errors carry their reason (server/storage/store_error.h).
class JobManager {
 public:
  // `database` and `runner` must outlive the manager.
  JobManager(Database& database,
             JobRunner& runner,
             const JobManagerOptions& options);
  // Shuts down, without patience, where Shutdown was not called.
  ~JobManager();

  // Takes back the jobs of a server that died and starts the workers. Until
  // then jobs can be created but do not run.
  absl::Status Start();

  // Takes back those jobs alone, for a server that answers before it starts.
  absl::Status Recover();

  // Queues a job. Errors: kResourceExhausted (QUEUE_FULL, DISK_FULL),
  // kAlreadyExists (REQUEST_ID_CONFLICT), kUnavailable (SERVER_DRAINING).
  absl::StatusOr<CreatedJob> CreateJob(const NewJob& job);

  // Errors of the following with an id: kNotFound (JOB_NOT_FOUND).
  absl::StatusOr<JobRecord> GetJob(std::string_view id);
  absl::StatusOr<JobPage> ListJobs(const JobQuery& query);

  // A queued job is CANCELLED when this returns; a running one has
  // cancel_requested and ends within one batch of energies; a terminal one
  // stays as it is.
  absl::StatusOr<JobRecord> CancelJob(std::string_view id);

  // Errors: kFailedPrecondition (JOB_NOT_TERMINAL).
  absl::Status DeleteJob(std::string_view id);

  // Calls back on every change of the job; Subscribe, then ReadChanges, then
  // again after each call. See JobNotifier for the rules of the callback.
  std::unique_ptr<JobNotifier::Subscription> Subscribe(
      std::string_view id, std::function<void()> callback);

  // Returns the job with up to `max_stages` of its stages after a sequence, at
  // one instant. Never waits.
  absl::StatusOr<JobChanges> ReadChanges(std::string_view id,
                                         std::int64_t after_sequence,
                                         int max_stages);

  // Waits until the job has a stage after `after_sequence` or is terminal, or
  // `deadline`, or shutdown; returns what there is then. Blocks its thread.
  absl::StatusOr<JobChanges> WaitForChange(std::string_view id,
                                           std::int64_t after_sequence,
                                           absl::Time deadline);

  // Waits until the job is terminal, or `deadline`, or shutdown; returns it as
  // it is then. Blocks its thread.
  absl::StatusOr<JobRecord> WaitForEnd(std::string_view id,
                                       absl::Time deadline);

  // Reads up to `max_rows` rows of a SUCCEEDED job from `offset`; fewer where a
  // stored chunk of about 1 MiB ends.
  // Errors: kFailedPrecondition (SAMPLES_NOT_READY) in any other state;
  //         kOutOfRange (OFFSET_PAST_END); kDataLoss (CHECKSUM_MISMATCH).
  absl::StatusOr<SampleBlock> ReadSamples(std::string_view id,
                                          SampleKind kind,
                                          std::int64_t offset,
                                          std::int64_t max_rows);

  // Errors: kNotFound (FLOW_NOT_FOUND).
  absl::StatusOr<FlowRecord> GetFlow(std::string_view id);
  absl::StatusOr<FlowPage> ListFlows(int page_size, std::string_view cursor);
  absl::Status DeleteFlow(std::string_view id);

  // Number of jobs in each state.
  absl::StatusOr<std::map<JobState, std::int64_t>> CountJobs();

  const JobManagerOptions& options() const { return options_; }

  // Whether Shutdown has begun: streams should end with UNAVAILABLE.
  bool draining() const;

  // Refuses new jobs, wakes all watchers, interrupts the running jobs, which
  // are queued again for the next start, and joins the workers. Idempotent.
  // Errors: kDeadlineExceeded if a worker did not stop within `patience`; it is
  //         joined by the destructor.
  absl::Status Shutdown(absl::Duration patience);

 private:
  Database& database_;
  const JobManagerOptions options_;
  std::atomic<bool> draining_{false};
  JobNotifier notifier_;
  WorkerPool workers_;
};

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_JOBS_JOB_MANAGER_H_
