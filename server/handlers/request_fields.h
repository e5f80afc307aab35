// Request fields: the checks that several handlers share.

#ifndef TTFLOW_SERVER_HANDLERS_REQUEST_FIELDS_H_
#define TTFLOW_SERVER_HANDLERS_REQUEST_FIELDS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/foundation/violations.h"
#include "server/limits.h"

namespace ttflow::server {

// Return the id of "jobs/<id>" or "flows/<id>"; kInvalidArgument for any other
// name.
absl::StatusOr<std::string> JobIdOf(std::string_view name);
absl::StatusOr<std::string> FlowIdOf(std::string_view name);

// Returns the size of a page: the default for 0, reduced to the limit; a
// negative one is a fault of field "page_size".
int PageSizeOf(std::int32_t page_size,
               const Limits& limits,
               Violations& violations);

// A page token binds the store's cursor to the filters of the request that it
// came from. `filters` is any text that tells them apart.
std::string MakePageToken(std::string_view cursor, std::string_view filters);
// Returns the cursor; a token of other filters is a fault of "page_token".
std::string ParsePageToken(std::string_view token,
                           std::string_view filters,
                           Violations& violations);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_HANDLERS_REQUEST_FIELDS_H_
