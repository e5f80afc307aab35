#include "client/connection/sample_reader.h"

#include <string>
#include <vector>

#include "client/errors/client_error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/fake_job_service.h"

namespace ttflow::client {
namespace {

constexpr std::int64_t kRows = 10;

// Row i of the fake is (i, -i), its log weight i / 2.
void SendRows(FakeJobService::SampleWriter& writer,
              const v1::ReadSamplesRequest& request,
              std::int64_t offset,
              std::int64_t count) {
  v1::ReadSamplesResponse response;
  response.set_offset(offset);
  response.set_rows(static_cast<int>(count));
  response.set_dimension(2);
  response.set_total_rows(kRows);
  response.set_last(offset + count == kRows);
  const auto append = [](double value, std::string& to) {
    to.append(reinterpret_cast<const char*>(&value), sizeof(value));
  };
  for (std::int64_t i = offset; i < offset + count; ++i) {
    append(static_cast<double>(i), *response.mutable_raw_values());
    append(-static_cast<double>(i), *response.mutable_raw_values());
    if (request.what() == v1::SAMPLE_KIND_PARTICLES) {
      append(0.5 * static_cast<double>(i), *response.mutable_raw_log_weights());
    }
  }
  writer.Write(response);
}

grpc::Status SendAll(const v1::ReadSamplesRequest& request,
                     FakeJobService::SampleWriter& writer) {
  const std::int64_t end =
      request.limit() > 0 ? std::min(kRows, request.offset() + request.limit())
                          : kRows;
  for (std::int64_t i = request.offset(); i < end; i += 3) {
    SendRows(writer, request, i, std::min<std::int64_t>(3, end - i));
  }
  return grpc::Status::OK;
}

struct Collected {
  std::vector<double> values;
  std::vector<double> log_weights;

  absl::Status Take(const RowBatch& batch) {
    EXPECT_EQ(batch.dimension, 2);
    EXPECT_EQ(batch.total_rows, kRows);
    values.insert(values.end(), batch.values.begin(), batch.values.end());
    log_weights.insert(
        log_weights.end(), batch.log_weights.begin(), batch.log_weights.end());
    return absl::OkStatus();
  }
};

absl::Status Read(FakeJobService& service,
                  v1::SampleKind kind,
                  RowRange range,
                  Collected& collected) {
  const Connection connection = service.Start();
  Canceller canceller;
  return ReadRows(
      connection, "jobs/1", kind, range, canceller, [&](const RowBatch& batch) {
        return collected.Take(batch);
      });
}

void ExpectRows(const Collected& collected,
                std::int64_t first,
                std::int64_t end) {
  ASSERT_EQ(collected.values.size(),
            static_cast<std::size_t>(2 * (end - first)));
  for (std::int64_t i = first; i < end; ++i) {
    EXPECT_EQ(collected.values[static_cast<std::size_t>(2 * (i - first))],
              static_cast<double>(i));
    EXPECT_EQ(collected.values[static_cast<std::size_t>(2 * (i - first) + 1)],
              -static_cast<double>(i));
  }
}

TEST(SampleReaderTest, ReadsAllRowsInOrder) {
  FakeJobService service;
  service.reads = {SendAll};
  Collected collected;
  ASSERT_TRUE(Read(service, v1::SAMPLE_KIND_SAMPLES, {}, collected).ok());
  ExpectRows(collected, 0, kRows);
  EXPECT_TRUE(collected.log_weights.empty());
}

TEST(SampleReaderTest, ParticlesBringTheirLogWeights) {
  FakeJobService service;
  service.reads = {SendAll};
  Collected collected;
  ASSERT_TRUE(Read(service, v1::SAMPLE_KIND_PARTICLES, {}, collected).ok());
  ASSERT_EQ(collected.log_weights.size(), kRows);
  EXPECT_EQ(collected.log_weights[3], 1.5);
}

TEST(SampleReaderTest, ABrokenStreamGoesOnAtTheNextRow) {
  for (const auto code :
       {grpc::StatusCode::UNAVAILABLE, grpc::StatusCode::UNKNOWN}) {
    FakeJobService service;
    service.reads = {[code](const v1::ReadSamplesRequest& request,
                            FakeJobService::SampleWriter& writer) {
                       SendRows(writer, request, request.offset(), 4);
                       return grpc::Status(code, "lost");
                     },
                     [code](const v1::ReadSamplesRequest& request,
                            FakeJobService::SampleWriter& writer) {
                       EXPECT_EQ(request.offset(), 4);
                       SendRows(writer, request, request.offset(), 1);
                       return grpc::Status(code, "lost again");
                     },
                     SendAll};
    Collected collected;
    const absl::Status status =
        Read(service, v1::SAMPLE_KIND_SAMPLES, {}, collected);
    ASSERT_TRUE(status.ok()) << status;
    ExpectRows(collected, 0, kRows);
    EXPECT_EQ(service.num_reads(), 3);
  }
}

TEST(SampleReaderTest, ARangeIsKeptOverABreak) {
  FakeJobService service;
  service.reads = {[](const v1::ReadSamplesRequest& request,
                      FakeJobService::SampleWriter& writer) {
                     SendRows(writer, request, request.offset(), 2);
                     return grpc::Status(grpc::StatusCode::UNAVAILABLE, "lost");
                   },
                   SendAll};
  Collected collected;
  ASSERT_TRUE(Read(service, v1::SAMPLE_KIND_SAMPLES, {2, 5}, collected).ok());
  ExpectRows(collected, 2, 7);
}

TEST(SampleReaderTest, OtherErrorsAreFinal) {
  FakeJobService service;
  service.reads = {
      [](const v1::ReadSamplesRequest&, FakeJobService::SampleWriter&) {
        return grpc::Status(grpc::StatusCode::FAILED_PRECONDITION,
                            "the job still runs");
      }};
  Collected collected;
  const absl::Status status =
      Read(service, v1::SAMPLE_KIND_SAMPLES, {}, collected);
  EXPECT_EQ(ExitCodeOf(status), ExitCode::kFailedPrecondition);
  EXPECT_EQ(service.num_reads(), 1);
}

TEST(SampleReaderTest, RowsThatDoNotFitAreDataLoss) {
  FakeJobService service;
  service.reads = {[](const v1::ReadSamplesRequest& request,
                      FakeJobService::SampleWriter& writer) {
    SendRows(writer, request, 0, 2);
    SendRows(writer, request, 5, 2);  // a gap
    return grpc::Status::OK;
  }};
  Collected collected;
  EXPECT_EQ(Read(service, v1::SAMPLE_KIND_SAMPLES, {}, collected).code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace ttflow::client
