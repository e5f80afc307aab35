#include "tests/integration/test_client.h"

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <limits>
#include <thread>

namespace ttflow::server {
namespace {

namespace rpc = ::ttflow::internal::rpc;

constexpr int kAllStages = std::numeric_limits<int>::max();

void ExpectOk(const grpc::Status& status, const char* call) {
  EXPECT_TRUE(status.ok()) << call << ": " << status.error_code() << " "
                           << status.error_message();
}

void AppendRaw(const std::string& bytes, std::vector<double>& values) {
  ASSERT_EQ(bytes.size() % 8, 0U);
  const std::size_t begin = values.size();
  values.resize(begin + bytes.size() / 8);
  std::memcpy(values.data() + begin, bytes.data(), bytes.size());
}

}  // namespace

ErrorDetails DetailsOf(const grpc::Status& status) {
  ErrorDetails details;
  rpc::Status message;
  EXPECT_TRUE(message.ParseFromString(status.error_details()));
  EXPECT_EQ(message.code(), static_cast<int>(status.error_code()));
  for (const auto& any : message.details()) {
    const std::string prefix = "type.googleapis.com/google.rpc.";
    EXPECT_EQ(any.type_url().rfind(prefix, 0), 0U) << any.type_url();
    const std::string type = any.type_url().substr(prefix.size());
    if (type == "ErrorInfo") {
      rpc::ErrorInfo info;
      EXPECT_TRUE(info.ParseFromString(any.value()));
      details.reason = info.reason();
      details.domain = info.domain();
    } else if (type == "BadRequest") {
      rpc::BadRequest bad;
      EXPECT_TRUE(bad.ParseFromString(any.value()));
      for (const auto& violation : bad.field_violations()) {
        EXPECT_FALSE(violation.description().empty()) << violation.field();
        details.fields.push_back(violation.field());
      }
    } else if (type == "RetryInfo") {
      rpc::RetryInfo retry;
      EXPECT_TRUE(retry.ParseFromString(any.value()));
      details.has_retry_info = true;
      details.retry_seconds =
          static_cast<double>(retry.retry_delay().seconds()) +
          1e-9 * retry.retry_delay().nanos();
    } else if (type == "QuotaFailure") {
      details.has_quota_failure = true;
    } else if (type == "PreconditionFailure") {
      details.has_precondition_failure = true;
    } else if (type == "ResourceInfo") {
      rpc::ResourceInfo info;
      EXPECT_TRUE(info.ParseFromString(any.value()));
      details.has_resource_info = true;
      details.resource_name = info.resource_name();
    }
  }
  return details;
}

void SetTestDeadline(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::minutes(1));
}

TestClient::TestClient(const std::string& address) {
  grpc::ChannelArguments arguments;
  // Connections of their own: two clients must not share one.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // A server that is about to start is found soon.
  for (const char* backoff : {GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS,
                              GRPC_ARG_MIN_RECONNECT_BACKOFF_MS,
                              GRPC_ARG_MAX_RECONNECT_BACKOFF_MS}) {
    arguments.SetInt(backoff, 100);
  }
  channel_ = grpc::CreateCustomChannel(
      address, grpc::InsecureChannelCredentials(), arguments);
  jobs_ = v1::JobService::NewStub(channel_);
  flows_ = v1::FlowService::NewStub(channel_);
}

bool TestClient::AwaitReady() {
  return channel_->WaitForConnected(std::chrono::system_clock::now() +
                                    std::chrono::seconds(20));
}

v1::JobSpec TestClient::ParseSpec(const std::string& json) {
  v1::JobSpec spec;
  const auto status = google::protobuf::util::JsonStringToMessage(json, &spec);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return spec;
}

grpc::Status TestClient::TryCreate(const v1::CreateJobRequest& request,
                                   v1::CreateJobResponse* response) {
  grpc::ClientContext context;
  SetTestDeadline(context);
  return jobs_->CreateJob(&context, request, response);
}

std::string TestClient::Create(const v1::JobSpec& spec) {
  v1::CreateJobRequest request;
  *request.mutable_job_spec() = spec;
  v1::CreateJobResponse response;
  ExpectOk(TryCreate(request, &response), "CreateJob");
  return response.job().name();
}

v1::Job TestClient::Get(const std::string& name) {
  grpc::ClientContext context;
  SetTestDeadline(context);
  v1::GetJobRequest request;
  request.set_name(name);
  v1::GetJobResponse response;
  ExpectOk(jobs_->GetJob(&context, request, &response), "GetJob");
  return response.job();
}

v1::Job TestClient::Cancel(const std::string& name) {
  grpc::ClientContext context;
  SetTestDeadline(context);
  v1::CancelJobRequest request;
  request.set_name(name);
  v1::CancelJobResponse response;
  ExpectOk(jobs_->CancelJob(&context, request, &response), "CancelJob");
  return response.job();
}

grpc::Status TestClient::Delete(const std::string& name) {
  grpc::ClientContext context;
  SetTestDeadline(context);
  v1::DeleteJobRequest request;
  request.set_name(name);
  v1::DeleteJobResponse response;
  return jobs_->DeleteJob(&context, request, &response);
}

v1::Job TestClient::AwaitStart(const std::string& name) {
  v1::Job job = Get(name);
  while (job.state() == v1::Job::STATE_QUEUED) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    job = Get(name);
  }
  return job;
}

std::vector<v1::WatchJobResponse> TestClient::Watch(const std::string& name,
                                                    std::int64_t after_sequence,
                                                    int max_stages,
                                                    grpc::Status* status) {
  grpc::ClientContext context;
  SetTestDeadline(context);
  v1::WatchJobRequest request;
  request.set_name(name);
  request.set_after_sequence(after_sequence);
  const auto reader = jobs_->WatchJob(&context, request);
  std::vector<v1::WatchJobResponse> events;
  v1::WatchJobResponse event;
  int num_stages = 0;
  while (num_stages < max_stages && reader->Read(&event)) {
    num_stages += event.has_stage() ? 1 : 0;
    events.push_back(event);
  }
  if (num_stages >= max_stages) {
    context.TryCancel();
  }
  *status = reader->Finish();
  return events;
}

v1::Job TestClient::Finish(const std::string& name) {
  grpc::Status status;
  const auto events = Watch(name, 0, kAllStages, &status);
  ExpectOk(status, "WatchJob");
  v1::Job job = Get(name);
  EXPECT_FALSE(events.empty());
  if (!events.empty()) {
    EXPECT_EQ(events.back().state_change().state(), job.state());
  }
  return job;
}

grpc::Status TestClient::Read(const v1::ReadSamplesRequest& request,
                              Rows* rows) {
  grpc::ClientContext context;
  SetTestDeadline(context);
  const auto reader = jobs_->ReadSamples(&context, request);
  v1::ReadSamplesResponse response;
  std::int64_t offset = request.offset();
  bool last = false;
  while (reader->Read(&response)) {
    EXPECT_FALSE(last) << "a message after the last";
    EXPECT_EQ(response.offset(), offset);
    EXPECT_LE(response.ByteSizeLong(), (1U << 20) + 1024);
    offset += response.rows();
    last = response.last();
    rows->dimension = response.dimension();
    rows->values.insert(
        rows->values.end(), response.values().begin(), response.values().end());
    rows->log_weights.insert(rows->log_weights.end(),
                             response.log_weights().begin(),
                             response.log_weights().end());
    AppendRaw(response.raw_values(), rows->values);
    AppendRaw(response.raw_log_weights(), rows->log_weights);
  }
  grpc::Status status = reader->Finish();
  EXPECT_EQ(last, status.ok());
  return status;
}

Rows TestClient::ReadAll(const std::string& name,
                         v1::SampleKind what,
                         v1::SampleEncoding encoding) {
  v1::ReadSamplesRequest request;
  request.set_name(name);
  request.set_what(what);
  request.set_encoding(encoding);
  Rows rows;
  ExpectOk(Read(request, &rows), "ReadSamples");
  return rows;
}

}  // namespace ttflow::server
