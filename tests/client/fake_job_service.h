// A server in this process whose streams break where a test wants it.

#ifndef TTFLOW_TESTS_CLIENT_FAKE_JOB_SERVICE_H_
#define TTFLOW_TESTS_CLIENT_FAKE_JOB_SERVICE_H_

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "client/connection/connection.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"

namespace ttflow::client {

class FakeJobService : public v1::JobService::Service {
 public:
  using WatchWriter = grpc::ServerWriter<v1::WatchJobResponse>;
  using SampleWriter = grpc::ServerWriter<v1::ReadSamplesResponse>;

  // One function a call, in order; the last one answers all later calls.
  std::vector<
      std::function<grpc::Status(const v1::WatchJobRequest&, WatchWriter&)>>
      watches;
  std::vector<
      std::function<grpc::Status(const v1::ReadSamplesRequest&, SampleWriter&)>>
      reads;

  FakeJobService() = default;
  ~FakeJobService() override {
    server_->Shutdown(std::chrono::system_clock::now());
  }

  Connection Start() {
    grpc::ServerBuilder builder;
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
    return Connection(
        server_->InProcessChannel({}), "fake", std::chrono::seconds(5));
  }

  grpc::Status WatchJob(grpc::ServerContext* /*context*/,
                        const v1::WatchJobRequest* request,
                        WatchWriter* writer) override {
    return Next(watches, num_watches_)(*request, *writer);
  }

  grpc::Status ReadSamples(grpc::ServerContext* /*context*/,
                           const v1::ReadSamplesRequest* request,
                           SampleWriter* writer) override {
    return Next(reads, num_reads_)(*request, *writer);
  }

  int num_watches() const { return num_watches_; }
  int num_reads() const { return num_reads_; }

 private:
  template <typename Function>
  Function Next(const std::vector<Function>& functions, int& count) {
    const std::lock_guard lock(mutex_);
    const auto index = std::min<std::size_t>(static_cast<std::size_t>(count++),
                                             functions.size() - 1);
    return functions[index];
  }

  std::mutex mutex_;
  int num_watches_ = 0;
  int num_reads_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace ttflow::client

#endif  // TTFLOW_TESTS_CLIENT_FAKE_JOB_SERVICE_H_
