// RunControl: how a running job is told to stop.

#ifndef TTFLOW_SERVER_JOBS_RUN_CONTROL_H_
#define TTFLOW_SERVER_JOBS_RUN_CONTROL_H_

#include <atomic>
#include <chrono>

#include "absl/status/status.h"
#include "core/foundation/interrupter.h"

namespace ttflow::server {

enum class StopReason { kNone, kCancel, kShutdown };

// The interrupter of one attempt. A cancel wins over a shutdown: the user's
// wish is kept. Its clock starts with it. Threads: RequestStop from any, the
// others from the run's own.
class RunControl final : public Interrupter {
 public:
  void RequestStop(StopReason reason) {
    if (reason == StopReason::kCancel) {
      reason_.store(reason, std::memory_order_relaxed);
      return;
    }
    StopReason none = StopReason::kNone;
    reason_.compare_exchange_strong(none, reason, std::memory_order_relaxed);
  }

  StopReason reason() const { return reason_.load(std::memory_order_relaxed); }

  absl::Status Check() override {
    switch (reason()) {
      case StopReason::kNone:
        return absl::OkStatus();
      case StopReason::kCancel:
        return absl::CancelledError("the job was cancelled");
      case StopReason::kShutdown:
        return absl::UnavailableError("the server is stopping");
    }
    return absl::OkStatus();
  }

  double SecondsUsed() override {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() -
                                         start_)
        .count();
  }

 private:
  const std::chrono::steady_clock::time_point start_ =
      std::chrono::steady_clock::now();
  std::atomic<StopReason> reason_{StopReason::kNone};
};

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_JOBS_RUN_CONTROL_H_
