// A reader that stops reading costs the server nothing, and nobody else.

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <fstream>
#include <span>
#include <string>
#include <thread>
#include <utility>

#include "tests/integration/test_client.h"
#include "tests/integration/test_server.h"

namespace ttflow::server {
namespace {

constexpr std::int64_t kRows = 1 << 20;
constexpr std::int64_t kColumns = 8;  // 64 MiB in all

// Resident memory of this process, which has both ends in it.
std::int64_t ResidentBytes() {
  std::int64_t size = 0;
  std::int64_t resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

// Puts a finished job with large samples into the store of a stopped server.
std::string StoreLargeJob(Database& stores) {
  v1::JobSpec spec;
  spec.set_num_samples(static_cast<std::int32_t>(kRows));
  EXPECT_TRUE(stores.jobs().Create({.spec = spec.SerializeAsString()}, 1).ok());
  const auto job = stores.jobs().ClaimNext();
  v1::Result result;
  result.set_num_samples(static_cast<std::int32_t>(kRows));
  Completion completion{.result = result.SerializeAsString()};
  completion.samples = {.rows = kRows,
                        .columns = kColumns,
                        .fill = [](std::int64_t first,
                                   std::int64_t count,
                                   std::span<double> out) {
                          for (std::int64_t i = 0; i < count * kColumns; ++i) {
                            out[static_cast<std::size_t>(i)] =
                                static_cast<double>(first * kColumns + i);
                          }
                        }};
  EXPECT_TRUE(stores.Complete({(*job)->id, 1}, completion).ok());
  return "jobs/" + (*job)->id;
}

TEST(SlowReaderTest, StalledReadDoesNotGrowTheServer) {
  TestServer server;
  server.Stop();
  const std::string name = StoreLargeJob(*server.OpenStores());
  server.Restart();
  TestClient client(server.address());
  TestClient other(server.address());
  EXPECT_EQ(other.Get(name).state(), v1::Job::STATE_SUCCEEDED);

  grpc::ClientContext context;
  SetTestDeadline(context);
  v1::ReadSamplesRequest request;
  request.set_name(name);
  request.set_encoding(v1::SAMPLE_ENCODING_RAW_LE_F64);
  const auto reader = client.jobs().ReadSamples(&context, request);
  v1::ReadSamplesResponse response;
  ASSERT_TRUE(reader->Read(&response));
  const std::int64_t before = ResidentBytes();
  std::this_thread::sleep_for(std::chrono::seconds(1));
  EXPECT_LT(ResidentBytes() - before, 16 << 20);

  const auto asked = std::chrono::steady_clock::now();
  EXPECT_EQ(other.Get(name).state(), v1::Job::STATE_SUCCEEDED);
  EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::seconds(2));

  // It goes on where it stopped, complete and in order.
  std::int64_t rows = 0;
  do {
    ASSERT_EQ(response.offset(), rows);
    double first = -1;
    ASSERT_GE(response.raw_values().size(), sizeof(first));
    response.raw_values().copy(reinterpret_cast<char*>(&first), sizeof(first));
    ASSERT_EQ(first, static_cast<double>(rows * kColumns));
    rows += response.rows();
  } while (reader->Read(&response));
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_EQ(rows, kRows);
}

TEST(SlowReaderTest, ReaderThatLeavesDoesNotHoldTheServer) {
  TestServer server;
  server.Stop();
  const std::string name = StoreLargeJob(*server.OpenStores());
  server.Restart();
  TestClient client(server.address());
  for (int i = 0; i < 5; ++i) {
    grpc::ClientContext context;
    SetTestDeadline(context);
    v1::ReadSamplesRequest request;
    request.set_name(name);
    const auto reader = client.jobs().ReadSamples(&context, request);
    v1::ReadSamplesResponse response;
    ASSERT_TRUE(reader->Read(&response));
    context.TryCancel();
    EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  // Nothing is left that the stop would wait for.
  const auto stopped = std::chrono::steady_clock::now();
  server.Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - stopped,
            std::chrono::seconds(10));
}

}  // namespace
}  // namespace ttflow::server
