#include "server/convert/resource_names.h"

#include <algorithm>

namespace ttflow::server {
namespace {

constexpr std::string_view kJobs = "jobs/";
constexpr std::string_view kFlows = "flows/";
constexpr std::size_t kMaxIdBytes = 64;

std::optional<std::string> ParseName(std::string_view collection,
                                     std::string_view name) {
  if (!name.starts_with(collection)) return std::nullopt;
  const std::string_view id = name.substr(collection.size());
  const bool valid =
      !id.empty() && id.size() <= kMaxIdBytes &&
      std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
      });
  if (!valid) return std::nullopt;
  return std::string(id);
}

}  // namespace

std::string JobName(std::string_view id) {
  return std::string(kJobs).append(id);
}
std::string FlowName(std::string_view id) {
  return std::string(kFlows).append(id);
}
std::optional<std::string> ParseJobName(std::string_view name) {
  return ParseName(kJobs, name);
}
std::optional<std::string> ParseFlowName(std::string_view name) {
  return ParseName(kFlows, name);
}

}  // namespace ttflow::server
