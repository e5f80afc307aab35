// SamplingRunner: what a job does: its spec through the engine to its result.

#ifndef TTFLOW_SERVER_JOBS_SAMPLING_RUNNER_H_
#define TTFLOW_SERVER_JOBS_SAMPLING_RUNNER_H_

#include "absl/status/statusor.h"
#include "core/foundation/executor.h"
#include "server/jobs/job_runner.h"
#include "server/limits.h"
#include "server/storage/flow_store.h"

namespace ttflow::server {

// Reasons of failed jobs, beside those of the stores.
inline constexpr std::string_view kInvalidSpec = "INVALID_SPEC";
inline constexpr std::string_view kRunFailed = "RUN_FAILED";

// Runs jobs on the engine. A job that trains leaves its flow, one that draws
// loads the flow that it names. Stages are kept as EncodeStage has them, specs
// as a serialised ttflow.v1.JobSpec, results as a ttflow.v1.Result.
class SamplingRunner final : public JobRunner {
 public:
  // `flows` and `executor` must outlive the runner; all runs share the
  // executor.
  SamplingRunner(FlowStore& flows,
                 const Executor& executor,
                 const Limits& limits)
      : flows_(flows), executor_(executor), limits_(limits) {}

  // Errors: kInvalidArgument (INVALID_SPEC) where the spec is not valid any
  // more;
  //         kNotFound (FLOW_NOT_FOUND) for a draw whose flow has been deleted;
  //         kFailedPrecondition (RUN_FAILED) where the engine cannot go on.
  absl::StatusOr<Completion> Run(const JobRecord& job,
                                 StageSink& stages,
                                 Interrupter& interrupter) override;

 private:
  FlowStore& flows_;
  const Executor& executor_;
  const Limits limits_;
};

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_JOBS_SAMPLING_RUNNER_H_
