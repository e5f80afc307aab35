// Bad requests and full queues: codes, reasons and details on the wire.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/integration/test_client.h"
#include "tests/integration/test_server.h"

namespace ttflow::server {
namespace {

constexpr char kGaussian[] = R"json({
  "sample": {
    "target": {"builtin": {"name": "gaussian", "dimension": 2}},
    "options": {"num_particles": 512}},
  "num_samples": 600, "seed": 7})json";
constexpr char kNobody[] = "jobs/01900000-0000-7000-8000-000000000000";

// No job runs: what is queued stays queued.
class ErrorTest : public testing::Test {
 protected:
  grpc::Status CreateStatus(const v1::JobSpec& spec,
                            const std::string& request_id = "",
                            std::string* name = nullptr) {
    v1::CreateJobRequest request;
    *request.mutable_job_spec() = spec;
    request.set_request_id(request_id);
    v1::CreateJobResponse response;
    grpc::Status status = client_.TryCreate(request, &response);
    if (name != nullptr) {
      *name = response.job().name();
    }
    return status;
  }

  grpc::Status CreateStatus(const std::string& json) {
    return CreateStatus(TestClient::ParseSpec(json));
  }

  grpc::Status ReadStatus(const std::string& name, std::int64_t offset) {
    v1::ReadSamplesRequest request;
    request.set_name(name);
    request.set_offset(offset);
    Rows rows;
    return client_.Read(request, &rows);
  }

  TestServer server_{[](ServerOptions& options) {
    options.runs_jobs = false;
    options.limits.max_queued_jobs = 2;
    options.limits.max_job_memory_bytes = std::int64_t{1} << 30;
  }};
  TestClient client_{server_.address()};
};

TEST_F(ErrorTest, EveryFaultOfASpecIsNamedAtOnce) {
  const grpc::Status status = CreateStatus(R"json({
    "sample": {
      "target": {"builtin": {"name": "gaussian", "dimension": 2,
                             "parameters": {"colour": {"values": [1]}}}},
      "options": {"num_particles": 3,
                  "schedule": {"conditional_ess": 1.5},
                  "flow": {"max_displacement": -1}}},
    "num_samples": 0})json");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  const ErrorDetails details = DetailsOf(status);
  EXPECT_EQ(details.domain, "ttflow");
  EXPECT_FALSE(details.reason.empty());
  EXPECT_THAT(
      details.fields,
      testing::IsSupersetOf(
          {std::string("job_spec.num_samples"),
           std::string("job_spec.sample.target.builtin.parameters.colour"),
           std::string("job_spec.sample.options.num_particles"),
           std::string("job_spec.sample.options.schedule.conditional_ess"),
           std::string("job_spec.sample.options.flow.max_displacement")}));
}

TEST_F(ErrorTest, EachKindOfBadInputIsInvalidArgument) {
  for (const char* json : {
           R"json({})json",
           R"json({"sample": {}})json",
           R"json({"sample": {"target": {"builtin": {"name": "nobody"}}}})json",
           R"json({"sample": {"target": {"builtin":
               {"name": "gaussian", "dimension": -1}}}})json",
           R"json({"sample": {"target": {"builtin":
               {"name": "many_well", "dimension": 2000000}}}})json",
           R"json({"sample": {"target": {"mixture": {"components": [
               {"mean": [0], "weight": 0.5}, {"mean": [1], "weight": 0.1}]}}}})json",
           R"json({"sample": {"target": {"mixture": {"components": [
               {"mean": [0], "std": [0]}]}}}})json",
           R"json({"sample": {"target": {"mixture": {"components": [
               {"mean": ["NaN"]}]}}}})json",
           R"json({"sample": {"target": {"mixture": {"components": [
               {"mean": [0, 1]}, {"mean": [0]}]}}}})json",
           R"json({"sample": {"target": {"builtin": {"name": "gmm40"},
               "bounds": [{"lower": 1, "upper": 0}]}}})json",
           R"json({"sample": {"target": {"builtin": {"name": "gmm40"},
               "bounds": [{}, {}, {}]}}})json",
       }) {
    const grpc::Status status = CreateStatus(json);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << json;
    EXPECT_FALSE(DetailsOf(status).fields.empty()) << json;
  }
}

TEST_F(ErrorTest, WhatCannotFitInMemoryIsRefusedWithTheField) {
  const grpc::Status status = CreateStatus(R"json({
    "sample": {"target": {"builtin": {"name": "many_well", "dimension": 1024}},
               "options": {"num_particles": 10000000}}})json");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(DetailsOf(status).fields,
              testing::Contains("job_spec.sample.options.num_particles"));
}

TEST_F(ErrorTest, ValidateOnlyEstimatesAndQueuesNothing) {
  v1::CreateJobRequest request;
  *request.mutable_job_spec() = TestClient::ParseSpec(kGaussian);
  request.set_validate_only(true);
  v1::CreateJobResponse response;
  ASSERT_TRUE(client_.TryCreate(request, &response).ok());
  EXPECT_GT(response.estimate().memory_bytes(), 0);
  EXPECT_TRUE(response.job().name().empty());
  grpc::ClientContext context;
  v1::ListJobsResponse list;
  ASSERT_TRUE(client_.jobs().ListJobs(&context, {}, &list).ok());
  EXPECT_EQ(list.jobs_size(), 0);
}

TEST_F(ErrorTest, FullQueueAnswersWithARetryDelay) {
  ASSERT_TRUE(CreateStatus(kGaussian).ok());
  ASSERT_TRUE(CreateStatus(kGaussian).ok());
  const grpc::Status status = CreateStatus(kGaussian);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  const ErrorDetails details = DetailsOf(status);
  EXPECT_EQ(details.reason, "QUEUE_FULL");
  EXPECT_TRUE(details.has_quota_failure);
  EXPECT_TRUE(details.has_retry_info);
  EXPECT_GT(details.retry_seconds, 0);
}

TEST_F(ErrorTest, RequestIdMakesOneJob) {
  const std::string id = "0b7ad8b4-6e5c-4d6c-9f6a-8f2b8f1c2d3e";
  v1::JobSpec spec = TestClient::ParseSpec(kGaussian);
  spec.clear_seed();  // the server's choice differs from call to call
  std::string first;
  std::string second;
  ASSERT_TRUE(CreateStatus(spec, id, &first).ok());
  ASSERT_TRUE(CreateStatus(spec, id, &second).ok());
  EXPECT_EQ(first, second);
  spec.set_num_samples(601);
  const grpc::Status conflict = CreateStatus(spec, id);
  EXPECT_EQ(conflict.error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(DetailsOf(conflict).reason, "REQUEST_ID_CONFLICT");
  EXPECT_EQ(CreateStatus(spec, "7").error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ErrorTest, UnknownJobsAndFlowsAreNotFound) {
  grpc::Status status;
  client_.Watch(kNobody, 0, 1, &status);
  for (const grpc::Status& result :
       {status, client_.Delete(kNobody), ReadStatus(kNobody, 0)}) {
    EXPECT_EQ(result.error_code(), grpc::StatusCode::NOT_FOUND);
    const ErrorDetails details = DetailsOf(result);
    EXPECT_EQ(details.reason, "JOB_NOT_FOUND");
    EXPECT_TRUE(details.has_resource_info);
    EXPECT_EQ(details.resource_name, kNobody);
  }
  v1::JobSpec spec;
  spec.mutable_draw()->set_flow("flows/01900000-0000-7000-8000-000000000000");
  const grpc::Status draw = CreateStatus(spec);
  EXPECT_EQ(draw.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(DetailsOf(draw).reason, "FLOW_NOT_FOUND");
}

TEST_F(ErrorTest, BadNamesAreInvalidArguments) {
  for (const char* name : {"", "jobs/", "flows/x", "jobs/../etc", "JOBS/1"}) {
    EXPECT_EQ(client_.Delete(name).error_code(),
              grpc::StatusCode::INVALID_ARGUMENT)
        << name;
    EXPECT_EQ(ReadStatus(name, 0).error_code(),
              grpc::StatusCode::INVALID_ARGUMENT)
        << name;
  }
  EXPECT_EQ(ReadStatus(kNobody, -1).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ErrorTest, WaitingJobHasNoSamplesAndCannotBeDeleted) {
  const std::string name = client_.Create(kGaussian);
  for (const grpc::Status& status :
       {ReadStatus(name, 0), client_.Delete(name)}) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
    EXPECT_TRUE(DetailsOf(status).has_precondition_failure);
  }
}

}  // namespace
}  // namespace ttflow::server
