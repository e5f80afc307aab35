#include "client/errors/rpc_details.h"

#include <string>
#include <string_view>

#include "client/errors/client_error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ttflow::client {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

// The wire format by hand: the decoder must not be tested against itself.
std::string Varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7)
    bytes += static_cast<char>((value & 0x7f) | 0x80);
  return bytes + static_cast<char>(value);
}

std::string Number(int field, std::uint64_t value) {
  return Varint(static_cast<std::uint64_t>(field) << 3) + Varint(value);
}

std::string Text(int field, std::string_view text) {
  return Varint(static_cast<std::uint64_t>(field) << 3 | 2) +
         Varint(text.size()) + std::string(text);
}

std::string Any(std::string_view type, const std::string& value) {
  return Text(1, "type.googleapis.com/" + std::string(type)) + Text(2, value);
}

std::string BadRequest() {
  return Text(1,
              Text(1, "job_spec.sample.target.builtin.name") +
                  Text(2, "there is no target \"gaus\"")) +
         Text(1, Text(1, "num_samples") + Text(2, "is 0, must be at least 1"));
}

std::string StatusBytes() {
  return Number(1, 3) + Text(2, "the job is not valid") +
         Text(3, Any("google.rpc.BadRequest", BadRequest())) +
         Text(3,
              Any("google.rpc.ErrorInfo",
                  Text(1, "SPEC_INVALID") + Text(2, "ttflow") +
                      Text(3, Text(1, "limit") + Text(2, "4096")))) +
         Text(3,
              Any("google.rpc.RetryInfo",
                  Text(1, Number(1, 2) + Number(2, 500000000)))) +
         Text(3, Any("google.rpc.SomethingNew", Text(9, "?")));
}

TEST(RpcDetailsTest, DecodesEveryKindOfDetail) {
  const auto details = DecodeRpcDetails(StatusBytes());
  ASSERT_TRUE(details.has_value());
  EXPECT_EQ(details->code, 3);
  EXPECT_EQ(details->message, "the job is not valid");
  EXPECT_EQ(details->reason, "SPEC_INVALID");
  EXPECT_EQ(details->metadata.at("limit"), "4096");
  ASSERT_THAT(details->violations, SizeIs(2));
  EXPECT_EQ(details->violations[0].field,
            "job_spec.sample.target.builtin.name");
  EXPECT_EQ(details->violations[1].description, "is 0, must be at least 1");
  ASSERT_TRUE(details->retry_seconds.has_value());
  EXPECT_DOUBLE_EQ(*details->retry_seconds, 2.5);
}

TEST(RpcDetailsTest, SubjectsOfPreconditionAndQuotaAreFields) {
  const std::string bytes =
      Text(3,
           Any("google.rpc.PreconditionFailure",
               Text(1,
                    Text(1, "STATE") + Text(2, "jobs/1") +
                        Text(3, "still runs")))) +
      Text(3,
           Any("google.rpc.QuotaFailure",
               Text(1, Text(1, "queue") + Text(2, "is full"))));
  const auto details = DecodeRpcDetails(bytes);
  ASSERT_TRUE(details.has_value());
  ASSERT_THAT(details->violations, SizeIs(2));
  EXPECT_EQ(details->violations[0].field, "jobs/1");
  EXPECT_EQ(details->violations[0].description, "still runs");
  EXPECT_EQ(details->violations[1].field, "queue");
}

TEST(RpcDetailsTest, BrokenBytesAreNoDetails) {
  const std::string whole = StatusBytes();
  EXPECT_FALSE(DecodeRpcDetails(whole.substr(0, whole.size() - 3)).has_value());
  EXPECT_FALSE(DecodeRpcDetails("\xff\xff\xff").has_value());
  EXPECT_TRUE(DecodeRpcDetails("").has_value());
}

TEST(RpcErrorTest, EveryViolationHasItsOwnLine) {
  const absl::Status status = RpcError(absl::StatusCode::kInvalidArgument,
                                       "the job is not valid",
                                       StatusBytes(),
                                       "here");
  EXPECT_EQ(ExitCodeOf(status), ExitCode::kInvalidArgument);
  EXPECT_EQ(FormatError(status, false),
            "error: the request is not valid: 2 faults\n"
            "  --> sample.target.builtin.name: there is no target \"gaus\"\n"
            "  --> num_samples: is 0, must be at least 1\n"
            "   =  try again in 2.5 s\n"
            "      [SPEC_INVALID]\n");
}

TEST(RpcErrorTest, ADetailThatRepeatsTheMessageIsLeftOut) {
  const std::string details = Text(
      3,
      Any("google.rpc.ResourceInfo", Text(2, "jobs/1") + Text(4, "no job 1")));
  const absl::Status status =
      RpcError(absl::StatusCode::kNotFound, "no job 1", details, "here");
  EXPECT_EQ(FormatError(status, false), "error: no job 1\n");
}

TEST(RpcErrorTest, AnAbsentServerSaysHowToStartOne) {
  const absl::Status status =
      RpcError(absl::StatusCode::kUnavailable,
               "failed to connect to all addresses; last error: UNKNOWN: "
               "ipv4:127.0.0.1:1: Failed to connect: Connection refused",
               "",
               "127.0.0.1:1");
  EXPECT_EQ(ExitCodeOf(status), ExitCode::kUnavailable);
  EXPECT_THAT(FormatError(status, false),
              HasSubstr("no server at 127.0.0.1:1 (Connection refused)"));
  EXPECT_THAT(FormatError(status, false), HasSubstr("ttflowd"));
}

TEST(RpcErrorTest, ADrainingServerIsNotAnAbsentOne) {
  const std::string details =
      Text(3,
           Any("google.rpc.ErrorInfo",
               Text(1, "SERVER_DRAINING") + Text(2, "ttflow")));
  const absl::Status status = RpcError(
      absl::StatusCode::kUnavailable, "the server stops", details, "here");
  EXPECT_EQ(ErrorBlockOf(status).what, "the server stops");
  EXPECT_EQ(ErrorBlockOf(status).reason, "SERVER_DRAINING");
}

}  // namespace
}  // namespace ttflow::client
