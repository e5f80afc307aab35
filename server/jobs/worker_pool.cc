#include "server/jobs/worker_pool.h"

#include <exception>
#include <new>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/foundation/heap.h"
#include "core/foundation/status_macros.h"
#include "server/jobs/await.h"
#include "server/logging/logging.h"
#include "server/storage/store_error.h"

namespace ttflow::server {
namespace {

// After a failure of the store a worker waits before it asks again.
constexpr absl::Duration kStorePause = absl::Seconds(1);
// The end of a run is written again where the store was only busy.
constexpr int kEndAttempts = 5;

// Stores a run's stages under its claim.
class ClaimedStageSink final : public StageSink {
 public:
  ClaimedStageSink(Database& database, JobNotifier& notifier, Claim claim)
      : database_(database), notifier_(notifier), claim_(std::move(claim)) {}

  absl::Status AppendStage(std::string_view stage) override {
    absl::Status status = database_.stages().Append(claim_, stage).status();
    if (status.ok()) {
      notifier_.Notify(claim_.job_id);
    }
    return status;
  }

 private:
  Database& database_;
  JobNotifier& notifier_;
  Claim claim_;
};

JobError ErrorOf(const absl::Status& status) {
  std::string reason = ReasonOf(status);
  if (reason.empty()) {
    reason = absl::StatusCodeToString(status.code());
  }
  return {.code = static_cast<int>(status.code()),
          .reason = std::move(reason),
          .message = {status.message().data(), status.message().size()}};
}

// A job that runs out of memory, or meets a bug, fails alone.
absl::StatusOr<Completion> RunGuarded(JobRunner& runner,
                                      const JobRecord& job,
                                      StageSink& stages,
                                      Interrupter& interrupter) {
  try {
    TTFLOW_RETURN_IF_ERROR(interrupter.Check());
    return runner.Run(job, stages, interrupter);
  } catch (const std::bad_alloc&) {
    return ErrorWithReason(absl::StatusCode::kResourceExhausted,
                           "OUT_OF_MEMORY",
                           "the job needs more memory than the server has");
  } catch (const std::exception& error) {
    LogError(
        absl::StrCat("job ", job.id, ": unexpected exception: ", error.what()));
    return ErrorWithReason(absl::StatusCode::kInternal,
                           "INTERNAL",
                           "the job met a bug of the server");
  }
}

}  // namespace

WorkerPool::WorkerPool(Database& database,
                       JobRunner& runner,
                       JobNotifier& notifier,
                       int num_workers)
    : database_(database),
      runner_(runner),
      notifier_(notifier),
      num_workers_(num_workers) {}

WorkerPool::~WorkerPool() { Stop(absl::InfiniteDuration()).IgnoreError(); }

void WorkerPool::Start() {
  const std::lock_guard lock(mutex_);
  if (stopping_ || !threads_.empty()) {
    return;
  }
  num_alive_ = num_workers_;
  for (int i = 0; i < num_workers_; ++i) {
    threads_.emplace_back([this] { Work(); });
  }
}

void WorkerPool::Wake() {
  {
    const std::lock_guard lock(mutex_);
    ++num_wakes_;
  }
  changed_.notify_all();
}

void WorkerPool::Cancel(std::string_view job_id) {
  const std::lock_guard lock(mutex_);
  if (const auto found = running_.find(job_id); found != running_.end()) {
    found->second->RequestStop(StopReason::kCancel);
  }
}

absl::Status WorkerPool::Stop(absl::Duration patience) {
  std::vector<std::thread> threads;
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    for (const auto& [job_id, control] : running_) {
      control->RequestStop(StopReason::kShutdown);
    }
    changed_.notify_all();
    if (!AwaitFor(
            lock, changed_, patience, [this] { return num_alive_ == 0; })) {
      return absl::DeadlineExceededError(
          absl::StrCat(num_alive_, " workers did not stop in time"));
    }
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  return absl::OkStatus();
}

int WorkerPool::num_running() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(running_.size());
}

void WorkerPool::Work() {
  while (true) {
    std::int64_t num_wakes = 0;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) {
        break;
      }
      num_wakes = num_wakes_;
    }
    absl::StatusOr<std::optional<JobRecord>> job = database_.jobs().ClaimNext();
    if (job.ok() && job->has_value()) {
      RunJob(**job);
      continue;
    }
    if (!job.ok()) {
      LogError(absl::StrCat("cannot claim a job: ", job.status().message()));
    }
    // A wake that came during the claim counts: it may have missed that job.
    std::unique_lock lock(mutex_);
    AwaitFor(
        lock,
        changed_,
        job.ok() ? absl::InfiniteDuration() : kStorePause,
        [this, num_wakes] { return stopping_ || num_wakes_ != num_wakes; });
  }
  {
    const std::lock_guard lock(mutex_);
    --num_alive_;
    changed_.notify_all();
  }
}

void WorkerPool::RunJob(const JobRecord& job) {
  auto control = std::make_shared<RunControl>();
  {
    const std::lock_guard lock(mutex_);
    running_[job.id] = control;
    if (stopping_) {
      control->RequestStop(StopReason::kShutdown);
    }
  }
  // A cancel between the claim and the line above has found nobody to tell.
  const absl::StatusOr<JobRecord> now = database_.jobs().Get(job.id);
  if (now.ok() && now->cancel_requested) {
    control->RequestStop(StopReason::kCancel);
  }
  notifier_.Notify(job.id);
  LogInfo(absl::StrCat("job ", job.id, ": attempt ", job.attempt, " begins"));
  ClaimedStageSink stages(database_, notifier_, {job.id, job.attempt});
  WriteEnd(job, *control, RunGuarded(runner_, job, stages, *control));
  // A large job must not leave an idle server large.
  ReturnFreeMemory();
  {
    const std::lock_guard lock(mutex_);
    running_.erase(job.id);
  }
  notifier_.Notify(job.id);
}

void WorkerPool::WriteEnd(const JobRecord& job,
                          const RunControl& control,
                          const absl::StatusOr<Completion>& outcome) {
  const Claim claim{job.id, job.attempt};
  absl::Status error = outcome.status();
  absl::Status written;
  for (int i = 0; i < kEndAttempts; ++i) {
    if (error.ok()) {
      written = database_.Complete(claim, *outcome);
      if (!written.ok() && ReasonOf(written) != kStoreBusy &&
          ReasonOf(written) != kClaimLost) {
        // A result that cannot be kept is a failure of the job.
        error = written;
        continue;
      }
    } else if (control.reason() == StopReason::kCancel) {
      written = database_.jobs().MarkCancelled(claim);
    } else if (control.reason() == StopReason::kShutdown) {
      written = database_.jobs().GiveBack(claim);
    } else {
      written = database_.jobs().Fail(claim, ErrorOf(error));
    }
    if (ReasonOf(written) != kStoreBusy) {
      break;
    }
  }
  if (!written.ok()) {
    LogError(absl::StrCat(
        "job ", job.id, ": its end could not be written: ", written.message()));
    return;
  }
  LogInfo(absl::StrCat(
      "job ",
      job.id,
      ": attempt ",
      job.attempt,
      " ends: ",
      error.ok() ? absl::string_view("succeeded") : error.message()));
}

}  // namespace ttflow::server
