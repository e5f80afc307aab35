#include "server/jobs/job_manager.h"

#include <condition_variable>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "core/foundation/status_macros.h"
#include "server/jobs/await.h"
#include "server/logging/logging.h"
#include "server/storage/store_error.h"

namespace ttflow::server {
namespace {

// A flag that a callback sets and a thread waits for.
class WakeFlag {
 public:
  void Set() {
    const std::lock_guard lock(mutex_);
    set_ = true;
    changed_.notify_all();
  }
  // Returns false at the deadline; clears the flag.
  bool Await(absl::Time deadline) {
    std::unique_lock lock(mutex_);
    const bool set = AwaitFor(
        lock, changed_, deadline - absl::Now(), [this] { return set_; });
    set_ = false;
    return set;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

}  // namespace

JobManager::JobManager(Database& database,
                       JobRunner& runner,
                       const JobManagerOptions& options)
    : database_(database),
      options_(options),
      workers_(database, runner, notifier_, options.num_workers) {}

JobManager::~JobManager() { Shutdown(absl::InfiniteDuration()).IgnoreError(); }

absl::Status JobManager::Recover() {
  TTFLOW_ASSIGN_OR_RETURN(
      const int num_recovered,
      database_.jobs().RecoverRunning(options_.max_worker_losses));
  if (num_recovered > 0) {
    LogWarning(
        absl::StrCat(num_recovered, " jobs of a lost server taken back"));
  }
  return absl::OkStatus();
}

absl::Status JobManager::Start() {
  TTFLOW_RETURN_IF_ERROR(Recover());
  workers_.Start();
  return absl::OkStatus();
}

absl::StatusOr<CreatedJob> JobManager::CreateJob(const NewJob& job) {
  if (draining()) {
    return ErrorWithReason(absl::StatusCode::kUnavailable,
                           kServerDraining,
                           "the server is stopping");
  }
  TTFLOW_ASSIGN_OR_RETURN(
      auto created, database_.jobs().Create(job, options_.max_queued_jobs));
  if (created.second) {
    workers_.Wake();
  }
  return CreatedJob{.job = std::move(created.first), .is_new = created.second};
}

absl::StatusOr<JobRecord> JobManager::GetJob(std::string_view id) {
  return database_.jobs().Get(id);
}

absl::StatusOr<JobPage> JobManager::ListJobs(const JobQuery& query) {
  return database_.jobs().List(query);
}

absl::StatusOr<JobRecord> JobManager::CancelJob(std::string_view id) {
  TTFLOW_ASSIGN_OR_RETURN(JobRecord job, database_.jobs().RequestCancel(id));
  if (job.state == JobState::kRunning) {
    workers_.Cancel(id);
  }
  notifier_.Notify(id);
  return job;
}

absl::Status JobManager::DeleteJob(std::string_view id) {
  TTFLOW_RETURN_IF_ERROR(database_.jobs().Delete(id));
  notifier_.Notify(id);
  return absl::OkStatus();
}

std::unique_ptr<JobNotifier::Subscription> JobManager::Subscribe(
    std::string_view id, std::function<void()> callback) {
  return notifier_.Subscribe(id, std::move(callback));
}

absl::StatusOr<JobChanges> JobManager::ReadChanges(std::string_view id,
                                                   std::int64_t after_sequence,
                                                   int max_stages) {
  return database_.ReadChanges(id, after_sequence, max_stages);
}

absl::StatusOr<JobChanges> JobManager::WaitForChange(
    std::string_view id, std::int64_t after_sequence, absl::Time deadline) {
  constexpr int kMaxStages = 64;
  WakeFlag changed;
  const auto subscription = Subscribe(id, [&changed] { changed.Set(); });
  while (true) {
    TTFLOW_ASSIGN_OR_RETURN(JobChanges changes,
                            ReadChanges(id, after_sequence, kMaxStages));
    const bool enough =
        !changes.stages.empty() || IsTerminal(changes.job.state);
    if (enough || draining() || !changed.Await(deadline)) {
      return changes;
    }
  }
}

absl::StatusOr<JobRecord> JobManager::WaitForEnd(std::string_view id,
                                                 absl::Time deadline) {
  WakeFlag changed;
  const auto subscription = Subscribe(id, [&changed] { changed.Set(); });
  while (true) {
    TTFLOW_ASSIGN_OR_RETURN(JobRecord job, GetJob(id));
    if (IsTerminal(job.state) || draining() || !changed.Await(deadline)) {
      return job;
    }
  }
}

absl::StatusOr<SampleBlock> JobManager::ReadSamples(std::string_view id,
                                                    SampleKind kind,
                                                    std::int64_t offset,
                                                    std::int64_t max_rows) {
  absl::StatusOr<SampleBlock> block =
      database_.samples().Read(id, kind, offset, max_rows);
  if (ReasonOf(block.status()) != kSamplesNotFound) {
    return block;
  }
  // Why there are none.
  TTFLOW_ASSIGN_OR_RETURN(const JobRecord job, GetJob(id));
  if (job.state == JobState::kSucceeded) {
    return block;
  }
  const std::string_view state = JobStateName(job.state);
  return ErrorWithReason(
      absl::StatusCode::kFailedPrecondition,
      kSamplesNotReady,
      absl::StrCat("job ",
                   job.id,
                   " is ",
                   absl::string_view(state.data(), state.size()),
                   ": only a job that SUCCEEDED has samples"));
}

absl::StatusOr<FlowRecord> JobManager::GetFlow(std::string_view id) {
  return database_.flows().Get(id);
}

absl::StatusOr<FlowPage> JobManager::ListFlows(int page_size,
                                               std::string_view cursor) {
  return database_.flows().List(page_size, cursor);
}

absl::Status JobManager::DeleteFlow(std::string_view id) {
  return database_.flows().Delete(id);
}

absl::StatusOr<std::map<JobState, std::int64_t>> JobManager::CountJobs() {
  return database_.jobs().CountByState();
}

bool JobManager::draining() const { return draining_.load(); }

absl::Status JobManager::Shutdown(absl::Duration patience) {
  draining_.store(true);
  notifier_.NotifyAll();
  return workers_.Stop(patience);
}

}  // namespace ttflow::server
