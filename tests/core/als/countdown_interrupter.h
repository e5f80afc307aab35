// An interrupter that says cancelled at one of its checks.

#ifndef TTFLOW_TESTS_CORE_ALS_COUNTDOWN_INTERRUPTER_H_
#define TTFLOW_TESTS_CORE_ALS_COUNTDOWN_INTERRUPTER_H_

#include "core/foundation/interrupter.h"

namespace ttflow {

// At its k-th check, counted from 1; never for k = 0.
class CountdownInterrupter final : public Interrupter {
 public:
  explicit CountdownInterrupter(int k) : k_(k) {}
  absl::Status Check() override {
    ++num_checks_;
    return num_checks_ == k_ ? absl::CancelledError("stop") : absl::OkStatus();
  }
  int num_checks() const { return num_checks_; }

 private:
  int k_;
  int num_checks_ = 0;
};

}  // namespace ttflow

#endif  // TTFLOW_TESTS_CORE_ALS_COUNTDOWN_INTERRUPTER_H_
