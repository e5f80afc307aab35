// Canceller: stops the call that is under way, from another thread.

#ifndef TTFLOW_CLIENT_CONNECTION_CANCELLER_H_
#define TTFLOW_CLIENT_CONNECTION_CANCELLER_H_

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "grpcpp/client_context.h"

namespace ttflow::client {

// Thread-safe. Once cancelled, it stays so.
class Canceller {
 public:
  // Cancels the registered call, if there is one, and every later one.
  void Cancel();

  bool cancelled() const;

  // Sleeps; returns false at once when cancelled.
  bool SleepFor(std::chrono::milliseconds time) const;

  // While it lives, Cancel() cancels `context`, which must outlive it.
  class Registration {
   public:
    Registration(Canceller& canceller, grpc::ClientContext& context);
    ~Registration();
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;

   private:
    Canceller& canceller_;
  };

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool cancelled_ = false;
  grpc::ClientContext* context_ = nullptr;
};

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_CONNECTION_CANCELLER_H_
