#include "client/errors/client_error.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "nlohmann/json.hpp"

namespace ttflow::client {
namespace {

using Json = nlohmann::json;

constexpr char kPayload[] = "ttflow.client/error_block";

absl::StatusCode CanonicalCode(ExitCode exit_code) {
  switch (exit_code) {
    case ExitCode::kOk:
      return absl::StatusCode::kOk;
    case ExitCode::kUsage:
    case ExitCode::kInvalidArgument:
      return absl::StatusCode::kInvalidArgument;
    case ExitCode::kNotFound:
      return absl::StatusCode::kNotFound;
    case ExitCode::kUnavailable:
      return absl::StatusCode::kUnavailable;
    case ExitCode::kDeadline:
      return absl::StatusCode::kDeadlineExceeded;
    case ExitCode::kDenied:
      return absl::StatusCode::kPermissionDenied;
    case ExitCode::kResourceExhausted:
      return absl::StatusCode::kResourceExhausted;
    case ExitCode::kFailedPrecondition:
      return absl::StatusCode::kFailedPrecondition;
    case ExitCode::kInterrupted:
      return absl::StatusCode::kCancelled;
    case ExitCode::kFailed:
      break;
  }
  return absl::StatusCode::kUnknown;
}

std::optional<Json> Payload(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayload);
  if (!payload.has_value()) return std::nullopt;
  Json parsed =
      Json::parse(std::string(*payload), nullptr, /*allow_exceptions=*/false);
  if (parsed.is_discarded()) return std::nullopt;
  return parsed;
}

}  // namespace

absl::Status MakeError(ExitCode exit_code, const ErrorBlock& block) {
  absl::Status status(CanonicalCode(exit_code), block.what);
  if (status.ok()) return status;
  Json fields = Json::array();
  for (const Violation& violation : block.fields) {
    fields.push_back({violation.field, violation.description});
  }
  const Json payload = {{"exit_code", static_cast<int>(exit_code)},
                        {"fields", std::move(fields)},
                        {"mend", block.mend},
                        {"reason", block.reason}};
  // Bytes from elsewhere may not be UTF-8; they must not throw here.
  status.SetPayload(
      kPayload,
      absl::Cord(payload.dump(-1, ' ', false, Json::error_handler_t::replace)));
  return status;
}

absl::Status UsageError(std::string what, std::vector<std::string> mend) {
  return MakeError(ExitCode::kUsage,
                   {.what = std::move(what),
                    .fields = {},
                    .mend = std::move(mend),
                    .reason = ""});
}

ExitCode ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return ExitCode::kOk;
  if (const auto payload = Payload(status)) {
    return static_cast<ExitCode>(payload->value("exit_code", 1));
  }
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return ExitCode::kInvalidArgument;
    case absl::StatusCode::kNotFound:
      return ExitCode::kNotFound;
    case absl::StatusCode::kUnavailable:
      return ExitCode::kUnavailable;
    case absl::StatusCode::kDeadlineExceeded:
      return ExitCode::kDeadline;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return ExitCode::kDenied;
    case absl::StatusCode::kResourceExhausted:
      return ExitCode::kResourceExhausted;
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
      return ExitCode::kFailedPrecondition;
    case absl::StatusCode::kCancelled:
      return ExitCode::kInterrupted;
    default:
      return ExitCode::kFailed;
  }
}

ErrorBlock ErrorBlockOf(const absl::Status& status) {
  ErrorBlock block;
  block.what.assign(status.message().data(), status.message().size());
  const auto payload = Payload(status);
  if (!payload) return block;
  for (const Json& field : payload->value("fields", Json::array())) {
    block.fields.push_back(
        {field.at(0).get<std::string>(), field.at(1).get<std::string>()});
  }
  block.mend = payload->value("mend", std::vector<std::string>());
  block.reason = payload->value("reason", std::string());
  return block;
}

std::string FormatError(const absl::Status& status, bool color) {
  const ErrorBlock block = ErrorBlockOf(status);
  const char* const red = color ? "\x1b[1;31m" : "";
  const char* const bold = color ? "\x1b[1m" : "";
  const char* const plain = color ? "\x1b[0m" : "";
  // An interrupt is what the user wanted, not an error.
  const bool wanted = ExitCodeOf(status) == ExitCode::kInterrupted;
  std::string text =
      wanted ? fmt::format("{}\n", block.what)
             : fmt::format("{}error:{} {}\n", red, plain, block.what);
  for (const Violation& field : block.fields) {
    if (field.field.empty()) {
      text += fmt::format("  --> {}\n", field.description);
    } else {
      text += fmt::format(
          "  --> {}{}{}: {}\n", bold, field.field, plain, field.description);
    }
  }
  for (const std::string& mend : block.mend)
    text += fmt::format("   =  {}\n", mend);
  if (!block.reason.empty()) text += fmt::format("      [{}]\n", block.reason);
  return text;
}

}  // namespace ttflow::client
