#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "absl/time/clock.h"
#include "server/rpc/wait_job_call.h"
#include "tests/server/handlers/service_fixture.h"

namespace ttflow::server {
namespace {

class WaitJobTest : public ServiceFixture {
 protected:
  grpc::Status WaitFor(const std::string& name,
                       absl::Duration timeout,
                       v1::WaitJobResponse& response) {
    Context context;
    v1::WaitJobRequest request;
    request.set_name(name);
    request.mutable_timeout()->set_seconds(timeout / absl::Seconds(1));
    request.mutable_timeout()->set_nanos(static_cast<std::int32_t>(
        absl::ToInt64Nanoseconds(timeout % absl::Seconds(1))));
    return jobs_->WaitJob(&context, request, &response);
  }
};

TEST_F(WaitJobTest, ReturnsTheJobAsItIsWhenTheTimeIsOver) {
  ServerOptions options;
  options.runs_jobs = false;
  Serve(options);
  const std::string name = Create(SmallJob());
  v1::WaitJobResponse response;
  const absl::Time begin = absl::Now();
  ASSERT_TRUE(WaitFor(name, absl::Milliseconds(200), response).ok());
  EXPECT_GE(absl::Now() - begin, absl::Milliseconds(190));
  EXPECT_EQ(response.job().state(), v1::Job::STATE_QUEUED);
  ASSERT_TRUE(WaitFor(name, absl::ZeroDuration(), response).ok());
  EXPECT_EQ(response.job().name(), name);
}

TEST_F(WaitJobTest, EndsWithTheJob) {
  const std::string name = Create(EndlessJob());
  AwaitRunning(name);
  std::thread cancel([&] { Cancel(name); });
  v1::WaitJobResponse response;
  EXPECT_TRUE(WaitFor(name, absl::Seconds(25), response).ok());
  EXPECT_EQ(response.job().state(), v1::Job::STATE_CANCELLED);
  cancel.join();
}

TEST_F(WaitJobTest, FaultsAndUnknownJobsAreAnswered) {
  v1::WaitJobResponse response;
  EXPECT_THAT(FieldsOf(WaitFor("x", absl::Seconds(61), response)),
              testing::UnorderedElementsAre("name", "timeout"));
  EXPECT_EQ(WaitFor("jobs/1", absl::Seconds(1), response).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

// Waits that are left, or that the server's end catches, touch nothing of it.
TEST_F(WaitJobTest, ManyMayLeaveWhileTheServerStops) {
  ServerOptions options;
  options.runs_jobs = false;
  Serve(options);
  const std::string name = Create(SmallJob());
  std::vector<std::jthread> waiters;
  for (int i = 0; i < 16; ++i) {
    waiters.emplace_back([&, i] {
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() +
                           std::chrono::milliseconds(20 * i));
      v1::WaitJobRequest request;
      request.set_name(name);
      v1::WaitJobResponse response;
      jobs_->WaitJob(&context, request, &response);
    });
  }
  absl::SleepFor(absl::Milliseconds(150));
  server_.reset();
}

}  // namespace
}  // namespace ttflow::server
