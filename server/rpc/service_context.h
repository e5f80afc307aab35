// ServiceContext: what the services share.

#ifndef TTFLOW_SERVER_RPC_SERVICE_CONTEXT_H_
#define TTFLOW_SERVER_RPC_SERVICE_CONTEXT_H_

#include <atomic>

#include "server/jobs/job_manager.h"
#include "server/limits.h"
#include "server/rpc/call_executor.h"

namespace ttflow::server {

// All members outlive every call.
struct ServiceContext {
  JobManager& jobs;
  CallExecutor& executor;
  const Limits& limits;
  // WatchJob, WaitJob and ReadSamples calls that are open.
  std::atomic<int> num_streams{0};
};

// One open stream of the limit's; `ok()` is false where the limit is reached.
class StreamSlot {
 public:
  explicit StreamSlot(ServiceContext& context)
      : context_(context),
        ok_(context.num_streams.fetch_add(1) < context.limits.max_streams) {}
  ~StreamSlot() { context_.num_streams.fetch_sub(1); }
  StreamSlot(const StreamSlot&) = delete;
  StreamSlot& operator=(const StreamSlot&) = delete;
  bool ok() const { return ok_; }

 private:
  ServiceContext& context_;
  const bool ok_;
};

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_RPC_SERVICE_CONTEXT_H_
