// Job handlers: the unary RPCs of JobService as free functions.

#ifndef TTFLOW_SERVER_HANDLERS_JOB_HANDLERS_H_
#define TTFLOW_SERVER_HANDLERS_JOB_HANDLERS_H_

#include "absl/status/status.h"
#include "server/rpc/service_context.h"
#include "ttflow/v1/job_service.pb.h"

namespace ttflow::server {

// Each does what the RPC of its name says (proto/ttflow/v1/job_service.proto).
// They may wait for the store: call them on the CallExecutor.
absl::Status CreateJob(ServiceContext& context,
                       const v1::CreateJobRequest& request,
                       v1::CreateJobResponse& response);
absl::Status GetJob(ServiceContext& context,
                    const v1::GetJobRequest& request,
                    v1::GetJobResponse& response);
absl::Status ListJobs(ServiceContext& context,
                      const v1::ListJobsRequest& request,
                      v1::ListJobsResponse& response);
absl::Status CancelJob(ServiceContext& context,
                       const v1::CancelJobRequest& request,
                       v1::CancelJobResponse& response);
absl::Status DeleteJob(ServiceContext& context,
                       const v1::DeleteJobRequest& request,
                       v1::DeleteJobResponse& response);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_HANDLERS_JOB_HANDLERS_H_
