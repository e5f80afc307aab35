#include "server/storage/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "server/storage/store_error.h"

namespace ttflow::server {

absl::StatusOr<std::unique_ptr<DirectoryLock>> DirectoryLock::Acquire(
    const std::string& directory) {
  std::error_code error;
  if (std::filesystem::create_directories(directory, error)) {
    std::filesystem::permissions(
        directory, std::filesystem::perms::owner_all, error);
  }
  if (error) {
    return ErrorWithReason(absl::StatusCode::kInternal,
                           kStoreFailed,
                           absl::StrCat("cannot make the data directory ",
                                        directory,
                                        ": ",
                                        error.message()));
  }
  const std::string path = directory + "/lock";
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return ErrorWithReason(
        absl::StatusCode::kInternal,
        kStoreFailed,
        absl::StrCat("cannot open ", path, ": ", std::strerror(errno)));
  }
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    close(descriptor);
    return ErrorWithReason(
        absl::StatusCode::kFailedPrecondition,
        kStoreLocked,
        absl::StrCat(
            "the data directory ", directory, " is used by another server"));
  }
  return std::unique_ptr<DirectoryLock>(new DirectoryLock(descriptor));
}

DirectoryLock::~DirectoryLock() { close(descriptor_); }

}  // namespace ttflow::server
