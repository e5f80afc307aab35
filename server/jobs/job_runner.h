// JobRunner: the seam between the worker pool and what a job does.

#ifndef TTFLOW_SERVER_JOBS_JOB_RUNNER_H_
#define TTFLOW_SERVER_JOBS_JOB_RUNNER_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/foundation/interrupter.h"
#include "server/storage/database.h"

namespace ttflow::server {

// Where a runner reports its stages.
class StageSink {
 public:
  virtual ~StageSink() = default;

  // Stores one executed stage, serialised, and wakes the watchers. An error
  // ends the run: the runner returns it unchanged.
  virtual absl::Status AppendStage(std::string_view stage) = 0;
};

// Executes jobs. Threads: Run is called concurrently, once a worker.
class JobRunner {
 public:
  virtual ~JobRunner() = default;

  // Runs the job to its end and returns what to keep.
  //
  // The row sources of the completion must stay valid until they are destroyed.
  // Errors: any status fails the job (reason by ErrorWithReason, else made from
  //         the code), unless the interrupter has asked to stop: then its
  //         status is returned unchanged, and the job is cancelled or queued
  //         again.
  virtual absl::StatusOr<Completion> Run(const JobRecord& job,
                                         StageSink& stages,
                                         Interrupter& interrupter) = 0;
};

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_JOBS_JOB_RUNNER_H_
