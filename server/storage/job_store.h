// JobStore: jobs as plain records; specs and results are opaque bytes.

#ifndef TTFLOW_SERVER_STORAGE_JOB_STORE_H_
#define TTFLOW_SERVER_STORAGE_JOB_STORE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/storage/job_state.h"

namespace ttflow::server {

using Labels = std::map<std::string, std::string>;

// What a new job is made of.
struct NewJob {
  // The effective specification, serialised; handed to the runner unchanged.
  std::string spec;
  // Makes creation idempotent; empty: every call creates a job.
  std::string request_id{};
  // What the caller sent, serialised deterministically: a second call with the
  // same request_id must bring the same bytes. Empty: `spec` is compared (wrong
  // where the server fills in something random, such as a seed).
  std::string request_fingerprint{};
  Labels labels{};
};

// Why a job FAILED.
struct JobError {
  int code = 0;           // canonical status code
  std::string reason{};   // stable, UPPER_SNAKE_CASE: "WORKER_LOST", ...
  std::string message{};  // for a person
};

// One job. Times are the store's.
struct JobRecord {
  std::string id;  // UUID version 7, sorts by creation
  std::string spec;
  std::string request_id;
  Labels labels;
  JobState state = JobState::kQueued;
  bool cancel_requested = false;
  int attempt = 0;            // number of claims so far
  int num_worker_losses = 0;  // attempts that ended with their server's death
  absl::Time create_time;
  std::optional<absl::Time> start_time;  // of the newest attempt
  std::optional<absl::Time> end_time;    // terminal states only
  absl::Time update_time;                // of the newest change of the record
  // Newest row of `stages` (0: none) and its bytes.
  std::int64_t last_sequence = 0;
  std::string latest_stage;
  // SUCCEEDED only: the result, serialised, and the flow that was trained ("":
  // none).
  std::string result;
  std::string flow_id;
  std::optional<JobError> error;  // FAILED only
};

// A worker's right to write to a job: every write is refused once the job has
// been claimed again, cancelled or taken back.
struct Claim {
  std::string job_id;
  int attempt = 0;
};

// Which jobs to list, newest first.
struct JobQuery {
  std::vector<JobState> states{};  // empty: all
  Labels labels{};                 // every one must match
  int page_size = 50;              // >= 1
  std::string cursor{};            // "" or JobPage::next_cursor
  // A page ends early where its specs and results grow beyond this.
  std::int64_t max_bytes = 4 << 20;
};

struct JobPage {
  std::vector<JobRecord> jobs;
  std::string next_cursor;  // empty: no more
};

// Keeps jobs. Threads: all functions are safe to call concurrently. Errors
// beside those named: kUnavailable (STORE_BUSY), kResourceExhausted
// (DISK_FULL), kDataLoss, kInternal; reasons by server/storage/store_error.h.
class JobStore {
 public:
  virtual ~JobStore() = default;

  // Adds a QUEUED job, or returns the one made earlier with the same
  // request_id; the flag says whether it is new. Errors: kAlreadyExists
  // (REQUEST_ID_CONFLICT) for the same id with another
  //         fingerprint; kResourceExhausted (QUEUE_FULL) if `max_queued` jobs
  //         wait.
  virtual absl::StatusOr<std::pair<JobRecord, bool>> Create(
      const NewJob& job, std::int64_t max_queued) = 0;

  // Errors: kNotFound (JOB_NOT_FOUND).
  virtual absl::StatusOr<JobRecord> Get(std::string_view id) = 0;

  // Errors: kInvalidArgument for a cursor that is not one of this store's.
  virtual absl::StatusOr<JobPage> List(const JobQuery& query) = 0;

  // Moves the oldest QUEUED job to RUNNING in one statement, attempt + 1;
  // nullopt if none waits.
  virtual absl::StatusOr<std::optional<JobRecord>> ClaimNext() = 0;

  // QUEUED: CANCELLED at once. RUNNING: sets cancel_requested. Terminal: no
  // change. Returns the job as it is then. Errors: kNotFound.
  virtual absl::StatusOr<JobRecord> RequestCancel(std::string_view id) = 0;

  // RUNNING -> FAILED or CANCELLED. Success is Database::Complete.
  // Errors: kAborted (CLAIM_LOST) if the claim does not hold any more.
  virtual absl::Status Fail(const Claim& claim, const JobError& error) = 0;
  virtual absl::Status MarkCancelled(const Claim& claim) = 0;

  // RUNNING -> QUEUED with its place in the queue: the server stops in good
  // order. A cancel_requested job becomes CANCELLED. Errors: as Fail.
  virtual absl::Status GiveBack(const Claim& claim) = 0;

  // At the start of a server: jobs RUNNING in a server that died become QUEUED
  // again with one worker loss more; at `max_worker_losses` FAILED
  // (WORKER_LOST); CANCELLED where that was requested. Returns how many were
  // found.
  virtual absl::StatusOr<int> RecoverRunning(int max_worker_losses) = 0;

  // Deletes a terminal job with its stages and samples; a flow stays.
  // Errors: kNotFound; kFailedPrecondition (JOB_NOT_TERMINAL).
  virtual absl::Status Delete(std::string_view id) = 0;

  // Number of jobs in each state.
  virtual absl::StatusOr<std::map<JobState, std::int64_t>> CountByState() = 0;
};

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_STORAGE_JOB_STORE_H_
