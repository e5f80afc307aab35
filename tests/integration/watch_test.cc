// Watching, waiting and cancelling.

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/test_client.h"
#include "tests/integration/test_server.h"

namespace ttflow::server {
namespace {

constexpr int kAllStages = 1 << 30;

constexpr char kShort[] = R"json({
  "sample": {
    "target": {"builtin": {"name": "many_well", "dimension": 4}},
    "options": {"num_particles": 512, "flow": {"mode": "FLOW_MODE_OFF"}}},
  "num_samples": 500, "seed": 5})json";

// Runs for minutes if nobody stops it.
constexpr char kLong[] = R"json({
  "sample": {
    "target": {"builtin": {"name": "many_well", "dimension": 64}},
    "options": {"num_particles": 50000, "moves": {"count": 50},
                "density": {"mode": "DENSITY_MODE_OFF"}}},
  "seed": 5})json";

class WatchTest : public testing::Test {
 protected:
  // Sequences of the stage events.
  static std::vector<std::int64_t> Sequences(
      const std::vector<v1::WatchJobResponse>& events) {
    std::vector<std::int64_t> sequences;
    for (const auto& event : events) {
      if (event.has_stage()) {
        sequences.push_back(event.sequence());
      }
    }
    return sequences;
  }

  TestServer server_;
  TestClient client_{server_.address()};
};

TEST_F(WatchTest, TellsEveryStageAndEndsWithTheEnd) {
  const std::string name = client_.Create(kShort);
  grpc::Status status;
  const auto events = client_.Watch(name, 0, kAllStages, &status);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_GE(events.size(), 3U);
  EXPECT_TRUE(events.front().has_state_change())
      << "first of all the present state";
  EXPECT_EQ(events.back().state_change().state(), v1::Job::STATE_SUCCEEDED);
  double t = 0;
  for (const auto& event : events) {
    if (event.has_stage()) {
      t = event.stage().t();
      EXPECT_GT(event.stage().num_energy_evaluations(), 0);
    }
  }
  EXPECT_EQ(t, 1.0);
  const auto sequences = Sequences(events);
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    EXPECT_EQ(sequences[i], static_cast<std::int64_t>(i) + 1);
  }
  EXPECT_EQ(client_.Get(name).progress().sequence(), sequences.back());
}

TEST_F(WatchTest, BrokenWatchIsResumedWithoutGapOrRepetition) {
  const std::string name = client_.Create(kShort);
  std::vector<std::int64_t> seen;
  for (int i = 0; i < 3; ++i) {
    grpc::Status status;
    const auto events =
        client_.Watch(name, seen.empty() ? 0 : seen.back(), 2, &status);
    const auto sequences = Sequences(events);
    seen.insert(seen.end(), sequences.begin(), sequences.end());
  }
  ASSERT_EQ(seen.size(), 6U);
  grpc::Status status;
  const auto rest = client_.Watch(name, seen.back(), kAllStages, &status);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(rest.back().state_change().state(), v1::Job::STATE_SUCCEEDED)
      << "ending a watch does not touch the job";
  for (std::int64_t sequence : Sequences(rest)) {
    seen.push_back(sequence);
  }
  for (std::size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i], static_cast<std::int64_t>(i) + 1);
  }
  const auto whole = client_.Watch(name, 0, kAllStages, &status);
  EXPECT_EQ(Sequences(whole), seen);
}

TEST_F(WatchTest, CancelStopsARunningJob) {
  const std::string name = client_.Create(kLong);
  ASSERT_EQ(client_.AwaitStart(name).state(), v1::Job::STATE_RUNNING);
  // Until it fits a flow: the pilot before takes a fraction of a second, the
  // fit of the first stage several.
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  const auto asked = std::chrono::steady_clock::now();
  EXPECT_TRUE(client_.Cancel(name).cancel_requested());
  const v1::Job job = client_.Finish(name);
  EXPECT_EQ(job.state(), v1::Job::STATE_CANCELLED);
  EXPECT_TRUE(job.has_end_time());
  // The engine asks some ten times a second; the rest is for a loaded machine.
  EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::seconds(3));
}

TEST_F(WatchTest, CancelOfAQueuedJobIsImmediate) {
  const std::string running = client_.Create(kLong);
  ASSERT_EQ(client_.AwaitStart(running).state(), v1::Job::STATE_RUNNING);
  const std::string queued = client_.Create(kShort);
  EXPECT_EQ(client_.Cancel(queued).state(), v1::Job::STATE_CANCELLED);
  EXPECT_EQ(client_.Get(queued).attempt(), 0);
  client_.Cancel(running);
  EXPECT_EQ(client_.Finish(running).state(), v1::Job::STATE_CANCELLED);
}

TEST_F(WatchTest, WaitReturnsAtItsTimeoutAndAtTheEnd) {
  const std::string name = client_.Create(kLong);
  const auto wait = [&](int seconds) {
    grpc::ClientContext context;
    SetTestDeadline(context);
    v1::WaitJobRequest request;
    request.set_name(name);
    request.mutable_timeout()->set_seconds(seconds);
    v1::WaitJobResponse response;
    const grpc::Status status =
        client_.jobs().WaitJob(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.job().state();
  };
  const v1::Job::State early = wait(0);
  EXPECT_TRUE(early == v1::Job::STATE_QUEUED ||
              early == v1::Job::STATE_RUNNING);
  client_.AwaitStart(name);
  client_.Cancel(name);
  EXPECT_EQ(wait(30), v1::Job::STATE_CANCELLED);
}

}  // namespace
}  // namespace ttflow::server
