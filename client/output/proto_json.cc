#include "client/output/proto_json.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/json_util.h"

namespace ttflow::client {
namespace {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

Json Number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

// FLOW_MODE_AUTO of an enum whose zero is FLOW_MODE_UNSPECIFIED: "auto".
std::string ShortName(const EnumValueDescriptor& value) {
  std::string name = value.name();
  const std::string& zero = value.type()->value(0)->name();
  const std::size_t prefix = zero.find("UNSPECIFIED");
  if (prefix != std::string::npos && name.starts_with(zero.substr(0, prefix))) {
    name.erase(0, prefix);
  }
  std::transform(
      name.begin(), name.end(), name.begin(), [](unsigned char letter) {
        return static_cast<char>(std::tolower(letter));
      });
  return name;
}

// One value of a field; `index` is -1 for a single one.
Json FieldValue(const Message& message,
                const FieldDescriptor& field,
                int index) {
  const Reflection& reflection = *message.GetReflection();
  const bool single = index < 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return single ? reflection.GetInt32(message, &field)
                    : reflection.GetRepeatedInt32(message, &field, index);
    case FieldDescriptor::CPPTYPE_INT64:
      return single ? reflection.GetInt64(message, &field)
                    : reflection.GetRepeatedInt64(message, &field, index);
    case FieldDescriptor::CPPTYPE_UINT32:
      return single ? reflection.GetUInt32(message, &field)
                    : reflection.GetRepeatedUInt32(message, &field, index);
    case FieldDescriptor::CPPTYPE_UINT64:
      return single ? reflection.GetUInt64(message, &field)
                    : reflection.GetRepeatedUInt64(message, &field, index);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return Number(single
                        ? reflection.GetDouble(message, &field)
                        : reflection.GetRepeatedDouble(message, &field, index));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return Number(static_cast<double>(
          single ? reflection.GetFloat(message, &field)
                 : reflection.GetRepeatedFloat(message, &field, index)));
    case FieldDescriptor::CPPTYPE_BOOL:
      return single ? reflection.GetBool(message, &field)
                    : reflection.GetRepeatedBool(message, &field, index);
    case FieldDescriptor::CPPTYPE_STRING:
      return single ? reflection.GetString(message, &field)
                    : reflection.GetRepeatedString(message, &field, index);
    case FieldDescriptor::CPPTYPE_ENUM:
      return ShortName(
          *(single ? reflection.GetEnum(message, &field)
                   : reflection.GetRepeatedEnum(message, &field, index)));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return ToPlainJson(
          single ? reflection.GetMessage(message, &field)
                 : reflection.GetRepeatedMessage(message, &field, index));
  }
  return nullptr;
}

Json MapValue(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  const FieldDescriptor& key = *field.message_type()->map_key();
  const FieldDescriptor& value = *field.message_type()->map_value();
  // Map order is random in memory: sorted by key, the file is the same every
  // time.
  std::map<std::string, Json> sorted;
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    const Message& entry = reflection.GetRepeatedMessage(message, &field, i);
    const Json name = FieldValue(entry, key, -1);
    sorted[name.is_string() ? name.get<std::string>() : name.dump()] =
        FieldValue(entry, value, -1);
  }
  Json object = Json::object();
  for (auto& [name, item] : sorted) object[name] = std::move(item);
  return object;
}

// Seconds of a Timestamp or Duration: both have `seconds` and `nanos`.
Json Seconds(const Message& message) {
  const auto& descriptor = *message.GetDescriptor();
  const Reflection& reflection = *message.GetReflection();
  const auto seconds =
      reflection.GetInt64(message, descriptor.FindFieldByName("seconds"));
  const auto nanos =
      reflection.GetInt32(message, descriptor.FindFieldByName("nanos"));
  return Number(static_cast<double>(seconds) + 1e-9 * nanos);
}

}  // namespace

std::string ToProtobufJson(const Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status =
      google::protobuf::util::MessageToJsonString(message, &json, options);
  return status.ok() ? json : "{}\n";
}

Json ToPlainJson(const Message& message) {
  const auto& descriptor = *message.GetDescriptor();
  if (descriptor.full_name() == "google.protobuf.Timestamp" ||
      descriptor.full_name() == "google.protobuf.Duration") {
    return Seconds(message);
  }
  const Reflection& reflection = *message.GetReflection();
  Json object = Json::object();
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor& field = *descriptor.field(i);
    if (field.is_map()) {
      object[field.name()] = MapValue(message, field);
    } else if (field.is_repeated()) {
      Json list = Json::array();
      for (int k = 0; k < reflection.FieldSize(message, &field); ++k) {
        list.push_back(FieldValue(message, field, k));
      }
      object[field.name()] = std::move(list);
    } else if (!field.has_presence() || reflection.HasField(message, &field)) {
      object[field.name()] = FieldValue(message, field, -1);
    }
  }
  return object;
}

}  // namespace ttflow::client
