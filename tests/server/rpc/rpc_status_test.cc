#include "server/rpc/rpc_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "server/rpc/rpc_details.pb.h"
#include "server/storage/store_error.h"

namespace ttflow::server {
namespace {

namespace rpc = ::ttflow::internal::rpc;
using testing::HasSubstr;

constexpr std::size_t kMaxDetailBytes = 4096;

// The details by the last part of their type; checks what holds for every
// error.
std::map<std::string, std::string> DetailsOf(const grpc::Status& status) {
  rpc::Status decoded;
  EXPECT_TRUE(decoded.ParseFromString(status.error_details()));
  EXPECT_EQ(decoded.code(), static_cast<int>(status.error_code()));
  EXPECT_EQ(decoded.message(), status.error_message());
  EXPECT_LE(status.error_details().size(), kMaxDetailBytes);
  EXPECT_LE(status.error_message().size(), 1024u);
  std::map<std::string, std::string> details;
  const std::string prefix = "type.googleapis.com/google.rpc.";
  for (const auto& detail : decoded.details()) {
    EXPECT_EQ(detail.type_url().substr(0, prefix.size()), prefix);
    const bool is_new =
        details.emplace(detail.type_url().substr(prefix.size()), detail.value())
            .second;
    EXPECT_TRUE(is_new) << "each type at most once: " << detail.type_url();
  }
  rpc::ErrorInfo info;
  EXPECT_TRUE(info.ParseFromString(details["ErrorInfo"]));
  EXPECT_EQ(info.domain(), "ttflow");
  EXPECT_FALSE(info.reason().empty());
  return details;
}

std::string ReasonIn(const grpc::Status& status) {
  rpc::ErrorInfo info;
  info.ParseFromString(DetailsOf(status)["ErrorInfo"]);
  return info.reason();
}

TEST(RpcStatus, OkHasNoDetails) {
  const grpc::Status status = ToRpcStatus(absl::OkStatus());
  EXPECT_TRUE(status.ok());
  EXPECT_TRUE(status.error_details().empty());
}

TEST(RpcStatus, CarriesTheStoresReason) {
  const grpc::Status status =
      ToRpcStatus(NotFoundError(kJobNotFound, "7", "no job 7"));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "no job 7");
  EXPECT_EQ(ReasonIn(status), "JOB_NOT_FOUND");
  rpc::ResourceInfo info;
  ASSERT_TRUE(info.ParseFromString(DetailsOf(status)["ResourceInfo"]));
  EXPECT_EQ(info.resource_type(), "ttflow.v1.Job");
  EXPECT_EQ(info.resource_name(), "jobs/7");
  ASSERT_TRUE(info.ParseFromString(DetailsOf(ToRpcStatus(
      NotFoundError(kFlowNotFound, "8", "no flow 8")))["ResourceInfo"]));
  EXPECT_EQ(info.resource_type(), "ttflow.v1.Flow");
  EXPECT_EQ(info.resource_name(), "flows/8");
}

TEST(RpcStatus, AFullQueueSaysWhenToComeBack) {
  auto details = DetailsOf(ToRpcStatus(ErrorWithReason(
      absl::StatusCode::kResourceExhausted, kQueueFull, "1000 jobs wait")));
  rpc::RetryInfo retry;
  ASSERT_TRUE(retry.ParseFromString(details["RetryInfo"]));
  EXPECT_GT(retry.retry_delay().seconds(), 0);
  rpc::QuotaFailure quota;
  ASSERT_TRUE(quota.ParseFromString(details["QuotaFailure"]));
  EXPECT_EQ(quota.violations(0).subject(), "QUEUE_FULL");
}

TEST(RpcStatus, DetailsFollowTheCode) {
  EXPECT_TRUE(DetailsOf(ToRpcStatus(absl::UnavailableError("draining")))
                  .contains("RetryInfo"));
  EXPECT_TRUE(
      DetailsOf(
          ToRpcStatus(ErrorWithReason(
              absl::StatusCode::kFailedPrecondition, kJobNotTerminal, "runs")))
          .contains("PreconditionFailure"));
  EXPECT_EQ(DetailsOf(ToRpcStatus(absl::DeadlineExceededError("late"))).size(),
            1u);
}

TEST(RpcStatus, EveryFaultOfARequestIsThere) {
  Violations violations;
  violations.Add("job_spec.num_samples", "is 0");
  violations.Add("request_id", "is no UUID");
  const grpc::Status status = ToRpcStatus(InvalidRequest(violations));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("job_spec.num_samples: is 0"));
  EXPECT_THAT(status.error_message(), HasSubstr("1 more"));
  rpc::BadRequest bad_request;
  ASSERT_TRUE(bad_request.ParseFromString(DetailsOf(status)["BadRequest"]));
  ASSERT_EQ(bad_request.field_violations_size(), 2);
  EXPECT_EQ(bad_request.field_violations(1).field(), "request_id");
  EXPECT_EQ(bad_request.field_violations(1).description(), "is no UUID");
}

TEST(RpcStatus, ManyOrLongFaultsAreCountedAndStayInTheTrailer) {
  for (const std::size_t length : {1u, 100u, 5000u}) {
    Violations violations;
    for (int i = 0; i < 200; ++i) {
      violations.Add("field" + std::to_string(i), std::string(length, 'x'));
    }
    rpc::BadRequest bad_request;
    ASSERT_TRUE(bad_request.ParseFromString(
        DetailsOf(ToRpcStatus(InvalidRequest(violations)))["BadRequest"]));
    const int shown = bad_request.field_violations_size() - 1;
    ASSERT_GE(shown, 1);
    EXPECT_LE(shown, 20);
    EXPECT_EQ(bad_request.field_violations(shown).description(),
              "and " + std::to_string(200 - shown) + " more");
  }
}

TEST(RpcStatus, TextOfAnyLanguageStaysValid) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "\xC3\xA9";
  for (const char* shift : {"", "a"}) {
    const absl::Status error = InvalidField(shift + text, shift + text);
    // Parsing fails on half a character.
    EXPECT_TRUE(DetailsOf(ToRpcStatus(error)).contains("BadRequest"));
  }
}

TEST(RpcStatus, InternalTextStaysInTheLog) {
  for (const absl::Status& error : {absl::InternalError("/var/lib secret"),
                                    absl::UnknownError("/var/lib secret")}) {
    const grpc::Status status = ToRpcStatus(error);
    EXPECT_THAT(status.error_message(), testing::Not(HasSubstr("secret")));
    EXPECT_THAT(status.error_details(), testing::Not(HasSubstr("secret")));
    EXPECT_EQ(ReasonIn(status), "INTERNAL");
  }
}

}  // namespace
}  // namespace ttflow::server
