// Protobuf messages as JSON: one way for programs that speak protobuf, one for
// files that people and scripts read.

#ifndef TTFLOW_CLIENT_OUTPUT_PROTO_JSON_H_
#define TTFLOW_CLIENT_OUTPUT_PROTO_JSON_H_

#include <string>

#include "google/protobuf/message.h"
#include "nlohmann/json.hpp"

namespace ttflow::client {

using Json = nlohmann::ordered_json;

// The protobuf JSON mapping with the proto's field names, zeros included, on
// several lines: 64-bit integers are strings there, NaN is "NaN".
std::string ToProtobufJson(const google::protobuf::Message& message);

// Plain JSON: every number a number, what is not finite null, enums by their
// short lower-case names ("auto"), timestamps and durations in seconds, every
// field without presence printed, unset optional ones left out.
Json ToPlainJson(const google::protobuf::Message& message);

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_OUTPUT_PROTO_JSON_H_
