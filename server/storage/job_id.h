// Job ids: UUIDs that sort by the time they were made.

#ifndef TTFLOW_SERVER_STORAGE_JOB_ID_H_
#define TTFLOW_SERVER_STORAGE_JOB_ID_H_

#include <cstdint>
#include <mutex>
#include <random>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace ttflow::server {

// Makes UUIDs of version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, a
// 12-bit counter within the millisecond (method 1 of section 6.2), 62 random
// bits. Ids of one generator increase strictly, also where the clock steps
// back. Threads: safe to call concurrently.
class JobIdGenerator {
 public:
  JobIdGenerator();

  // Returns "xxxxxxxx-xxxx-7xxx-yxxx-xxxxxxxxxxxx", lower case.
  std::string Next(absl::Time now);

 private:
  std::mutex mutex_;  // guards all below
  std::mt19937_64 random_;
  std::int64_t last_milliseconds_ = 0;
  std::uint32_t counter_ = 0;
};

// Whether the text is a UUID of any version in its canonical form, either case.
bool IsUuid(std::string_view text);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_STORAGE_JOB_ID_H_
