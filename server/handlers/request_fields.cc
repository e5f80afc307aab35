#include "server/handlers/request_fields.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "server/convert/resource_names.h"
#include "server/rpc/rpc_status.h"

namespace ttflow::server {
namespace {

// FNV-1a: a token is no secret, it only has to notice other filters.
std::string Digest(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return absl::StrCat(absl::Hex(hash, absl::kZeroPad16));
}

constexpr std::size_t kDigestSize = 16;

}  // namespace

absl::StatusOr<std::string> JobIdOf(std::string_view name) {
  if (auto id = ParseJobName(name); id.has_value()) return *std::move(id);
  return InvalidField("name", "must be \"jobs/<id>\"");
}

absl::StatusOr<std::string> FlowIdOf(std::string_view name) {
  if (auto id = ParseFlowName(name); id.has_value()) return *std::move(id);
  return InvalidField("name", "must be \"flows/<id>\"");
}

int PageSizeOf(std::int32_t page_size,
               const Limits& limits,
               Violations& violations) {
  if (page_size < 0) {
    violations.Add("page_size",
                   absl::StrCat("is ", page_size, "; must not be negative"));
    return limits.default_page_size;
  }
  return page_size == 0 ? limits.default_page_size
                        : std::min(page_size, limits.max_page_size);
}

std::string MakePageToken(std::string_view cursor, std::string_view filters) {
  return cursor.empty() ? std::string() : Digest(filters) + std::string(cursor);
}

std::string ParsePageToken(std::string_view token,
                           std::string_view filters,
                           Violations& violations) {
  if (token.empty()) return {};
  if (token.size() <= kDigestSize ||
      token.substr(0, kDigestSize) != Digest(filters)) {
    violations.Add("page_token",
                   "belongs to a request with other filters, or to none");
    return {};
  }
  return std::string(token.substr(kDigestSize));
}

}  // namespace ttflow::server
