// PullStream: a server stream that pulls its messages from the store, one batch
// and one write at a time.

#ifndef TTFLOW_SERVER_RPC_PULL_STREAM_H_
#define TTFLOW_SERVER_RPC_PULL_STREAM_H_

#include <grpcpp/support/server_callback.h>

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "server/rpc/rpc_status.h"
#include "server/rpc/service_context.h"
#include "server/storage/store_error.h"

namespace ttflow::server {

// Writes what Pull returns, in order. A slow reader costs one batch of memory:
// the next is pulled when the last has been written.
//
// One mutex, one write outstanding, Finish at most once. The object owns itself
// from Begin until both gRPC (OnDone) and the executor have let go of it.
template <typename Response>
class PullStream : public grpc::ServerWriteReactor<Response>,
                   public std::enable_shared_from_this<PullStream<Response>> {
 public:
  // What one pull brings.
  struct Batch {
    std::deque<Response> messages;
    // The call ends with it after the messages; nullopt: it goes on.
    std::optional<absl::Status> end;
    // Pull again at once; else when Wake is called.
    bool more = false;
  };

  explicit PullStream(ServiceContext& context)
      : context_(context), slot_(std::in_place, context) {}

  // Starts pulling; the caller returns the reactor to gRPC.
  void Begin() {
    const std::lock_guard lock(mutex_);
    self_ = this->shared_from_this();
    if (slot_->ok()) {
      wanted_ = true;
    } else {
      end_ = ErrorWithReason(absl::StatusCode::kResourceExhausted,
                             "TOO_MANY_STREAMS",
                             "too many streams are open");
    }
    MaybeNext();
  }

  // Says that there may be something new. Quick; any thread.
  void Wake() {
    const std::lock_guard lock(mutex_);
    wanted_ = true;
    MaybeNext();
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    pending_.pop_front();
    if (!ok) cancelled_ = true;
    MaybeNext();
  }

  void OnCancel() override {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    MaybeNext();
  }

  void OnDone() override {
    std::shared_ptr<PullStream> self;
    {
      const std::lock_guard lock(mutex_);
      self = std::move(self_);
    }
    Close();
    // Here and not by the destructor: whoever still holds the stream, such as
    // an alarm, may let go of it after the server has gone.
    slot_.reset();
  }

 protected:
  // Reads the next messages; on the executor, one call at a time.
  virtual Batch Pull() = 0;
  // Releases what wakes the stream; called once, under no lock.
  virtual void Close() {}

  ServiceContext& context() const { return context_; }

 private:
  // Decides the next operation. Requires mutex_.
  void MaybeNext() {
    if (finished_ || writing_) return;
    if (cancelled_) {
      finished_ = true;
      this->Finish(
          grpc::Status(grpc::StatusCode::CANCELLED, "the call was cancelled"));
    } else if (!pending_.empty()) {
      writing_ = true;
      this->StartWrite(&pending_.front());
    } else if (end_.has_value()) {
      finished_ = true;
      this->Finish(ToRpcStatus(*end_));
    } else if (wanted_ && !pulling_) {
      wanted_ = false;
      pulling_ = true;
      context_.executor.Submit(
          [self = this->shared_from_this()] { self->RunPull(); });
    }
  }

  void RunPull() {
    Batch batch = Pull();
    const std::lock_guard lock(mutex_);
    pulling_ = false;
    pending_ = std::move(batch.messages);
    end_ = std::move(batch.end);
    if (batch.more) wanted_ = true;
    MaybeNext();
  }

  ServiceContext& context_;
  std::optional<StreamSlot> slot_;
  std::mutex mutex_;  // guards all below
  std::shared_ptr<PullStream> self_;
  std::deque<Response> pending_;
  std::optional<absl::Status> end_;
  bool wanted_ = false;
  bool pulling_ = false;
  bool writing_ = false;
  bool cancelled_ = false;
  bool finished_ = false;
};

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_RPC_PULL_STREAM_H_
