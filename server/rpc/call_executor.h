// CallExecutor: where calls wait for the store, so that no gRPC thread does.

#ifndef TTFLOW_SERVER_RPC_CALL_EXECUTOR_H_
#define TTFLOW_SERVER_RPC_CALL_EXECUTOR_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace ttflow::server {

// A few threads and a bounded queue. Threads: safe to call concurrently.
class CallExecutor {
 public:
  CallExecutor(int num_threads, std::size_t max_pending);
  // Runs what is queued, then joins.
  ~CallExecutor();
  CallExecutor(const CallExecutor&) = delete;
  CallExecutor& operator=(const CallExecutor&) = delete;

  // Queues a task; false where the queue is full: refuse the call.
  [[nodiscard]] bool TrySubmit(std::function<void()> task);

  // Queues a task of a call that is already under way, full or not: there is at
  // most one for each open stream.
  void Submit(std::function<void()> task);

 private:
  void Work();

  const std::size_t max_pending_;
  std::mutex mutex_;  // guards all below but threads_
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_RPC_CALL_EXECUTOR_H_
