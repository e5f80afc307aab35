// FakeRunner: a runner whose jobs do what their spec says.

#ifndef TTFLOW_TESTS_SERVER_JOBS_FAKE_RUNNER_H_
#define TTFLOW_TESTS_SERVER_JOBS_FAKE_RUNNER_H_

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/jobs/job_runner.h"

namespace ttflow::server {

// Specs:
//   "succeed"   three stages and two samples
//   "fail"      FAILED with the reason ESS_COLLAPSE
//   "throw"     an exception; "exhaust": out of memory
//   "block"     one stage, then waits to be interrupted
//   "gate"      one stage, waits for OpenGate (or to be interrupted), succeeds
class FakeRunner final : public JobRunner {
 public:
  absl::StatusOr<Completion> Run(const JobRecord& job,
                                 StageSink& stages,
                                 Interrupter& interrupter) override;

  // Lets the "gate" jobs go on.
  void OpenGate();

  // Waits until `count` runs have begun; false after 10 s.
  bool AwaitStarted(int count);

  // Ids in the order in which their runs began.
  std::vector<std::string> started() const;

  // Most runs at one time.
  int max_concurrent() const;

 private:
  absl::StatusOr<Completion> Work(const JobRecord& job,
                                  StageSink& stages,
                                  Interrupter& interrupter);
  bool gate_open() const;

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  bool gate_open_ = false;
  int num_running_ = 0;
  int max_concurrent_ = 0;
  std::vector<std::string> started_;
};

}  // namespace ttflow::server

#endif  // TTFLOW_TESTS_SERVER_JOBS_FAKE_RUNNER_H_
