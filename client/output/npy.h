// NPY: arrays of float64 in numpy's file format 1.0.

#ifndef TTFLOW_CLIENT_OUTPUT_NPY_H_
#define TTFLOW_CLIENT_OUTPUT_NPY_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/output/atomic_file.h"

namespace ttflow::client {

// Returns the header of a little-endian float64 array in C order: magic,
// version 1.0, the length, the dictionary, spaces, a newline; a multiple of 64
// bytes. Source: numpy/lib/format.py, "Format Version 1.0".
std::string NpyHeader(std::span<const std::int64_t> shape);

// A matrix [rows, columns], row-major, written as its rows arrive; complete or
// absent.
class NpyWriter {
 public:
  // `columns` 0 makes a vector [rows].
  static absl::StatusOr<NpyWriter> Create(const std::string& path,
                                          std::int64_t columns);

  // Appends whole rows; values.size() is a multiple of max(columns, 1).
  absl::Status Append(std::span<const double> values);

  std::int64_t num_rows() const { return rows_; }

  // Writes the true number of rows into the header and puts the file in place.
  absl::Status Commit();

 private:
  NpyWriter(AtomicFile file, std::int64_t columns)
      : file_(std::move(file)), columns_(columns) {}

  std::vector<std::int64_t> Shape() const;

  AtomicFile file_;
  std::int64_t columns_;
  std::int64_t rows_ = 0;
};

struct NpyArray {
  std::vector<std::int64_t> shape;
  std::vector<double> values;  // row-major
};

// Reads a file that NpyWriter (or numpy, for float64 in C order) has written.
// Errors: kInvalidArgument where it is another type, order or no such file
// format.
absl::StatusOr<NpyArray> ReadNpy(const std::string& path);

// Reads the bytes of such a file.
absl::StatusOr<NpyArray> ParseNpy(std::string_view bytes);

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_OUTPUT_NPY_H_
