// StageStore: the rows that watchers of a job read.

#ifndef TTFLOW_SERVER_STORAGE_STAGE_STORE_H_
#define TTFLOW_SERVER_STORAGE_STAGE_STORE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/storage/job_store.h"

namespace ttflow::server {

// One executed stage. Sequences of a job are 1, 2, ... without gap; they go on
// over attempts, so that a watcher who resumes misses nothing.
struct StageRecord {
  std::int64_t sequence = 0;
  int attempt = 0;
  absl::Time time;
  std::string stage;  // serialised
};

// Keeps the stages of jobs. Threads and common errors as JobStore.
class StageStore {
 public:
  virtual ~StageStore() = default;

  // Appends a row and returns its sequence. Errors: kAborted (CLAIM_LOST).
  virtual absl::StatusOr<std::int64_t> Append(const Claim& claim,
                                              std::string_view stage) = 0;

  // Returns up to `limit` rows with sequence > after_sequence, in order; none
  // for an unknown job.
  virtual absl::StatusOr<std::vector<StageRecord>> List(
      std::string_view job_id, std::int64_t after_sequence, int limit) = 0;
};

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_STORAGE_STAGE_STORE_H_
