// A server on a Unix socket in a directory of the test's own, and its stubs.

#ifndef TTFLOW_TESTS_SERVER_HANDLERS_SERVICE_FIXTURE_H_
#define TTFLOW_TESTS_SERVER_HANDLERS_SERVICE_FIXTURE_H_

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/rpc/rpc_details.pb.h"
#include "server/server.h"
#include "tests/server/storage/temporary_directory.h"
#include "ttflow/v1/flow_service.grpc.pb.h"
#include "ttflow/v1/job_service.grpc.pb.h"

namespace ttflow::server {

class ServiceFixture : public testing::Test {
 protected:
  void SetUp() override { Serve({}); }

  // Starts the server anew, on the same data.
  void Serve(ServerOptions options) {
    server_.reset();
    options.listen = {"unix:" + directory_.path() + "/socket"};
    options.data_directory = directory_.path() + "/data";
    options.num_threads = 1;
    auto server = Server::Start(options);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    channel_ = grpc::CreateChannel(server_->addresses()[0],
                                   grpc::InsecureChannelCredentials());
    jobs_ = v1::JobService::NewStub(channel_);
    flows_ = v1::FlowService::NewStub(channel_);
  }

  // A call that hangs fails its test instead of the whole run.
  struct Context : grpc::ClientContext {
    Context() {
      set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    }
  };

  static v1::CreateJobRequest SmallJob() {
    v1::CreateJobRequest request;
    v1::JobSpec& spec = *request.mutable_job_spec();
    auto* target = spec.mutable_sample()->mutable_target()->mutable_builtin();
    target->set_name("gaussian");
    target->set_dimension(2);
    spec.mutable_sample()->mutable_options()->set_num_particles(128);
    spec.set_num_samples(100);
    spec.set_seed(7);
    return request;
  }

  // One that runs until it is cancelled.
  static v1::CreateJobRequest EndlessJob() {
    v1::CreateJobRequest request = SmallJob();
    v1::SampleWork& work = *request.mutable_job_spec()->mutable_sample();
    work.mutable_target()->mutable_builtin()->set_dimension(64);
    work.mutable_options()->set_num_particles(20000);
    // Stages take their time; a search for a density does not.
    work.mutable_options()->mutable_density()->set_mode(v1::DENSITY_MODE_OFF);
    work.mutable_options()->mutable_moves()->set_count(1000);
    work.mutable_options()->mutable_schedule()->set_conditional_ess(0.9999);
    return request;
  }

  std::string Create(const v1::CreateJobRequest& request) {
    Context context;
    v1::CreateJobResponse response;
    const grpc::Status status = jobs_->CreateJob(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.job().name();
  }

  v1::Job Get(const std::string& name) {
    Context context;
    v1::GetJobRequest request;
    request.set_name(name);
    v1::GetJobResponse response;
    const grpc::Status status = jobs_->GetJob(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.job();
  }

  v1::Job Wait(const std::string& name) {
    Context context;
    v1::WaitJobRequest request;
    request.set_name(name);
    v1::WaitJobResponse response;
    const grpc::Status status = jobs_->WaitJob(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.job();
  }

  void AwaitRunning(const std::string& name) {
    Context context;
    v1::WatchJobRequest request;
    request.set_name(name);
    const auto stream = jobs_->WatchJob(&context, request);
    v1::WatchJobResponse response;
    while (stream->Read(&response)) {
      if (response.state_change().state() == v1::Job::STATE_RUNNING) break;
    }
    context.TryCancel();
    while (stream->Read(&response)) {
    }
    stream->Finish().error_code();
  }

  void Cancel(const std::string& name) {
    Context context;
    v1::CancelJobRequest request;
    request.set_name(name);
    v1::CancelJobResponse response;
    const grpc::Status status = jobs_->CancelJob(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
  }

  static std::string ReasonOf(const grpc::Status& status) {
    internal::rpc::Status decoded;
    decoded.ParseFromString(status.error_details());
    internal::rpc::ErrorInfo info;
    for (const auto& detail : decoded.details()) {
      if (detail.type_url().ends_with(".ErrorInfo")) {
        info.ParseFromString(detail.value());
      }
    }
    return info.reason();
  }

  static std::vector<std::string> FieldsOf(const grpc::Status& status) {
    internal::rpc::Status decoded;
    decoded.ParseFromString(status.error_details());
    std::vector<std::string> fields;
    for (const auto& detail : decoded.details()) {
      if (!detail.type_url().ends_with(".BadRequest")) continue;
      internal::rpc::BadRequest bad_request;
      bad_request.ParseFromString(detail.value());
      for (const auto& violation : bad_request.field_violations()) {
        fields.push_back(violation.field());
      }
    }
    return fields;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::JobService::Stub> jobs_;
  std::unique_ptr<v1::FlowService::Stub> flows_;
};

}  // namespace ttflow::server

#endif  // TTFLOW_TESTS_SERVER_HANDLERS_SERVICE_FIXTURE_H_
