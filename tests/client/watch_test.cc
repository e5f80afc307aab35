#include "client/connection/watch.h"

#include <thread>

#include "client/errors/client_error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/fake_job_service.h"

namespace ttflow::client {
namespace {

using ::testing::ElementsAre;

void SendStage(FakeJobService::WatchWriter& writer,
               std::int64_t sequence,
               int attempt = 1) {
  v1::WatchJobResponse response;
  response.set_sequence(sequence);
  response.set_attempt(attempt);
  response.mutable_stage()->set_stage(static_cast<int>(sequence) - 1);
  response.mutable_stage()->set_pass(attempt);
  writer.Write(response);
}

void SendState(FakeJobService::WatchWriter& writer,
               v1::Job::State state,
               int attempt = 1) {
  v1::WatchJobResponse response;
  response.set_attempt(attempt);
  response.mutable_state_change()->set_state(state);
  writer.Write(response);
}

const grpc::Status kLost(grpc::StatusCode::UNAVAILABLE, "Socket closed");

std::vector<int> StageNumbers(const WatchedJob& job) {
  std::vector<int> numbers;
  for (const v1::Stage& stage : job.stages) numbers.push_back(stage.stage());
  return numbers;
}

TEST(WatchTest, GoesOnAfterTheLastSequenceWhenAStreamBreaks) {
  FakeJobService service;
  std::vector<std::int64_t> resumed_after;
  service.watches = {
      [&](const v1::WatchJobRequest& request,
          FakeJobService::WatchWriter& writer) {
        resumed_after.push_back(request.after_sequence());
        SendState(writer, v1::Job::STATE_RUNNING);
        SendStage(writer, 1);
        SendStage(writer, 2);
        return kLost;
      },
      [&](const v1::WatchJobRequest& request, FakeJobService::WatchWriter&) {
        resumed_after.push_back(request.after_sequence());
        return grpc::Status(grpc::StatusCode::UNKNOWN, "Stream removed");
      },
      [&](const v1::WatchJobRequest& request,
          FakeJobService::WatchWriter& writer) {
        resumed_after.push_back(request.after_sequence());
        SendStage(writer, 2);  // once more: must not count twice
        SendStage(writer, 3);
        SendState(writer, v1::Job::STATE_SUCCEEDED);
        return grpc::Status::OK;
      }};
  const Connection connection = service.Start();
  Canceller canceller;
  int num_notes = 0;
  WatchOptions options;
  options.on_note = [&](std::string_view) { ++num_notes; };
  const auto watched = WatchToEnd(connection, "jobs/1", options, canceller);
  ASSERT_TRUE(watched.ok()) << watched.status();
  EXPECT_EQ(watched->state, v1::Job::STATE_SUCCEEDED);
  EXPECT_THAT(StageNumbers(*watched), ElementsAre(0, 1, 2));
  EXPECT_THAT(resumed_after, ElementsAre(0, 2, 2));
  EXPECT_EQ(num_notes, 1);
}

TEST(WatchTest, ANewAttemptStartsItsStagesAnew) {
  FakeJobService service;
  std::vector<std::int64_t> resumed_after;
  service.watches = {
      [&](const v1::WatchJobRequest& request,
          FakeJobService::WatchWriter& writer) {
        resumed_after.push_back(request.after_sequence());
        SendStage(writer, 1);
        SendStage(writer, 2);
        return kLost;
      },
      [&](const v1::WatchJobRequest& request,
          FakeJobService::WatchWriter& writer) {
        resumed_after.push_back(request.after_sequence());
        for (std::int64_t i = request.after_sequence() + 1; i <= 4; ++i)
          SendStage(writer, i, 2);
        SendState(writer, v1::Job::STATE_SUCCEEDED, 2);
        return grpc::Status::OK;
      }};
  const Connection connection = service.Start();
  Canceller canceller;
  const auto watched = WatchToEnd(connection, "jobs/1", {}, canceller);
  ASSERT_TRUE(watched.ok()) << watched.status();
  EXPECT_THAT(StageNumbers(*watched), ElementsAre(0, 1, 2, 3));
  for (const v1::Stage& stage : watched->stages) EXPECT_EQ(stage.pass(), 2);
  EXPECT_THAT(resumed_after, ElementsAre(0, 2, 0));
}

TEST(WatchTest, OtherErrorsAreFinal) {
  FakeJobService service;
  service.watches = {
      [](const v1::WatchJobRequest&, FakeJobService::WatchWriter&) {
        return grpc::Status(grpc::StatusCode::NOT_FOUND, "no such job");
      }};
  const Connection connection = service.Start();
  Canceller canceller;
  const auto watched = WatchToEnd(connection, "jobs/1", {}, canceller);
  EXPECT_EQ(ExitCodeOf(watched.status()), ExitCode::kNotFound);
  EXPECT_EQ(service.num_watches(), 1);
}

TEST(WatchTest, AServerThatNeverAnsweredIsNotTriedAgain) {
  FakeJobService service;
  service.watches = {[](const v1::WatchJobRequest&,
                        FakeJobService::WatchWriter&) { return kLost; }};
  const Connection connection = service.Start();
  Canceller canceller;
  const auto watched = WatchToEnd(connection, "jobs/1", {}, canceller);
  EXPECT_EQ(ExitCodeOf(watched.status()), ExitCode::kUnavailable);
  EXPECT_EQ(service.num_watches(), 1);
}

TEST(WatchTest, PatienceEnds) {
  FakeJobService service;
  service.watches = {[](const v1::WatchJobRequest&,
                        FakeJobService::WatchWriter&) { return kLost; }};
  const Connection connection = service.Start();
  Canceller canceller;
  WatchOptions options;
  options.server_is_known = true;
  options.patience = std::chrono::milliseconds(250);
  const auto watched = WatchToEnd(connection, "jobs/1", options, canceller);
  EXPECT_EQ(ExitCodeOf(watched.status()), ExitCode::kUnavailable);
  EXPECT_GE(service.num_watches(), 3);
}

TEST(WatchTest, AServerThatStopsIsAskedLessAndLessAndNotedOnce) {
  FakeJobService service;
  service.watches = {
      [](const v1::WatchJobRequest&, FakeJobService::WatchWriter& writer) {
        SendState(writer, v1::Job::STATE_RUNNING);
        return grpc::Status(grpc::StatusCode::CANCELLED, "the server stops");
      }};
  const Connection connection = service.Start();
  Canceller canceller;
  int num_notes = 0;
  WatchOptions options;
  options.patience = std::chrono::milliseconds(1000);
  options.on_note = [&](std::string_view) { ++num_notes; };
  const auto watched = WatchToEnd(connection, "jobs/1", options, canceller);
  EXPECT_EQ(ExitCodeOf(watched.status()), ExitCode::kUnavailable);
  EXPECT_LE(service.num_watches(), 6);
  EXPECT_EQ(num_notes, 1);
}

TEST(WatchTest, CancellingEndsAnOpenStream) {
  FakeJobService service;
  service.watches = {
      [](const v1::WatchJobRequest&, FakeJobService::WatchWriter& writer) {
        SendStage(writer, 1);
        v1::WatchJobResponse beat;
        beat.mutable_heartbeat();
        while (writer.Write(beat))
          std::this_thread::sleep_for(std::chrono::milliseconds(5));
        return grpc::Status::CANCELLED;
      }};
  const Connection connection = service.Start();
  Canceller canceller;
  WatchOptions options;
  options.on_event = [&](const v1::WatchJobResponse& event) {
    if (event.has_heartbeat()) canceller.Cancel();
  };
  const auto watched = WatchToEnd(connection, "jobs/1", options, canceller);
  EXPECT_EQ(watched.status().code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace ttflow::client
