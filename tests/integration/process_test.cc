// The program itself: what a kill and a SIGTERM leave behind.

#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "server/storage/sqlite/sqlite_database.h"
#include "tests/integration/test_client.h"
#include "tests/server/storage/temporary_directory.h"

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

// One run of ttflowd on a Unix socket; killed where the test forgets it.
class ServerProcess {
 public:
  explicit ServerProcess(const std::string& directory)
      : address_("unix:" + directory + "/socket") {
    std::vector<std::string> words = {TTFLOWD_PATH,
                                      "--listen",
                                      address_,
                                      "--data-dir",
                                      directory + "/data",
                                      "--threads",
                                      "2",
                                      "--log-level",
                                      "error"};
    std::vector<char*> arguments;
    for (std::string& word : words) {
      arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    EXPECT_EQ(
        posix_spawn(
            &pid_, TTFLOWD_PATH, nullptr, nullptr, arguments.data(), environ),
        0);
  }
  ~ServerProcess() {
    if (pid_ > 0) {
      Signal(SIGKILL);
      Wait();
    }
  }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  const std::string& address() const { return address_; }

  void Signal(int signal) const { kill(pid_, signal); }

  // Waits for the end and returns the wait status.
  int Wait() {
    int status = 0;
    EXPECT_EQ(waitpid(pid_, &status, 0), pid_);
    pid_ = 0;
    return status;
  }

 private:
  std::string address_;
  pid_t pid_ = 0;
};

TEST(ProcessTest, KilledServerLosesNothingThatItPromised) {
  TemporaryDirectory directory;
  std::string finished;
  std::string running;
  v1::Job before;
  Rows samples;
  {
    ServerProcess server(directory.path());
    TestClient client(server.address());
    ASSERT_TRUE(client.AwaitReady());
    finished = client.Create(kGaussian);
    before = client.Finish(finished);
    ASSERT_EQ(before.state(), v1::Job::STATE_SUCCEEDED)
        << before.error().message();
    samples = client.ReadAll(finished);
    running = client.Create(kLong);
    ASSERT_EQ(client.AwaitStart(running).state(), v1::Job::STATE_RUNNING);
    server.Signal(SIGKILL);
    EXPECT_TRUE(WIFSIGNALED(server.Wait()));
  }
  ServerProcess server(directory.path());
  TestClient client(server.address());
  ASSERT_TRUE(client.AwaitReady());
  EXPECT_EQ(client.Get(finished).SerializeAsString(),
            before.SerializeAsString());
  EXPECT_EQ(client.ReadAll(finished).values, samples.values);
  const v1::Job again = client.AwaitStart(running);
  EXPECT_EQ(again.state(), v1::Job::STATE_RUNNING);
  EXPECT_EQ(again.attempt(), 2);
  client.Cancel(running);
  EXPECT_EQ(client.Finish(running).state(), v1::Job::STATE_CANCELLED);
}

TEST(ProcessTest, TermEndsCleanlyUnderLoad) {
  TemporaryDirectory directory;
  ServerProcess server(directory.path());
  TestClient client(server.address());
  ASSERT_TRUE(client.AwaitReady());
  const std::string running = client.Create(kLong);
  const std::string queued = client.Create(kGaussian);
  ASSERT_EQ(client.AwaitStart(running).state(), v1::Job::STATE_RUNNING);
  grpc::Status watched;
  std::thread watcher([&] { client.Watch(running, 0, 1 << 30, &watched); });
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const auto asked = std::chrono::steady_clock::now();
  server.Signal(SIGTERM);
  // Up to 5 s of it are the client's: an idle connection answers the server's
  // goodbye when gRPC's background poll comes by.
  const int status = server.Wait();
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::seconds(20));
  watcher.join();
  EXPECT_EQ(watched.error_code(), grpc::StatusCode::UNAVAILABLE);
  const auto stores =
      OpenSqliteDatabase({.directory = directory.path() + "/data"});
  ASSERT_TRUE(stores.ok()) << stores.status();
  for (const std::string& name : {running, queued}) {
    const auto job =
        (*stores)->jobs().Get(name.substr(std::string("jobs/").size()));
    ASSERT_TRUE(job.ok()) << job.status();
    EXPECT_EQ(job->state, JobState::kQueued) << name;
    EXPECT_EQ(job->num_worker_losses, 0) << name;
  }
}

}  // namespace
}  // namespace ttflow::server
