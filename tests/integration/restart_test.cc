// What a stop and a new start of the server keep.

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/test_client.h"
#include "tests/integration/test_server.h"

namespace ttflow::server {
namespace {

constexpr char kGaussian[] = R"json({
  "sample": {
    "target": {"builtin": {"name": "gaussian", "dimension": 2}},
    "options": {"num_particles": 512}},
  "num_samples": 600, "seed": 7})json";

constexpr char kLong[] = R"json({
  "sample": {
    "target": {"builtin": {"name": "many_well", "dimension": 64}},
    "options": {"num_particles": 50000, "moves": {"count": 50},
                "density": {"mode": "DENSITY_MODE_OFF"}}},
  "seed": 5})json";

TEST(RestartTest, FinishedJobSamplesAndFlowSurvive) {
  TestServer server;
  std::string name;
  v1::Job before;
  Rows samples;
  {
    TestClient client(server.address());
    name = client.Create(kGaussian);
    before = client.Finish(name);
    ASSERT_EQ(before.state(), v1::Job::STATE_SUCCEEDED)
        << before.error().message();
    samples = client.ReadAll(name);
  }
  server.Restart();
  TestClient client(server.address());
  EXPECT_EQ(client.Get(name).SerializeAsString(), before.SerializeAsString());
  EXPECT_EQ(client.ReadAll(name).values, samples.values);
  EXPECT_EQ(client.Finish(name).state(), v1::Job::STATE_SUCCEEDED)
      << "a watch of an old job tells its stages and ends";
  v1::JobSpec spec;
  spec.mutable_draw()->set_flow(before.result().flow());
  spec.set_num_samples(100);
  const std::string draw = client.Create(spec);
  EXPECT_EQ(client.Finish(draw).state(), v1::Job::STATE_SUCCEEDED);
}

TEST(RestartTest, RunningJobStartsAgain) {
  TestServer server;
  std::string running;
  std::string queued;
  {
    TestClient client(server.address());
    running = client.Create(kLong);
    queued = client.Create(kGaussian);
    ASSERT_EQ(client.AwaitStart(running).state(), v1::Job::STATE_RUNNING);
  }
  server.Restart();
  TestClient client(server.address());
  const v1::Job again = client.AwaitStart(running);
  EXPECT_EQ(again.state(), v1::Job::STATE_RUNNING);
  EXPECT_EQ(again.attempt(), 2);
  client.Cancel(running);
  EXPECT_EQ(client.Finish(running).state(), v1::Job::STATE_CANCELLED);
  EXPECT_EQ(client.Finish(queued).state(), v1::Job::STATE_SUCCEEDED);
}

TEST(RestartTest, WatchersAreToldThatTheServerStops) {
  TestServer server;
  TestClient client(server.address());
  const std::string name = client.Create(kLong);
  client.AwaitStart(name);
  grpc::Status status;
  std::promise<void> done;
  std::thread watcher([&] {
    client.Watch(name, 0, 1 << 30, &status);
    done.set_value();
  });
  // The watch may begin before or during the stop: both must end.
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  server.Stop();
  EXPECT_EQ(done.get_future().wait_for(std::chrono::seconds(20)),
            std::future_status::ready);
  watcher.join();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE)
      << status.error_message();
  const auto stores = server.OpenStores();
  const auto job = stores->jobs().Get(name.substr(std::string("jobs/").size()));
  ASSERT_TRUE(job.ok());
  EXPECT_EQ(job->state, JobState::kQueued) << "given back for the next start";
}

}  // namespace
}  // namespace ttflow::server
