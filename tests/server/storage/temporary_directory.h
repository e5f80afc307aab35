// A directory of a test's own, removed with everything in it.

#ifndef TTFLOW_TESTS_SERVER_STORAGE_TEMPORARY_DIRECTORY_H_
#define TTFLOW_TESTS_SERVER_STORAGE_TEMPORARY_DIRECTORY_H_

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "core/foundation/check.h"

namespace ttflow::server {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    path_ = (std::filesystem::temp_directory_path() / "ttflow-XXXXXX").string();
    TTFLOW_CHECK(mkdtemp(path_.data()) != nullptr);
  }
  ~TemporaryDirectory() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace ttflow::server

#endif  // TTFLOW_TESTS_SERVER_STORAGE_TEMPORARY_DIRECTORY_H_
