#include "server/handlers/job_service.h"

#include "server/handlers/job_handlers.h"
#include "server/rpc/read_samples_stream.h"
#include "server/rpc/unary_call.h"
#include "server/rpc/wait_job_call.h"
#include "server/rpc/watch_job_stream.h"

namespace ttflow::server {

grpc::ServerUnaryReactor* JobService::CreateJob(
    grpc::CallbackServerContext* context,
    const v1::CreateJobRequest* request,
    v1::CreateJobResponse* response) {
  return RunUnary(context,
                  context_.executor,
                  "CreateJob",
                  request,
                  response,
                  [this](const auto& in, auto& out) {
                    return server::CreateJob(context_, in, out);
                  });
}

grpc::ServerUnaryReactor* JobService::GetJob(
    grpc::CallbackServerContext* context,
    const v1::GetJobRequest* request,
    v1::GetJobResponse* response) {
  return RunUnary(context,
                  context_.executor,
                  "GetJob",
                  request,
                  response,
                  [this](const auto& in, auto& out) {
                    return server::GetJob(context_, in, out);
                  });
}

grpc::ServerUnaryReactor* JobService::ListJobs(
    grpc::CallbackServerContext* context,
    const v1::ListJobsRequest* request,
    v1::ListJobsResponse* response) {
  return RunUnary(context,
                  context_.executor,
                  "ListJobs",
                  request,
                  response,
                  [this](const auto& in, auto& out) {
                    return server::ListJobs(context_, in, out);
                  });
}

grpc::ServerUnaryReactor* JobService::CancelJob(
    grpc::CallbackServerContext* context,
    const v1::CancelJobRequest* request,
    v1::CancelJobResponse* response) {
  return RunUnary(context,
                  context_.executor,
                  "CancelJob",
                  request,
                  response,
                  [this](const auto& in, auto& out) {
                    return server::CancelJob(context_, in, out);
                  });
}

grpc::ServerUnaryReactor* JobService::DeleteJob(
    grpc::CallbackServerContext* context,
    const v1::DeleteJobRequest* request,
    v1::DeleteJobResponse* response) {
  return RunUnary(context,
                  context_.executor,
                  "DeleteJob",
                  request,
                  response,
                  [this](const auto& in, auto& out) {
                    return server::DeleteJob(context_, in, out);
                  });
}

grpc::ServerUnaryReactor* JobService::WaitJob(grpc::CallbackServerContext*,
                                              const v1::WaitJobRequest* request,
                                              v1::WaitJobResponse* response) {
  return StartWaitJob(context_, request, response);
}

grpc::ServerWriteReactor<v1::WatchJobResponse>* JobService::WatchJob(
    grpc::CallbackServerContext*, const v1::WatchJobRequest* request) {
  return StartWatchJob(context_, *request);
}

grpc::ServerWriteReactor<v1::ReadSamplesResponse>* JobService::ReadSamples(
    grpc::CallbackServerContext*, const v1::ReadSamplesRequest* request) {
  return StartReadSamples(context_, *request);
}

}  // namespace ttflow::server
