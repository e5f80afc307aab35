#include "server/storage/store_error.h"

#include <optional>

#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"

namespace ttflow::server {
namespace {

constexpr absl::string_view kReasonUrl = "ttflow/reason";
constexpr absl::string_view kMissingIdUrl = "ttflow/missing-id";

void SetText(absl::string_view url,
             std::string_view text,
             absl::Status& status) {
  status.SetPayload(url,
                    absl::Cord(absl::string_view(text.data(), text.size())));
}

std::string TextOf(const absl::Status& status, absl::string_view url) {
  std::string text;
  if (const auto payload = status.GetPayload(url); payload.has_value()) {
    absl::CopyCordToString(*payload, &text);
  }
  return text;
}

}  // namespace

absl::Status ErrorWithReason(absl::StatusCode code,
                             std::string_view reason,
                             std::string_view message) {
  absl::Status status(code, absl::string_view(message.data(), message.size()));
  SetText(kReasonUrl, reason, status);
  return status;
}

absl::Status NotFoundError(std::string_view reason,
                           std::string_view id,
                           std::string_view message) {
  absl::Status status =
      ErrorWithReason(absl::StatusCode::kNotFound, reason, message);
  SetText(kMissingIdUrl, id, status);
  return status;
}

std::string MissingIdOf(const absl::Status& status) {
  return TextOf(status, kMissingIdUrl);
}

std::string ReasonOf(const absl::Status& status) {
  return TextOf(status, kReasonUrl);
}

}  // namespace ttflow::server
