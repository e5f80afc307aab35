#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/rpc/watch_job_stream.h"
#include "tests/server/handlers/service_fixture.h"

namespace ttflow::server {
namespace {

class WatchJobTest : public ServiceFixture {
 protected:
  struct Watched {
    std::vector<v1::WatchJobResponse> responses;
    grpc::Status status;

    std::vector<std::int64_t> StageSequences() const {
      std::vector<std::int64_t> sequences;
      for (const auto& response : responses) {
        if (response.has_stage()) sequences.push_back(response.sequence());
      }
      return sequences;
    }
  };

  Watched Watch(const std::string& name, std::int64_t after = 0) {
    Context context;
    v1::WatchJobRequest request;
    request.set_name(name);
    request.set_after_sequence(after);
    const auto stream = jobs_->WatchJob(&context, request);
    Watched watched;
    v1::WatchJobResponse response;
    while (stream->Read(&response)) watched.responses.push_back(response);
    watched.status = stream->Finish();
    return watched;
  }
};

TEST_F(WatchJobTest, SendsEveryStageOnceAndTheTerminalStateLast) {
  const std::string name = Create(SmallJob());
  const Watched live = Watch(name);
  ASSERT_TRUE(live.status.ok()) << live.status.error_message();
  const auto num_stages = Get(name).result().num_stages();
  const std::vector<std::int64_t> sequences = live.StageSequences();
  ASSERT_EQ(sequences.size(), static_cast<std::size_t>(num_stages));
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    EXPECT_EQ(sequences[i], static_cast<std::int64_t>(i) + 1);
  }
  EXPECT_EQ(live.responses.back().state_change().state(),
            v1::Job::STATE_SUCCEEDED);
  EXPECT_EQ(live.responses.back().fraction(), 1);

  // A watch that begins after the end tells the same story.
  const Watched late = Watch(name);
  ASSERT_TRUE(late.status.ok());
  EXPECT_EQ(late.StageSequences(), sequences);
  EXPECT_EQ(late.responses.size(), sequences.size() + 1);
  EXPECT_EQ(late.responses.back().state_change().state(),
            v1::Job::STATE_SUCCEEDED);
}

TEST_F(WatchJobTest, ResumesAfterASequence) {
  const std::string name = Create(SmallJob());
  const auto num_stages = Wait(name).result().num_stages();
  ASSERT_GE(num_stages, 2);
  EXPECT_THAT(Watch(name, num_stages - 1).StageSequences(),
              testing::ElementsAre(num_stages));
  EXPECT_THAT(Watch(name, num_stages).StageSequences(), testing::ElementsAre());
  EXPECT_TRUE(Watch(name, num_stages + 100).status.ok());
}

TEST_F(WatchJobTest, ShowsACancel) {
  const std::string name = Create(EndlessJob());
  AwaitRunning(name);
  Watched watched;
  std::thread watcher([&] { watched = Watch(name); });
  Cancel(name);
  watcher.join();
  ASSERT_TRUE(watched.status.ok()) << watched.status.error_message();
  EXPECT_EQ(watched.responses.back().state_change().state(),
            v1::Job::STATE_CANCELLED);
}

TEST_F(WatchJobTest, FaultsAndUnknownJobsAreAnswered) {
  EXPECT_THAT(FieldsOf(Watch("jobs/").status), testing::ElementsAre("name"));
  EXPECT_THAT(FieldsOf(Watch("jobs/1", -1).status),
              testing::ElementsAre("after_sequence"));
  const Watched watched = Watch("jobs/1");
  EXPECT_EQ(watched.status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(watched.status), "JOB_NOT_FOUND");
}

TEST_F(WatchJobTest, LeavingDoesNotTouchTheJob) {
  ServerOptions options;
  options.limits.max_streams = 8;
  Serve(options);
  const std::string name = Create(EndlessJob());
  AwaitRunning(name);
  // Far more than the limit, one after the other: each gives its place back,
  // though the server may hear of a client's leaving a little later.
  int num_refused = 0;
  for (int i = 0; i < 100; ++i) {
    Context context;
    v1::WatchJobRequest request;
    request.set_name(name);
    const auto stream = jobs_->WatchJob(&context, request);
    v1::WatchJobResponse response;
    const bool began = i % 2 == 1 || stream->Read(&response);
    context.TryCancel();
    while (stream->Read(&response)) {
    }
    const grpc::Status status = stream->Finish();
    // The cancel may hide the server's refusal.
    if (!began || status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
      ASSERT_LT(++num_refused, 1000) << "no place is given back";
      absl::SleepFor(absl::Milliseconds(5));
      --i;
    }
  }
  EXPECT_EQ(Get(name).state(), v1::Job::STATE_RUNNING);
  EXPECT_FALSE(Get(name).cancel_requested());
  Cancel(name);
  Wait(name);
}

TEST_F(WatchJobTest, StreamsHaveALimit) {
  ServerOptions options;
  options.runs_jobs = false;
  options.limits.max_streams = 1;
  Serve(options);
  const std::string name = Create(SmallJob());
  Context context;
  v1::WatchJobRequest request;
  request.set_name(name);
  const auto first = jobs_->WatchJob(&context, request);
  v1::WatchJobResponse response;
  ASSERT_TRUE(first->Read(&response));
  EXPECT_EQ(response.state_change().state(), v1::Job::STATE_QUEUED);
  const grpc::Status second = Watch(name).status;
  EXPECT_EQ(second.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(second), "TOO_MANY_STREAMS");
  context.TryCancel();
  first->Finish().error_code();
}

TEST_F(WatchJobTest, AStopEndsStreamsWithUnavailable) {
  const std::string name = Create(EndlessJob());
  AwaitRunning(name);
  Context context;
  v1::WatchJobRequest request;
  request.set_name(name);
  const auto stream = jobs_->WatchJob(&context, request);
  v1::WatchJobResponse response;
  ASSERT_TRUE(stream->Read(&response));
  std::thread stop([&] { server_->Shutdown(absl::Seconds(20)); });
  while (stream->Read(&response)) {
  }
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(status), "SERVER_DRAINING");
  stop.join();
  // The job waits for the next start.
  ServerOptions options;
  options.runs_jobs = false;
  Serve(options);
  EXPECT_EQ(Get(name).state(), v1::Job::STATE_QUEUED);
}

}  // namespace
}  // namespace ttflow::server
