// DirectoryLock: one server a data directory.

#ifndef TTFLOW_SERVER_STORAGE_DIRECTORY_LOCK_H_
#define TTFLOW_SERVER_STORAGE_DIRECTORY_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace ttflow::server {

// Holds an advisory lock (flock) on DIRECTORY/lock while it lives; the system
// releases it when the process dies, however it dies.
class DirectoryLock {
 public:
  // Makes the directory, readable by its owner alone, where it is missing.
  // Errors: kFailedPrecondition (STORE_LOCKED) if another holder lives;
  //         kInternal (STORE_FAILED) if the directory cannot be written.
  static absl::StatusOr<std::unique_ptr<DirectoryLock>> Acquire(
      const std::string& directory);

  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  explicit DirectoryLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_STORAGE_DIRECTORY_LOCK_H_
