// Unary call: the one wrapper of all unary RPCs: executor, log, status.

#ifndef TTFLOW_SERVER_RPC_UNARY_CALL_H_
#define TTFLOW_SERVER_RPC_UNARY_CALL_H_

#include <grpcpp/support/server_callback.h>

#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/logging/logging.h"
#include "server/rpc/call_executor.h"
#include "server/rpc/rpc_status.h"
#include "server/storage/store_error.h"

namespace ttflow::server {

// Runs `handler(request, response) -> absl::Status` on the executor and
// finishes the call with its status; RESOURCE_EXHAUSTED where too many calls
// wait. `request` and `response` are gRPC's and live until the call has
// finished.
template <typename Request, typename Response, typename Handler>
grpc::ServerUnaryReactor* RunUnary(grpc::CallbackServerContext* context,
                                   CallExecutor& executor,
                                   const char* method,
                                   const Request* request,
                                   Response* response,
                                   Handler handler) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  auto run = [=, handler = std::move(handler)] {
    // Nobody waits for the answer of a call that was cancelled in the queue.
    const absl::Status status =
        context->IsCancelled() ? absl::CancelledError("the call was cancelled")
                               : handler(*request, *response);
    LogDebug(
        absl::StrCat(method, " ", absl::StatusCodeToString(status.code())));
    reactor->Finish(ToRpcStatus(status));
  };
  if (!executor.TrySubmit(std::move(run))) {
    reactor->Finish(
        ToRpcStatus(ErrorWithReason(absl::StatusCode::kResourceExhausted,
                                    "TOO_MANY_CALLS",
                                    "too many calls wait for the store")));
  }
  return reactor;
}

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_RPC_UNARY_CALL_H_
