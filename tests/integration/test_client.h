// What the integration tests say to a server, and what they hear.

#ifndef TTFLOW_TESTS_INTEGRATION_TEST_CLIENT_H_
#define TTFLOW_TESTS_INTEGRATION_TEST_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "server/rpc/rpc_details.pb.h"
#include "ttflow/v1/flow_service.grpc.pb.h"
#include "ttflow/v1/job_service.grpc.pb.h"

namespace ttflow::server {

// What an error carried in grpc-status-details-bin, by type.
struct ErrorDetails {
  std::string reason;  // of ErrorInfo
  std::string domain;
  std::vector<std::string> fields;  // of BadRequest
  bool has_retry_info = false;
  double retry_seconds = 0;
  bool has_quota_failure = false;
  bool has_precondition_failure = false;
  bool has_resource_info = false;
  std::string resource_name;
};
ErrorDetails DetailsOf(const grpc::Status& status);

// All rows of a table.
struct Rows {
  std::int64_t dimension = 0;
  std::vector<double> values;  // row-major
  std::vector<double> log_weights;
};

// One connection. Functions that expect success fail the test otherwise; a call
// without an answer ends after a minute.
class TestClient {
 public:
  explicit TestClient(const std::string& address);

  // Waits until the server takes connections; false after 20 s.
  bool AwaitReady();

  // The spec in protobuf JSON.
  static v1::JobSpec ParseSpec(const std::string& json);

  grpc::Status TryCreate(const v1::CreateJobRequest& request,
                         v1::CreateJobResponse* response);
  // Returns the job's name.
  std::string Create(const v1::JobSpec& spec);
  std::string Create(const std::string& json) {
    return Create(ParseSpec(json));
  }

  v1::Job Get(const std::string& name);
  v1::Job Cancel(const std::string& name);
  grpc::Status Delete(const std::string& name);
  // Waits until the job is RUNNING or has ended.
  v1::Job AwaitStart(const std::string& name);

  // Reads events until the end of the call, or until `max_stages` stages have
  // come; the call's status goes to `status`.
  std::vector<v1::WatchJobResponse> Watch(const std::string& name,
                                          std::int64_t after_sequence,
                                          int max_stages,
                                          grpc::Status* status);
  // Watches to the end, which must be OK, and returns the job.
  v1::Job Finish(const std::string& name);

  // Reads until the end of the call and appends to `rows`.
  grpc::Status Read(const v1::ReadSamplesRequest& request, Rows* rows);
  Rows ReadAll(const std::string& name,
               v1::SampleKind what = v1::SAMPLE_KIND_SAMPLES,
               v1::SampleEncoding encoding = v1::SAMPLE_ENCODING_PACKED);

  v1::JobService::Stub& jobs() { return *jobs_; }
  v1::FlowService::Stub& flows() { return *flows_; }

 private:
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::JobService::Stub> jobs_;
  std::unique_ptr<v1::FlowService::Stub> flows_;
};

// Sets the deadline of the tests' calls.
void SetTestDeadline(grpc::ClientContext& context);

}  // namespace ttflow::server

#endif  // TTFLOW_TESTS_INTEGRATION_TEST_CLIENT_H_
