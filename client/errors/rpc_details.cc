#include "client/errors/rpc_details.h"

#include <fmt/format.h>

#include <cstdint>
#include <utility>

#include "client/errors/client_error.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"

namespace ttflow::client {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

// One message on the wire: its varint and its length-delimited fields, by
// number.
struct WireMessage {
  std::multimap<int, std::uint64_t> numbers;
  std::multimap<int, std::string> texts;

  std::string Text(int number) const {
    const auto found = texts.find(number);
    return found == texts.end() ? std::string() : found->second;
  }
  std::int64_t Number(int number) const {
    const auto found = numbers.find(number);
    return found == numbers.end() ? 0
                                  : static_cast<std::int64_t>(found->second);
  }
};

std::optional<WireMessage> Parse(std::string_view bytes) {
  WireMessage message;
  CodedInputStream input(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                         static_cast<int>(bytes.size()));
  while (const std::uint32_t tag = input.ReadTag()) {
    const int number = WireFormatLite::GetTagFieldNumber(tag);
    switch (WireFormatLite::GetTagWireType(tag)) {
      case WireFormatLite::WIRETYPE_VARINT: {
        std::uint64_t value = 0;
        if (!input.ReadVarint64(&value)) return std::nullopt;
        message.numbers.emplace(number, value);
        break;
      }
      case WireFormatLite::WIRETYPE_LENGTH_DELIMITED: {
        std::uint32_t size = 0;
        std::string text;
        if (!input.ReadVarint32(&size)) return std::nullopt;
        if (!input.ReadString(&text, static_cast<int>(size)))
          return std::nullopt;
        message.texts.emplace(number, std::move(text));
        break;
      }
      default:
        if (!WireFormatLite::SkipField(&input, tag)) return std::nullopt;
    }
  }
  if (!input.ConsumedEntireMessage()) return std::nullopt;
  return message;
}

// Adds the repeated sub-messages `list` of `detail`, named by the text `name`.
void AddViolations(const WireMessage& detail,
                   int list,
                   int name,
                   int description,
                   RpcDetails& details) {
  const auto [begin, end] = detail.texts.equal_range(list);
  for (auto it = begin; it != end; ++it) {
    if (const auto violation = Parse(it->second)) {
      details.violations.push_back(
          {violation->Text(name), violation->Text(description)});
    }
  }
}

void AddDetail(std::string_view type,
               const WireMessage& detail,
               RpcDetails& details) {
  if (type == "google.rpc.ErrorInfo") {
    details.reason = detail.Text(1);
    const auto [begin, end] = detail.texts.equal_range(3);
    for (auto it = begin; it != end; ++it) {
      if (const auto entry = Parse(it->second))
        details.metadata[entry->Text(1)] = entry->Text(2);
    }
  } else if (type == "google.rpc.BadRequest") {
    AddViolations(detail, 1, 1, 2, details);
  } else if (type == "google.rpc.QuotaFailure") {
    AddViolations(detail, 1, 1, 2, details);
  } else if (type == "google.rpc.PreconditionFailure") {
    AddViolations(detail, 1, 2, 3, details);
  } else if (type == "google.rpc.ResourceInfo") {
    if (!detail.Text(4).empty())
      details.violations.push_back({detail.Text(2), detail.Text(4)});
  } else if (type == "google.rpc.RetryInfo") {
    if (const auto delay = Parse(detail.Text(1))) {
      details.retry_seconds = static_cast<double>(delay->Number(1)) +
                              1e-9 * static_cast<double>(delay->Number(2));
    }
  }
}

// gRPC's own words for a failed connection are long and name its source files.
std::string ShortReason(std::string_view message) {
  for (const char* known : {"Connection refused",
                            "No such file or directory",
                            "Name or service not known",
                            "DNS resolution failed",
                            "No route to host",
                            "Network is unreachable",
                            "Socket closed",
                            "Connection reset by peer"}) {
    if (message.find(known) != std::string_view::npos) return known;
  }
  return std::string(message.substr(0, 120));
}

// Fields as the user wrote them, which is below the request's own `job_spec`;
// what only repeats the message is left out.
std::vector<Violation> FieldsToShow(const RpcDetails& details,
                                    std::string_view message) {
  constexpr std::string_view kRequestField = "job_spec.";
  std::vector<Violation> fields;
  for (Violation violation : details.violations) {
    if (violation.description == message) continue;
    if (violation.field.starts_with(kRequestField))
      violation.field.erase(0, kRequestField.size());
    fields.push_back(std::move(violation));
  }
  return fields;
}

}  // namespace

std::optional<RpcDetails> DecodeRpcDetails(std::string_view bytes) {
  const auto status = Parse(bytes);
  if (!status) return std::nullopt;
  RpcDetails details;
  details.code = static_cast<int>(status->Number(1));
  details.message = status->Text(2);
  const auto [begin, end] = status->texts.equal_range(3);
  for (auto it = begin; it != end; ++it) {
    const auto any = Parse(it->second);
    if (!any) return std::nullopt;
    const std::string url = any->Text(1);
    const auto detail = Parse(any->Text(2));
    if (!detail) return std::nullopt;
    const std::string type = url.substr(url.rfind('/') + 1);
    AddDetail(type, *detail, details);
  }
  return details;
}

absl::Status RpcError(absl::StatusCode code,
                      std::string_view message,
                      std::string_view details,
                      std::string_view address) {
  if (code == absl::StatusCode::kOk) return absl::OkStatus();
  const RpcDetails decoded =
      details.empty() ? RpcDetails()
                      : DecodeRpcDetails(details).value_or(RpcDetails());
  ErrorBlock block;
  block.what = std::string(message);
  block.fields = FieldsToShow(decoded, message);
  if (code == absl::StatusCode::kInvalidArgument && !block.fields.empty()) {
    // The message repeats the first fault; all of them follow below.
    block.what = block.fields.size() == 1
                     ? std::string("the request is not valid")
                     : fmt::format("the request is not valid: {} faults",
                                   block.fields.size());
  }
  block.reason = decoded.reason;
  if (decoded.retry_seconds) {
    block.mend.push_back(
        fmt::format("try again in {:g} s", *decoded.retry_seconds));
  }
  if (code == absl::StatusCode::kUnavailable && decoded.reason.empty()) {
    block.what =
        fmt::format("no server at {} ({})", address, ShortReason(message));
    block.mend = {
        "start one:  ttflowd --listen 127.0.0.1:50051",
        "or none:    ttflow run without --server works in this process"};
    block.reason = "CONNECT_FAILED";
  }
  if (code == absl::StatusCode::kDeadlineExceeded && decoded.reason.empty()) {
    block.what = fmt::format("no answer from {} in time", address);
    block.mend = {"wait longer: --timeout SECONDS"};
    block.reason = "DEADLINE_EXCEEDED";
  }
  return MakeError(ExitCodeOf(absl::Status(code, "")), block);
}

}  // namespace ttflow::client
