// FlowStore: trained flows; they outlive the job that trained them.

#ifndef TTFLOW_SERVER_STORAGE_FLOW_STORE_H_
#define TTFLOW_SERVER_STORAGE_FLOW_STORE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace ttflow::server {

// What a finished job leaves behind to draw from.
struct NewFlow {
  std::string model;  // the Model, serialised
  std::string
      target;  // the target's specification, serialised: drawing needs it
  std::int64_t dimension = 0;
  std::int64_t num_stages = 0;
};

struct FlowRecord {
  std::string id;      // that of the job that trained it
  std::string job_id;  // may have been deleted
  absl::Time create_time;
  std::int64_t dimension = 0;
  std::int64_t num_stages = 0;
  std::int64_t model_bytes = 0;
  std::string target;
  std::string model;  // empty in lists
};

struct FlowPage {
  std::vector<FlowRecord> flows;  // newest first
  std::string next_cursor;        // empty: no more
};

// Keeps flows. Threads and common errors as JobStore.
class FlowStore {
 public:
  virtual ~FlowStore() = default;

  // Errors: kNotFound (FLOW_NOT_FOUND); kDataLoss (CHECKSUM_MISMATCH).
  virtual absl::StatusOr<FlowRecord> Get(std::string_view id) = 0;

  // Errors: kInvalidArgument for a cursor that is not one of this store's.
  virtual absl::StatusOr<FlowPage> List(int page_size,
                                        std::string_view cursor) = 0;

  // Errors: kNotFound (FLOW_NOT_FOUND).
  virtual absl::Status Delete(std::string_view id) = 0;
};

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_STORAGE_FLOW_STORE_H_
