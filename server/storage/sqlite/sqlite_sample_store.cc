#include "server/storage/sqlite/sqlite_sample_store.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/foundation/status_macros.h"
#include "server/storage/checksum.h"
#include "server/storage/store_error.h"

namespace ttflow::server {
namespace {

static_assert(std::endian::native == std::endian::little,
              "chunks are little-endian and copied as they are in memory");

constexpr std::int64_t kChunkBytes = 1 << 20;
constexpr std::int64_t kValueBytes = sizeof(double);

// The shape of a stored table.
struct TableShape {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t rows_per_chunk = 0;
};

absl::StatusOr<TableShape> ReadShape(Connection& connection,
                                     std::string_view job_id,
                                     SampleKind kind) {
  Statement statement = connection.Prepare(
      "SELECT rows, columns, rows_per_chunk FROM sample_tables"
      " WHERE job_id = ?1 AND kind = ?2");
  statement.BindText(1, job_id).Bind(2, static_cast<std::int64_t>(kind));
  TTFLOW_ASSIGN_OR_RETURN(const bool found, statement.Step());
  if (!found) {
    return NotFoundError(
        kSamplesNotFound,
        job_id,
        absl::StrCat("job ",
                     absl::string_view(job_id.data(), job_id.size()),
                     " has no such samples"));
  }
  return TableShape{statement.Int(0), statement.Int(1), statement.Int(2)};
}

absl::Status DamagedError(std::string_view job_id, std::int64_t sequence) {
  return ErrorWithReason(
      absl::StatusCode::kDataLoss,
      kChecksumMismatch,
      absl::StrCat("chunk ",
                   sequence,
                   " of the samples of job ",
                   absl::string_view(job_id.data(), job_id.size()),
                   " is damaged"));
}

// Reads the rows of the chunk that holds row `offset`, from there on.
absl::StatusOr<SampleBlock> ReadChunk(Connection& connection,
                                      std::string_view job_id,
                                      SampleKind kind,
                                      const TableShape& shape,
                                      std::int64_t offset,
                                      std::int64_t max_rows) {
  const std::int64_t sequence = offset / shape.rows_per_chunk;
  Statement statement = connection.Prepare(
      "SELECT first_row, rows, crc32c, data FROM sample_chunks"
      " WHERE job_id = ?1 AND kind = ?2 AND sequence = ?3");
  statement.BindText(1, job_id)
      .Bind(2, static_cast<std::int64_t>(kind))
      .Bind(3, sequence);
  TTFLOW_ASSIGN_OR_RETURN(const bool found, statement.Step());
  if (!found) {
    return DamagedError(job_id, sequence);
  }
  const std::int64_t first_row = statement.Int(0);
  const std::int64_t chunk_rows = statement.Int(1);
  const std::string_view data = statement.BytesView(3);
  const std::int64_t row_bytes = shape.columns * kValueBytes;
  const bool intact =
      first_row == sequence * shape.rows_per_chunk &&
      first_row + chunk_rows > offset &&
      static_cast<std::int64_t>(data.size()) == chunk_rows * row_bytes &&
      std::int64_t{Crc32c(data)} == statement.Int(2);
  if (!intact) {
    return DamagedError(job_id, sequence);
  }
  SampleBlock block;
  block.offset = offset;
  block.rows = std::min(max_rows, first_row + chunk_rows - offset);
  block.columns = shape.columns;
  block.total_rows = shape.rows;
  block.values.resize(static_cast<std::size_t>(block.rows * shape.columns));
  std::memcpy(block.values.data(),
              data.data() + (offset - first_row) * row_bytes,
              static_cast<std::size_t>(block.rows * row_bytes));
  return block;
}

}  // namespace

absl::Status WriteTable(Connection& connection,
                        const Claim& claim,
                        SampleKind kind,
                        const RowSource& source) {
  if (source.columns == 0) {
    return absl::OkStatus();
  }
  const std::int64_t row_bytes = source.columns * kValueBytes;
  const std::int64_t rows_per_chunk =
      std::max<std::int64_t>(1, kChunkBytes / row_bytes);
  TTFLOW_RETURN_IF_ERROR(
      connection
          .Prepare(
              "INSERT INTO sample_tables (job_id, kind, attempt, rows, columns,"
              " rows_per_chunk) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
          .BindText(1, claim.job_id)
          .Bind(2, static_cast<std::int64_t>(kind))
          .Bind(3, claim.attempt)
          .Bind(4, source.rows)
          .Bind(5, source.columns)
          .Bind(6, rows_per_chunk)
          .Run());
  std::vector<double> values;
  for (std::int64_t first = 0; first < source.rows; first += rows_per_chunk) {
    const std::int64_t count = std::min(rows_per_chunk, source.rows - first);
    values.resize(static_cast<std::size_t>(count * source.columns));
    source.fill(first, count, values);
    const std::string_view bytes(reinterpret_cast<const char*>(values.data()),
                                 values.size() * sizeof(double));
    TTFLOW_RETURN_IF_ERROR(
        connection
            .Prepare(
                "INSERT INTO sample_chunks (job_id, attempt, kind, sequence,"
                " first_row, rows, crc32c, data)"
                " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
            .BindText(1, claim.job_id)
            .Bind(2, claim.attempt)
            .Bind(3, static_cast<std::int64_t>(kind))
            .Bind(4, first / rows_per_chunk)
            .Bind(5, first)
            .Bind(6, count)
            .Bind(7, std::int64_t{Crc32c(bytes)})
            .BindBlob(8, bytes)
            .Run());
  }
  return absl::OkStatus();
}

absl::StatusOr<SampleBlock> SqliteSampleStore::Read(std::string_view job_id,
                                                    SampleKind kind,
                                                    std::int64_t offset,
                                                    std::int64_t max_rows) {
  return pool_.Read([&](Connection& connection) -> absl::StatusOr<SampleBlock> {
    TTFLOW_ASSIGN_OR_RETURN(const TableShape shape,
                            ReadShape(connection, job_id, kind));
    if (offset < 0 || offset > shape.rows) {
      return ErrorWithReason(
          absl::StatusCode::kOutOfRange,
          kOffsetPastEnd,
          absl::StrCat(
              "offset ", offset, " is outside the ", shape.rows, " rows"));
    }
    if (offset == shape.rows) {
      return SampleBlock{.offset = offset,
                         .rows = 0,
                         .columns = shape.columns,
                         .total_rows = shape.rows,
                         .values = {}};
    }
    return ReadChunk(connection, job_id, kind, shape, offset, max_rows);
  });
}

}  // namespace ttflow::server
