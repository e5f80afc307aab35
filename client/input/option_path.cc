#include "client/input/option_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>
#include <optional>

#include "client/errors/client_error.h"
#include "client/input/near_names.h"
#include "client/input/parameter_values.h"

namespace ttflow::client {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

void AddPaths(const Descriptor& descriptor,
              const std::string& prefix,
              std::vector<std::string>& to) {
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor& field = *descriptor.field(i);
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      to.push_back(prefix + field.name());
    } else if (!field.is_repeated()) {
      AddPaths(*field.message_type(), prefix + field.name() + ".", to);
    }
  }
}

std::string Lower(std::string text) {
  std::transform(
      text.begin(), text.end(), text.begin(), [](unsigned char letter) {
        return static_cast<char>(std::tolower(letter));
      });
  return text;
}

// "FLOW_MODE_" of FLOW_MODE_UNSPECIFIED: what all values begin with.
std::string EnumPrefix(const EnumDescriptor& descriptor) {
  const std::string& zero = descriptor.value(0)->name();
  constexpr std::string_view kUnspecified = "UNSPECIFIED";
  return zero.ends_with(kUnspecified)
             ? zero.substr(0, zero.size() - kUnspecified.size())
             : "";
}

std::string ShortName(const EnumValueDescriptor& value) {
  const std::string prefix = EnumPrefix(*value.type());
  return Lower(value.name().starts_with(prefix)
                   ? value.name().substr(prefix.size())
                   : value.name());
}

absl::Status Expected(std::string_view path,
                      std::string_view what,
                      std::string_view value) {
  return UsageError(fmt::format("--set {}={}: expected {}", path, value, what));
}

template <typename T>
std::optional<T> ParseInteger(std::string_view text) {
  T value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

std::optional<bool> ParseBool(std::string_view text) {
  const std::string lower = Lower(std::string(text));
  if (lower == "true" || lower == "on" || lower == "1" || lower == "yes")
    return true;
  if (lower == "false" || lower == "off" || lower == "0" || lower == "no")
    return false;
  return std::nullopt;
}

template <typename T>
std::string IntegerType() {
  return fmt::format("a whole number from {} to {}",
                     std::numeric_limits<T>::min(),
                     std::numeric_limits<T>::max());
}

absl::Status SetEnum(std::string_view path,
                     std::string_view value,
                     const FieldDescriptor& field,
                     Message& message) {
  const EnumDescriptor& type = *field.enum_type();
  for (int i = 0; i < type.value_count(); ++i) {
    const EnumValueDescriptor& candidate = *type.value(i);
    if (candidate.name() == value ||
        ShortName(candidate) == Lower(std::string(value))) {
      message.GetReflection()->SetEnum(&message, &field, &candidate);
      return absl::OkStatus();
    }
  }
  return Expected(
      path,
      fmt::format("one of {}", fmt::join(ShortEnumNames(type), ", ")),
      value);
}

absl::Status SetRepeated(std::string_view path,
                         std::string_view value,
                         const FieldDescriptor& field,
                         Message& message) {
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_DOUBLE) {
    return UsageError(
        fmt::format("--set {}: this list can only be set in a job file", path));
  }
  const absl::StatusOr<std::vector<double>> numbers =
      ParseParameterValues(value);
  if (!numbers.ok())
    return Expected(path, "numbers, as 1,2,3 or [1, 2, 3]", value);
  const Reflection& reflection = *message.GetReflection();
  reflection.ClearField(&message, &field);
  for (const double number : *numbers)
    reflection.AddDouble(&message, &field, number);
  return absl::OkStatus();
}

absl::Status SetScalar(std::string_view path,
                       std::string_view value,
                       const FieldDescriptor& field,
                       Message& message) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32: {
      const auto number = ParseInteger<std::int32_t>(value);
      if (!number) return Expected(path, IntegerType<std::int32_t>(), value);
      reflection.SetInt32(&message, &field, *number);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_INT64: {
      const auto number = ParseInteger<std::int64_t>(value);
      if (!number) return Expected(path, IntegerType<std::int64_t>(), value);
      reflection.SetInt64(&message, &field, *number);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_UINT32: {
      const auto number = ParseInteger<std::uint32_t>(value);
      if (!number) return Expected(path, IntegerType<std::uint32_t>(), value);
      reflection.SetUInt32(&message, &field, *number);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_UINT64: {
      const auto number = ParseInteger<std::uint64_t>(value);
      if (!number) return Expected(path, IntegerType<std::uint64_t>(), value);
      reflection.SetUInt64(&message, &field, *number);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_DOUBLE: {
      const auto number = ParseNumber(value);
      if (!number) return Expected(path, "a number", value);
      reflection.SetDouble(&message, &field, *number);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_FLOAT: {
      const auto number = ParseNumber(value);
      if (!number) return Expected(path, "a number", value);
      reflection.SetFloat(&message, &field, static_cast<float>(*number));
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_BOOL: {
      const auto flag = ParseBool(value);
      if (!flag) return Expected(path, "true or false", value);
      reflection.SetBool(&message, &field, *flag);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_STRING:
      reflection.SetString(&message, &field, std::string(value));
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_ENUM:
      return SetEnum(path, value, field, message);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  return Expected(path, "a field", value);
}

absl::Status UnknownPath(std::string_view path, const Descriptor& root) {
  const std::vector<std::string> all = OptionPaths(root);
  std::vector<std::string> mend;
  // A group alone, such as "flow": its members are what was meant.
  std::vector<std::string> members;
  for (const std::string& candidate : all) {
    if (candidate.starts_with(std::string(path) + "."))
      members.push_back(candidate);
  }
  if (!members.empty()) {
    mend.push_back(fmt::format("it has: {}", fmt::join(members, ", ")));
    return UsageError(fmt::format("--set {}: this is a group of options", path),
                      mend);
  }
  const std::vector<std::string> near = NearNames(path, all);
  if (!near.empty())
    mend.push_back(fmt::format("did you mean {}?", fmt::join(near, ", ")));
  mend.emplace_back("all of them: ttflow run --help");
  return UsageError(fmt::format("--set {}: there is no such option", path),
                    mend);
}

}  // namespace

std::vector<std::string> OptionPaths(const Descriptor& descriptor) {
  std::vector<std::string> paths;
  AddPaths(descriptor, "", paths);
  return paths;
}

std::vector<std::string> ShortEnumNames(const EnumDescriptor& descriptor) {
  std::vector<std::string> names;
  for (int i = 0; i < descriptor.value_count(); ++i) {
    const std::string name = ShortName(*descriptor.value(i));
    if (name != "unspecified") names.push_back(name);
  }
  return names;
}

absl::Status SetOption(std::string_view path,
                       std::string_view value,
                       Message& message) {
  // The way is looked up before anything changes: a wrong path leaves no trace.
  std::vector<const FieldDescriptor*> way;
  const Descriptor* at = message.GetDescriptor();
  std::string_view rest = path;
  while (at != nullptr) {
    const std::size_t dot = rest.find('.');
    const FieldDescriptor* const field =
        at->FindFieldByName(std::string(rest.substr(0, dot)));
    if (field == nullptr) break;
    way.push_back(field);
    const bool is_group =
        field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
        !field->is_repeated();
    if (dot == std::string_view::npos) {
      if (is_group) break;
      Message* target = &message;
      for (std::size_t i = 0; i + 1 < way.size(); ++i) {
        target = target->GetReflection()->MutableMessage(target, way[i]);
      }
      return field->is_repeated() ? SetRepeated(path, value, *field, *target)
                                  : SetScalar(path, value, *field, *target);
    }
    rest.remove_prefix(dot + 1);
    at = is_group ? field->message_type() : nullptr;
  }
  return UnknownPath(path, *message.GetDescriptor());
}

}  // namespace ttflow::client
