// Waiting on a condition variable with a duration of Abseil's.
//
// The folder locks with std::mutex: the packaged Abseil is not built with the
// thread sanitizer, which then cannot see what its mutex orders.

#ifndef TTFLOW_SERVER_JOBS_AWAIT_H_
#define TTFLOW_SERVER_JOBS_AWAIT_H_

#include <condition_variable>
#include <mutex>
#include <utility>

#include "absl/time/time.h"

namespace ttflow::server {

// Waits until `predicate` holds, or for `patience` by the monotonic clock
// (which may be infinite); returns whether it holds.
template <typename Predicate>
bool AwaitFor(std::unique_lock<std::mutex>& lock,
              std::condition_variable& condition,
              absl::Duration patience,
              Predicate predicate) {
  // Beyond this the clock's arithmetic would overflow.
  constexpr absl::Duration kForever = absl::Hours(24 * 365);
  if (patience >= kForever) {
    condition.wait(lock, std::move(predicate));
    return true;
  }
  return condition.wait_for(
      lock, absl::ToChronoNanoseconds(patience), std::move(predicate));
}

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_JOBS_AWAIT_H_
