// Option paths: --set flow.max_rank=4 on any message, by reflection.

#ifndef TTFLOW_CLIENT_INPUT_OPTION_PATH_H_
#define TTFLOW_CLIENT_INPUT_OPTION_PATH_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace ttflow::client {

// Dotted paths of all settable fields below a message, in the order of the
// proto.
std::vector<std::string> OptionPaths(
    const google::protobuf::Descriptor& descriptor);

// Short names of an enum's values, as they are written on the command line: the
// common prefix off, lower case: FLOW_MODE_AUTO -> "auto". Without UNSPECIFIED.
std::vector<std::string> ShortEnumNames(
    const google::protobuf::EnumDescriptor& descriptor);

// Sets the field at `path` to what `value` says. Numbers are checked against
// the field's type; booleans are true, false, on, off, 1 or 0; enums take the
// short or the full name; repeated numbers a comma list or a JSON array and
// replace what was there. Errors: usage errors that name the path and list near
// names or allowed values.
absl::Status SetOption(std::string_view path,
                       std::string_view value,
                       google::protobuf::Message& message);

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_INPUT_OPTION_PATH_H_
