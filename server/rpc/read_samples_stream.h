// ReadSamples: the rows of a finished job, read from the store as they are
// sent.

#ifndef TTFLOW_SERVER_RPC_READ_SAMPLES_STREAM_H_
#define TTFLOW_SERVER_RPC_READ_SAMPLES_STREAM_H_

#include <grpcpp/support/server_callback.h>

#include "server/rpc/service_context.h"
#include "ttflow/v1/samples.pb.h"

namespace ttflow::server {

// Starts a read. One batch is in memory at a time, however slow the reader is.
grpc::ServerWriteReactor<v1::ReadSamplesResponse>* StartReadSamples(
    ServiceContext& context, const v1::ReadSamplesRequest& request);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_RPC_READ_SAMPLES_STREAM_H_
