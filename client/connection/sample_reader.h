// Sample reader: the rows of a job, over broken streams.

#ifndef TTFLOW_CLIENT_CONNECTION_SAMPLE_READER_H_
#define TTFLOW_CLIENT_CONNECTION_SAMPLE_READER_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "client/connection/canceller.h"
#include "client/connection/connection.h"

namespace ttflow::client {

// Some consecutive rows; the spans live as long as the call that hands them
// over.
struct RowBatch {
  std::int64_t offset = 0;      // of the first row
  std::int64_t total_rows = 0;  // of the job
  std::int32_t dimension = 0;
  std::span<const double> values;       // [rows, dimension], row-major
  std::span<const double> log_weights;  // [rows] for particles, else empty
};

struct RowRange {
  std::int64_t offset = 0;
  std::int64_t limit = 0;  // 0: to the end
};

// Reads rows of job `name` in order, each exactly once; a stream that ends with
// UNAVAILABLE or UNKNOWN is opened again at the next row. Memory: one message.
// Errors: kCancelled when `canceller` was; kDataLoss where a message
// contradicts itself; those of the call and of `take`.
absl::Status ReadRows(
    const Connection& connection,
    const std::string& name,
    v1::SampleKind kind,
    RowRange range,
    Canceller& canceller,
    const std::function<absl::Status(const RowBatch&)>& take,
    std::chrono::milliseconds patience = std::chrono::seconds(60));

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_CONNECTION_SAMPLE_READER_H_
