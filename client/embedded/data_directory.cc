#include <cstdlib>

#include "client/embedded/embedded_server.h"
#include "client/errors/client_error.h"

namespace ttflow::client {
namespace {

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

absl::StatusOr<std::string> DataDirectory() {
  if (const std::string given = Variable("TTFLOW_DATA_DIR"); !given.empty())
    return given;
  // The base directory specification: a relative path there is to be ignored.
  if (const std::string xdg = Variable("XDG_DATA_HOME"); xdg.starts_with('/')) {
    return xdg + "/ttflow";
  }
  if (const std::string home = Variable("HOME"); !home.empty()) {
    return home + "/.local/share/ttflow";
  }
  return UsageError(
      "there is no place for jobs: HOME is not set",
      {"name one: TTFLOW_DATA_DIR=DIR", "or use a server: --server ADDR"});
}

}  // namespace ttflow::client
