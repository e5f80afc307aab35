#include "server/rpc/rpc_status.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "core/foundation/check.h"
#include "server/convert/clip_text.h"
#include "server/convert/resource_names.h"
#include "server/logging/logging.h"
#include "server/rpc/rpc_details.pb.h"
#include "server/storage/store_error.h"

namespace ttflow::server {
namespace {

namespace rpc = ::ttflow::internal::rpc;

// A trailer beyond some 8 KiB is cut off by proxies and clients; stay well
// below.
constexpr std::size_t kMaxMessageBytes = 1024;
constexpr std::size_t kMaxDetailBytes = 4096;
// The type URL of a detail, its lengths, and the line that counts the rest.
constexpr std::size_t kDetailOverhead = 128;
constexpr std::size_t kMaxViolations = 20;
constexpr std::size_t kMaxDescriptionBytes = 400;
constexpr char kViolationsUrl[] = "ttflow/violations";
// A queue drains in seconds, a restart takes about one.
constexpr int kQueueRetrySeconds = 5;
constexpr int kUnavailableRetrySeconds = 1;

template <typename Message>
void AddDetail(const char* name, const Message& message, rpc::Status& status) {
  google::protobuf::Any* detail = status.add_details();
  detail->set_type_url(absl::StrCat("type.googleapis.com/google.rpc.", name));
  message.SerializeToString(detail->mutable_value());
  if (status.ByteSizeLong() > kMaxDetailBytes)
    status.mutable_details()->RemoveLast();
}

std::string DefaultReason(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
      return "INVALID_REQUEST";
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
      return "INTERNAL";
    default:
      return absl::StatusCodeToString(code);
  }
}

void AddRetry(int seconds, rpc::Status& status) {
  rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(seconds);
  AddDetail("RetryInfo", retry, status);
}

void AddBadRequest(const absl::Status& error, rpc::Status& status) {
  const auto payload = error.GetPayload(kViolationsUrl);
  rpc::BadRequest bad_request;
  if (!payload.has_value() ||
      !bad_request.ParseFromString(std::string(*payload)))
    return;
  // As many as fit beside what is there: the last ones go first.
  const std::size_t room =
      kMaxDetailBytes - kDetailOverhead -
      std::min(kMaxDetailBytes - kDetailOverhead, status.ByteSizeLong());
  const int total = bad_request.field_violations_size();
  while (bad_request.field_violations_size() >
             static_cast<int>(kMaxViolations) ||
         (bad_request.field_violations_size() > 0 &&
          bad_request.ByteSizeLong() > room)) {
    bad_request.mutable_field_violations()->RemoveLast();
  }
  const int dropped = total - bad_request.field_violations_size();
  if (dropped > 0) {
    rpc::BadRequest::FieldViolation* more = bad_request.add_field_violations();
    more->set_description(absl::StrCat("and ", dropped, " more"));
  }
  AddDetail("BadRequest", bad_request, status);
}

void AddDetailsOf(const absl::Status& error,
                  const std::string& reason,
                  const std::string& message,
                  rpc::Status& status) {
  switch (error.code()) {
    case absl::StatusCode::kInvalidArgument:
      AddBadRequest(error, status);
      break;
    case absl::StatusCode::kResourceExhausted: {
      rpc::QuotaFailure failure;
      rpc::QuotaFailure::Violation* violation = failure.add_violations();
      violation->set_subject(reason);
      violation->set_description(message);
      AddDetail("QuotaFailure", failure, status);
      AddRetry(kQueueRetrySeconds, status);
      break;
    }
    case absl::StatusCode::kUnavailable:
      AddRetry(kUnavailableRetrySeconds, status);
      break;
    case absl::StatusCode::kNotFound: {
      rpc::ResourceInfo info;
      const bool is_flow = reason == kFlowNotFound;
      info.set_resource_type(is_flow ? "ttflow.v1.Flow" : "ttflow.v1.Job");
      if (const std::string id = MissingIdOf(error); !id.empty()) {
        const std::string name = is_flow ? FlowName(id) : JobName(id);
        info.set_resource_name(ClipText(name, kMaxDescriptionBytes));
      }
      info.set_description(message);
      AddDetail("ResourceInfo", info, status);
      break;
    }
    case absl::StatusCode::kFailedPrecondition: {
      rpc::PreconditionFailure failure;
      rpc::PreconditionFailure::Violation* violation = failure.add_violations();
      violation->set_type(reason);
      violation->set_description(message);
      AddDetail("PreconditionFailure", failure, status);
      break;
    }
    default:
      break;
  }
}

}  // namespace

absl::Status InvalidRequest(const Violations& violations) {
  TTFLOW_CHECK(!violations.empty());
  rpc::BadRequest bad_request;
  for (const Violation& item : violations.items()) {
    rpc::BadRequest::FieldViolation* violation =
        bad_request.add_field_violations();
    violation->set_field(ClipText(item.field, kMaxDescriptionBytes));
    violation->set_description(
        ClipText(item.description, kMaxDescriptionBytes));
  }
  const Violation& first = violations.items().front();
  std::string message = absl::StrCat(first.field, ": ", first.description);
  if (violations.items().size() > 1) {
    absl::StrAppend(
        &message, " (and ", violations.items().size() - 1, " more)");
  }
  absl::Status status = absl::InvalidArgumentError(message);
  status.SetPayload(kViolationsUrl,
                    absl::Cord(bad_request.SerializeAsString()));
  return status;
}

absl::Status InvalidField(std::string field, std::string description) {
  Violations violations;
  violations.Add(std::move(field), std::move(description));
  return InvalidRequest(violations);
}

grpc::Status ToRpcStatus(const absl::Status& error) {
  if (error.ok()) return grpc::Status::OK;
  std::string message(error.message().data(), error.message().size());
  if (error.code() == absl::StatusCode::kInternal ||
      error.code() == absl::StatusCode::kUnknown) {
    LogError(message);
    message = "internal error; the server's log has the cause";
  }
  message = ClipText(message, kMaxMessageBytes);
  std::string reason = ReasonOf(error);
  if (reason.empty()) reason = DefaultReason(error.code());

  rpc::Status status;
  status.set_code(static_cast<int>(error.code()));
  status.set_message(message);
  rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain("ttflow");
  AddDetail("ErrorInfo", info, status);
  AddDetailsOf(error, reason, message, status);
  return grpc::Status(static_cast<grpc::StatusCode>(error.code()),
                      message,
                      status.SerializeAsString());
}

}  // namespace ttflow::server
