#include "client/errors/client_error.h"

#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ttflow::client {
namespace {

using ::testing::HasSubstr;

TEST(ClientErrorTest, CanonicalCodesHaveTheDocumentedExitCodes) {
  const std::pair<absl::StatusCode, int> table[] = {
      {absl::StatusCode::kOk, 0},
      {absl::StatusCode::kUnknown, 1},
      {absl::StatusCode::kInternal, 1},
      {absl::StatusCode::kInvalidArgument, 3},
      {absl::StatusCode::kOutOfRange, 3},
      {absl::StatusCode::kNotFound, 4},
      {absl::StatusCode::kUnavailable, 5},
      {absl::StatusCode::kDeadlineExceeded, 6},
      {absl::StatusCode::kUnauthenticated, 7},
      {absl::StatusCode::kPermissionDenied, 7},
      {absl::StatusCode::kResourceExhausted, 8},
      {absl::StatusCode::kFailedPrecondition, 9},
      {absl::StatusCode::kAlreadyExists, 9},
      {absl::StatusCode::kCancelled, 130},
  };
  for (const auto& [code, exit_code] : table) {
    EXPECT_EQ(static_cast<int>(ExitCodeOf(absl::Status(code, "x"))), exit_code)
        << absl::StatusCodeToString(code);
  }
}

TEST(ClientErrorTest, AMadeErrorKeepsItsExitCodeAndItsParts) {
  ErrorBlock block;
  block.what = "the job is not valid";
  block.fields = {{"sample.target", "is missing"},
                  {"num_samples", "0 is below 1"}};
  block.mend = {"give a target"};
  block.reason = "SPEC_INVALID";
  for (const ExitCode code : {ExitCode::kFailed,
                              ExitCode::kUsage,
                              ExitCode::kInvalidArgument,
                              ExitCode::kDenied,
                              ExitCode::kInterrupted}) {
    const absl::Status status = MakeError(code, block);
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(ExitCodeOf(status), code);
    const ErrorBlock again = ErrorBlockOf(status);
    EXPECT_EQ(again.what, block.what);
    ASSERT_EQ(again.fields.size(), 2);
    EXPECT_EQ(again.fields[1].field, "num_samples");
    EXPECT_EQ(again.fields[1].description, "0 is below 1");
    EXPECT_EQ(again.mend, block.mend);
    EXPECT_EQ(again.reason, block.reason);
  }
}

TEST(ClientErrorTest, TheBlockHasWhatWhereMendAndReason) {
  ErrorBlock block;
  block.what = "the job is not valid";
  block.fields = {{"num_samples", "0 is below 1"},
                  {"", "line 3: unexpected end"}};
  block.mend = {"give a target"};
  block.reason = "SPEC_INVALID";
  EXPECT_EQ(FormatError(MakeError(ExitCode::kInvalidArgument, block), false),
            "error: the job is not valid\n"
            "  --> num_samples: 0 is below 1\n"
            "  --> line 3: unexpected end\n"
            "   =  give a target\n"
            "      [SPEC_INVALID]\n");
}

TEST(ClientErrorTest, OnlyTheMessageOfAForeignStatusIsShown) {
  EXPECT_EQ(FormatError(absl::NotFoundError("cannot read x.json"), false),
            "error: cannot read x.json\n");
}

TEST(ClientErrorTest, AnInterruptIsNotCalledAnError) {
  ErrorBlock block;
  block.what = "interrupted";
  EXPECT_EQ(FormatError(MakeError(ExitCode::kInterrupted, block), false),
            "interrupted\n");
}

TEST(ClientErrorTest, ColourIsOnlyThereWhenAskedFor) {
  const absl::Status status = UsageError("no such option");
  EXPECT_THAT(FormatError(status, true), HasSubstr("\x1b["));
  EXPECT_EQ(FormatError(status, false).find('\x1b'), std::string::npos);
}

TEST(ClientErrorTest, BytesThatAreNotUtf8DoNotThrow) {
  const absl::Status status = UsageError("x", {"\xff\xfe"});
  EXPECT_EQ(ExitCodeOf(status), ExitCode::kUsage);
}

}  // namespace
}  // namespace ttflow::client
