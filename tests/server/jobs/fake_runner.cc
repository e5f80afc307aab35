#include "tests/server/jobs/fake_runner.h"

#include <algorithm>
#include <new>
#include <stdexcept>

#include "absl/time/clock.h"
#include "core/foundation/status_macros.h"
#include "server/jobs/await.h"
#include "server/storage/store_error.h"

namespace ttflow::server {
namespace {

Completion MakeCompletion() {
  return {.result = "result",
          .samples = {.rows = 2,
                      .columns = 1,
                      .fill =
                          [](std::int64_t first,
                             std::int64_t count,
                             std::span<double> out) {
                            for (std::int64_t i = 0; i < count; ++i) {
                              out[static_cast<std::size_t>(i)] =
                                  static_cast<double>(first + i);
                            }
                          }},
          .flow = NewFlow{
              .model = "m", .target = "t", .dimension = 1, .num_stages = 3}};
}

}  // namespace

absl::StatusOr<Completion> FakeRunner::Run(const JobRecord& job,
                                           StageSink& stages,
                                           Interrupter& interrupter) {
  {
    const std::lock_guard lock(mutex_);
    started_.push_back(job.id);
    max_concurrent_ = std::max(max_concurrent_, ++num_running_);
    changed_.notify_all();
  }
  struct Leave {
    FakeRunner& runner;
    ~Leave() {
      const std::lock_guard lock(runner.mutex_);
      --runner.num_running_;
    }
  } leave{*this};
  return Work(job, stages, interrupter);
}

absl::StatusOr<Completion> FakeRunner::Work(const JobRecord& job,
                                            StageSink& stages,
                                            Interrupter& interrupter) {
  if (job.spec == "fail") {
    return ErrorWithReason(absl::StatusCode::kFailedPrecondition,
                           "ESS_COLLAPSE",
                           "all weights are zero");
  }
  if (job.spec == "throw") {
    throw std::runtime_error("a bug");
  }
  if (job.spec == "exhaust") {
    throw std::bad_alloc();
  }
  TTFLOW_RETURN_IF_ERROR(stages.AppendStage("stage 1"));
  while (job.spec == "block" || (job.spec == "gate" && !gate_open())) {
    TTFLOW_RETURN_IF_ERROR(interrupter.Check());
    absl::SleepFor(absl::Milliseconds(1));
  }
  TTFLOW_RETURN_IF_ERROR(stages.AppendStage("stage 2"));
  TTFLOW_RETURN_IF_ERROR(stages.AppendStage("stage 3"));
  return MakeCompletion();
}

void FakeRunner::OpenGate() {
  const std::lock_guard lock(mutex_);
  gate_open_ = true;
}

bool FakeRunner::gate_open() const {
  const std::lock_guard lock(mutex_);
  return gate_open_;
}

bool FakeRunner::AwaitStarted(int count) {
  std::unique_lock lock(mutex_);
  return AwaitFor(lock, changed_, absl::Seconds(10), [this, count] {
    return static_cast<int>(started_.size()) >= count;
  });
}

std::vector<std::string> FakeRunner::started() const {
  const std::lock_guard lock(mutex_);
  return started_;
}

int FakeRunner::max_concurrent() const {
  const std::lock_guard lock(mutex_);
  return max_concurrent_;
}

}  // namespace ttflow::server
