#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "server/rpc/read_samples_stream.h"
#include "tests/server/handlers/service_fixture.h"

namespace ttflow::server {
namespace {

class ReadSamplesTest : public ServiceFixture {
 protected:
  struct Table {
    std::vector<double> values;
    std::vector<double> log_weights;
    std::vector<int> batches;  // rows of each message
    grpc::Status status;
  };

  static void Append(const google::protobuf::RepeatedField<double>& packed,
                     const std::string& raw,
                     std::vector<double>& out) {
    out.insert(out.end(), packed.begin(), packed.end());
    const std::size_t old_size = out.size();
    out.resize(old_size + raw.size() / 8);
    if (raw.empty()) return;
    std::memcpy(out.data() + old_size, raw.data(), raw.size() / 8 * 8);
  }

  Table Read(const v1::ReadSamplesRequest& request) {
    Context context;
    const auto stream = jobs_->ReadSamples(&context, request);
    Table table;
    v1::ReadSamplesResponse response;
    std::int64_t offset = request.offset();
    bool last = false;
    while (stream->Read(&response)) {
      EXPECT_FALSE(last) << "a message after the last";
      EXPECT_EQ(response.offset(), offset);
      offset += response.rows();
      last = response.last();
      table.batches.push_back(response.rows());
      Append(response.values(), response.raw_values(), table.values);
      Append(response.log_weights(),
             response.raw_log_weights(),
             table.log_weights);
    }
    table.status = stream->Finish();
    EXPECT_EQ(last, table.status.ok());
    return table;
  }

  v1::ReadSamplesRequest Request(const std::string& name) {
    v1::ReadSamplesRequest request;
    request.set_name(name);
    return request;
  }
};

TEST_F(ReadSamplesTest, BothEncodingsBringTheSameNumbers) {
  const std::string name = Create(SmallJob());
  const v1::Job job = Wait(name);
  v1::ReadSamplesRequest request = Request(name);
  const Table packed = Read(request);
  ASSERT_TRUE(packed.status.ok()) << packed.status.error_message();
  EXPECT_EQ(packed.values.size(), 200u);
  EXPECT_TRUE(packed.log_weights.empty());
  request.set_encoding(v1::SAMPLE_ENCODING_RAW_LE_F64);
  EXPECT_EQ(Read(request).values, packed.values);
  // Row-major: the mean of every second number is that of a coordinate.
  double mean = 0;
  for (std::size_t i = 1; i < packed.values.size(); i += 2) {
    mean += packed.values[i] / 100;
  }
  EXPECT_NEAR(mean, job.result().coordinates(1).mean(), 0.5);
}

TEST_F(ReadSamplesTest, ParticlesBringTheirLogWeights) {
  const std::string name = Create(SmallJob());
  const v1::Job job = Wait(name);
  v1::ReadSamplesRequest request = Request(name);
  request.set_what(v1::SAMPLE_KIND_PARTICLES);
  request.set_batch_rows(50);
  const Table table = Read(request);
  ASSERT_TRUE(table.status.ok()) << table.status.error_message();
  const auto n = static_cast<std::size_t>(job.result().num_particles());
  EXPECT_EQ(table.values.size(), 2 * n);
  EXPECT_EQ(table.log_weights.size(), n);
}

TEST_F(ReadSamplesTest, OffsetAndLimitCutOutWhatIsAsked) {
  const std::string name = Create(SmallJob());
  Wait(name);
  const Table all = Read(Request(name));
  v1::ReadSamplesRequest request = Request(name);
  request.set_offset(90);
  request.set_limit(7);
  request.set_batch_rows(3);
  const Table some = Read(request);
  EXPECT_THAT(some.batches, testing::ElementsAre(3, 3, 1));
  EXPECT_EQ(
      some.values,
      std::vector<double>(all.values.begin() + 180, all.values.begin() + 194));
  request.set_offset(100);  // everything has been read
  const Table none = Read(request);
  EXPECT_TRUE(none.status.ok());
  EXPECT_TRUE(none.values.empty());
  request.set_offset(101);
  const Table beyond = Read(request);
  EXPECT_EQ(beyond.status.error_code(), grpc::StatusCode::OUT_OF_RANGE);
}

TEST_F(ReadSamplesTest, BatchesStayWithinTheirLimit) {
  ServerOptions options;
  options.limits.max_batch_bytes = 240;  // ten rows of two and a weight
  options.limits.default_batch_bytes = 120;
  Serve(options);
  const std::string name = Create(SmallJob());
  Wait(name);
  v1::ReadSamplesRequest request = Request(name);
  EXPECT_EQ(Read(request).batches.front(), 5);
  request.set_batch_rows(1'000'000);
  EXPECT_EQ(Read(request).batches.front(), 10);
}

TEST_F(ReadSamplesTest, AJobThatHasNoSamplesSaysSo) {
  ServerOptions options;
  options.runs_jobs = false;
  Serve(options);
  const grpc::Status status = Read(Request(Create(SmallJob()))).status;
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(status), "SAMPLES_NOT_READY");
}

TEST_F(ReadSamplesTest, EveryFaultIsAnsweredAtOnce) {
  v1::ReadSamplesRequest request = Request("jobs");
  request.set_offset(-1);
  request.set_limit(-1);
  request.set_batch_rows(-1);
  request.set_what(static_cast<v1::SampleKind>(9));
  request.set_encoding(static_cast<v1::SampleEncoding>(9));
  EXPECT_THAT(FieldsOf(Read(request).status),
              testing::UnorderedElementsAre(
                  "name", "offset", "limit", "batch_rows", "what", "encoding"));
}

TEST_F(ReadSamplesTest, ReadersMayLeaveAtAnyTime) {
  v1::CreateJobRequest create = SmallJob();
  create.mutable_job_spec()->set_num_samples(20000);
  const std::string name = Create(create);
  ASSERT_EQ(Wait(name).state(), v1::Job::STATE_SUCCEEDED);
  v1::ReadSamplesRequest request = Request(name);
  request.set_batch_rows(10);
  for (int i = 0; i < 50; ++i) {
    Context context;
    const auto stream = jobs_->ReadSamples(&context, request);
    v1::ReadSamplesResponse response;
    for (int reads = 0; reads < i; ++reads) {
      ASSERT_TRUE(stream->Read(&response));
    }
    context.TryCancel();
    while (stream->Read(&response)) {
    }
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  EXPECT_EQ(Read(Request(name)).values.size(), 40000u);
}

}  // namespace
}  // namespace ttflow::server
