// WatchJob: the stages and states of a job as they come.

#ifndef TTFLOW_SERVER_RPC_WATCH_JOB_STREAM_H_
#define TTFLOW_SERVER_RPC_WATCH_JOB_STREAM_H_

#include <grpcpp/support/server_callback.h>

#include "server/rpc/service_context.h"
#include "ttflow/v1/job_service.pb.h"

namespace ttflow::server {

// Starts a watch: the present state, every stage after the request's sequence,
// each change of state, a heartbeat every 15 s without news; ends with OK after
// a terminal state, with UNAVAILABLE when the server stops. Ending the call
// does not touch the job.
grpc::ServerWriteReactor<v1::WatchJobResponse>* StartWatchJob(
    ServiceContext& context, const v1::WatchJobRequest& request);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_RPC_WATCH_JOB_STREAM_H_
