// JobService on gRPC: each RPC is one line to its handler or stream.

#ifndef TTFLOW_SERVER_HANDLERS_JOB_SERVICE_H_
#define TTFLOW_SERVER_HANDLERS_JOB_SERVICE_H_

#include "server/rpc/service_context.h"
#include "ttflow/v1/job_service.grpc.pb.h"

namespace ttflow::server {

class JobService final : public v1::JobService::CallbackService {
 public:
  explicit JobService(ServiceContext& context) : context_(context) {}

  grpc::ServerUnaryReactor* CreateJob(grpc::CallbackServerContext* context,
                                      const v1::CreateJobRequest* request,
                                      v1::CreateJobResponse* response) override;
  grpc::ServerUnaryReactor* GetJob(grpc::CallbackServerContext* context,
                                   const v1::GetJobRequest* request,
                                   v1::GetJobResponse* response) override;
  grpc::ServerUnaryReactor* ListJobs(grpc::CallbackServerContext* context,
                                     const v1::ListJobsRequest* request,
                                     v1::ListJobsResponse* response) override;
  grpc::ServerUnaryReactor* CancelJob(grpc::CallbackServerContext* context,
                                      const v1::CancelJobRequest* request,
                                      v1::CancelJobResponse* response) override;
  grpc::ServerUnaryReactor* DeleteJob(grpc::CallbackServerContext* context,
                                      const v1::DeleteJobRequest* request,
                                      v1::DeleteJobResponse* response) override;
  grpc::ServerUnaryReactor* WaitJob(grpc::CallbackServerContext* context,
                                    const v1::WaitJobRequest* request,
                                    v1::WaitJobResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchJobResponse>* WatchJob(
      grpc::CallbackServerContext* context,
      const v1::WatchJobRequest* request) override;
  grpc::ServerWriteReactor<v1::ReadSamplesResponse>* ReadSamples(
      grpc::CallbackServerContext* context,
      const v1::ReadSamplesRequest* request) override;

 private:
  ServiceContext& context_;
};

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_HANDLERS_JOB_SERVICE_H_
