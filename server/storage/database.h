// Database: the seam between the server and where its jobs are kept.

#ifndef TTFLOW_SERVER_STORAGE_DATABASE_H_
#define TTFLOW_SERVER_STORAGE_DATABASE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/storage/flow_store.h"
#include "server/storage/job_store.h"
#include "server/storage/sample_store.h"
#include "server/storage/stage_store.h"

namespace ttflow::server {

// Everything that a successful attempt leaves behind.
struct Completion {
  std::string result{};  // serialised
  RowSource samples{};
  RowSource particles{};    // no rows: not kept
  RowSource log_weights{};  // [N, 1]
  std::optional<NewFlow> flow{};
};

// A job and its stages after a sequence, read at one instant.
struct JobChanges {
  JobRecord job;
  std::vector<StageRecord> stages;
  // No stage beyond these at that instant: a terminal state may be reported.
  bool complete = true;
};

// Four stores over one database, and what concerns several of them at once.
class Database {
 public:
  virtual ~Database() = default;

  virtual JobStore& jobs() = 0;
  virtual StageStore& stages() = 0;
  virtual SampleStore& samples() = 0;
  virtual FlowStore& flows() = 0;

  // Writes result, tables and flow and moves the job to SUCCEEDED: all or
  // nothing. Errors: kAborted (CLAIM_LOST) if the claim does not hold any more.
  virtual absl::Status Complete(const Claim& claim,
                                const Completion& completion) = 0;

  // Returns the job with up to `max_stages` of its stages after a sequence.
  // Errors: kNotFound (JOB_NOT_FOUND).
  virtual absl::StatusOr<JobChanges> ReadChanges(std::string_view job_id,
                                                 std::int64_t after_sequence,
                                                 int max_stages) = 0;
};

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_STORAGE_DATABASE_H_
