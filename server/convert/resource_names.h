// Resource names: "jobs/<id>" and "flows/<id>".

#ifndef TTFLOW_SERVER_CONVERT_RESOURCE_NAMES_H_
#define TTFLOW_SERVER_CONVERT_RESOURCE_NAMES_H_

#include <optional>
#include <string>
#include <string_view>

namespace ttflow::server {

std::string JobName(std::string_view id);
std::string FlowName(std::string_view id);

// Return the id of a name; nullopt where the collection is another, or the id
// is empty, longer than 64 characters or has any beyond [a-z0-9-].
std::optional<std::string> ParseJobName(std::string_view name);
std::optional<std::string> ParseFlowName(std::string_view name);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_CONVERT_RESOURCE_NAMES_H_
