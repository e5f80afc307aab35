// AtomicFile: a file that is either absent (or old) or complete.

#ifndef TTFLOW_CLIENT_OUTPUT_ATOMIC_FILE_H_
#define TTFLOW_CLIENT_OUTPUT_ATOMIC_FILE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace ttflow::client {

// Writes to a temporary file beside the wanted one; Commit flushes it to the
// disk and renames it. Destroyed without Commit, it leaves nothing behind.
class AtomicFile {
 public:
  // Errors: kPermissionDenied, kNotFound (no such folder), kResourceExhausted
  // (disk full) and others by errno, with the path.
  static absl::StatusOr<AtomicFile> Create(const std::string& path);

  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&& other) noexcept;
  ~AtomicFile();

  absl::Status Append(std::string_view bytes);
  // Overwrites bytes at `offset` from the start, which must be written already.
  absl::Status Overwrite(std::size_t offset, std::string_view bytes);
  absl::Status Commit();

 private:
  AtomicFile(std::string path, std::string temporary, int descriptor);
  void Discard();

  std::string path_;
  std::string temporary_;
  int descriptor_ = -1;
};

// Writes the whole of `bytes` to `path`, atomically.
absl::Status WriteFileAtomically(const std::string& path,
                                 std::string_view bytes);

// Reads a whole file; "-" is the standard input.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// Makes the folder and its parents where they are missing.
absl::Status MakeDirectories(const std::string& path);

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_OUTPUT_ATOMIC_FILE_H_
