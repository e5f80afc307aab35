#include "client/input/parameter_values.h"

#include <fmt/format.h>

#include <charconv>

#include "client/errors/client_error.h"
#include "nlohmann/json.hpp"

namespace ttflow::client {
namespace {

using Json = nlohmann::ordered_json;

std::string_view Trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

// Appends the numbers of `value`. Arrays of one level all have the same length:
// lengths[depth].
absl::Status Flatten(const Json& value,
                     std::size_t depth,
                     std::vector<std::size_t>& lengths,
                     std::vector<double>& numbers) {
  if (value.is_number()) {
    if (depth < lengths.size())
      return absl::InvalidArgumentError("numbers beside lists");
    numbers.push_back(value.get<double>());
    return absl::OkStatus();
  }
  if (!value.is_array()) {
    return absl::InvalidArgumentError(fmt::format(
        "{} is not a number",
        value.dump(-1, ' ', false, Json::error_handler_t::replace)));
  }
  if (depth == lengths.size()) {
    if (!numbers.empty())
      return absl::InvalidArgumentError("numbers beside lists");
    lengths.push_back(value.size());
  } else if (lengths[depth] != value.size()) {
    return absl::InvalidArgumentError(fmt::format(
        "rows of unequal length ({} and {})", lengths[depth], value.size()));
  }
  for (const Json& item : value) {
    if (absl::Status status = Flatten(item, depth + 1, lengths, numbers);
        !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::optional<double> ParseNumber(std::string_view text) {
  text = Trim(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

absl::StatusOr<std::vector<double>> FlattenNumbers(const Json& value) {
  std::vector<std::size_t> lengths;
  std::vector<double> numbers;
  if (absl::Status status = Flatten(value, 0, lengths, numbers); !status.ok())
    return status;
  return numbers;
}

absl::StatusOr<std::vector<double>> ParseParameterValues(
    std::string_view text) {
  text = Trim(text);
  if (text.starts_with('[')) {
    const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (json.is_discarded())
      return absl::InvalidArgumentError("not valid JSON");
    return FlattenNumbers(json);
  }
  std::vector<double> numbers;
  while (true) {
    const std::size_t comma = text.find(',');
    const std::string_view item = Trim(text.substr(0, comma));
    const std::optional<double> number = ParseNumber(item);
    if (!number)
      return absl::InvalidArgumentError(
          fmt::format("\"{}\" is not a number", item));
    numbers.push_back(*number);
    if (comma == std::string_view::npos) return numbers;
    text.remove_prefix(comma + 1);
  }
}

absl::StatusOr<std::pair<std::string, std::string>> SplitAssignment(
    std::string_view flag, std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    return UsageError(fmt::format("{} {}: expected NAME=VALUE", flag, text));
  }
  return std::pair(std::string(Trim(text.substr(0, equals))),
                   std::string(text.substr(equals + 1)));
}

}  // namespace ttflow::client
