#include "server/storage/store_error.h"

#include <optional>

#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"

namespace ttflow::server {
namespace {

constexpr absl::string_view kReasonUrl = "ttflow/reason";

}  // namespace

absl::Status ErrorWithReason(absl::StatusCode code,
                             std::string_view reason,
                             std::string_view message) {
  absl::Status status(code, absl::string_view(message.data(), message.size()));
  status.SetPayload(
      kReasonUrl, absl::Cord(absl::string_view(reason.data(), reason.size())));
  return status;
}

std::string ReasonOf(const absl::Status& status) {
  std::string reason;
  if (const auto payload = status.GetPayload(kReasonUrl); payload.has_value()) {
    absl::CopyCordToString(*payload, &reason);
  }
  return reason;
}

}  // namespace ttflow::server
