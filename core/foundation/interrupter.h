// Interrupter: the one callback that the engine knows.

#ifndef TTFLOW_CORE_FOUNDATION_INTERRUPTER_H_
#define TTFLOW_CORE_FOUNDATION_INTERRUPTER_H_

#include "absl/status/status.h"

namespace ttflow {

// Tells the engine whether to stop. Asked before every batch of energies and
// between the parts of a fit, from the thread that runs the sampler.
class Interrupter {
 public:
  virtual ~Interrupter() = default;

  // Returns OK to go on; any other status ends the run and is handed to the
  // caller unchanged (kCancelled on a user's cancel, kDeadlineExceeded, ...).
  virtual absl::Status Check() = 0;

  // Seconds since the run began, for a limit in time (max_seconds). The engine
  // has no clock of its own; zero where nobody measures.
  virtual double SecondsUsed() { return 0; }
};

// Never interrupts.
class NullInterrupter final : public Interrupter {
 public:
  absl::Status Check() override { return absl::OkStatus(); }
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_FOUNDATION_INTERRUPTER_H_
