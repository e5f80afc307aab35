// WaitJob: a long poll for the end of a job.

#ifndef TTFLOW_SERVER_RPC_WAIT_JOB_CALL_H_
#define TTFLOW_SERVER_RPC_WAIT_JOB_CALL_H_

#include <grpcpp/support/server_callback.h>

#include "server/rpc/service_context.h"
#include "ttflow/v1/job_service.pb.h"

namespace ttflow::server {

// Finishes with the job when it has ended or when the request's timeout (at
// most 60 s) is over; holds no thread meanwhile. `request` and `response` are
// gRPC's.
grpc::ServerUnaryReactor* StartWaitJob(ServiceContext& context,
                                       const v1::WaitJobRequest* request,
                                       v1::WaitJobResponse* response);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_RPC_WAIT_JOB_CALL_H_
