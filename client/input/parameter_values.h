// Parameter values: --param key=value of the command line.

#ifndef TTFLOW_CLIENT_INPUT_PARAMETER_VALUES_H_
#define TTFLOW_CLIENT_INPUT_PARAMETER_VALUES_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json_fwd.hpp"

namespace ttflow::client {

// Reads a whole text as one number ("inf" and "nan" too); nullopt where it is
// none.
std::optional<double> ParseNumber(std::string_view text);

// Numbers of a JSON number or of (nested) arrays of numbers, row-major.
// Errors: kInvalidArgument for anything else in it and for rows of unequal
// length.
absl::StatusOr<std::vector<double>> FlattenNumbers(
    const nlohmann::ordered_json& value);

// Values of "2", "2,3.5" or "[[0, 0], [3, 1]]"; the same errors.
absl::StatusOr<std::vector<double>> ParseParameterValues(std::string_view text);

// Splits "key=value" at the first "=". Errors: a usage error that shows the
// form.
absl::StatusOr<std::pair<std::string, std::string>> SplitAssignment(
    std::string_view flag, std::string_view text);

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_INPUT_PARAMETER_VALUES_H_
