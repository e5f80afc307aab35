// SampleStore: tables of numbers as checksummed chunks of about 1 MiB.

#ifndef TTFLOW_SERVER_STORAGE_SAMPLE_STORE_H_
#define TTFLOW_SERVER_STORAGE_SAMPLE_STORE_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace ttflow::server {

// Equally weighted samples [M, d]; the weighted cloud [N, d] and its log
// weights [N, 1].
enum class SampleKind { kSamples = 1, kParticles = 2, kLogWeights = 3 };

// A table to be written: rows are asked for piece by piece, so that the
// transposition to row-major needs no second copy of the whole.
struct RowSource {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  // Writes rows [first, first + count) to out [count * columns], row-major.
  std::function<void(
      std::int64_t first, std::int64_t count, std::span<double> out)>
      fill{};
};

// Rows [offset, offset + rows) of a table.
struct SampleBlock {
  std::int64_t offset = 0;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t total_rows = 0;
  std::vector<double> values;  // [rows * columns], row-major
};

// Reads what Database::Complete has written. Threads and common errors as
// JobStore.
class SampleStore {
 public:
  virtual ~SampleStore() = default;

  // Reads up to `max_rows` (>= 1) rows from `offset`; fewer where a chunk ends:
  // at most one chunk is in memory. Offset = total_rows gives an empty block.
  // Errors: kNotFound (SAMPLES_NOT_FOUND) if the job has no such table;
  //         kOutOfRange (OFFSET_PAST_END) beyond its end; kDataLoss
  //         (CHECKSUM_MISMATCH) if stored bytes have changed.
  virtual absl::StatusOr<SampleBlock> Read(std::string_view job_id,
                                           SampleKind kind,
                                           std::int64_t offset,
                                           std::int64_t max_rows) = 0;
};

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_STORAGE_SAMPLE_STORE_H_
