#include "client/connection/canceller.h"

namespace ttflow::client {

void Canceller::Cancel() {
  const std::lock_guard lock(mutex_);
  cancelled_ = true;
  if (context_ != nullptr) context_->TryCancel();
  changed_.notify_all();
}

bool Canceller::cancelled() const {
  const std::lock_guard lock(mutex_);
  return cancelled_;
}

bool Canceller::SleepFor(std::chrono::milliseconds time) const {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, time, [this] { return cancelled_; });
}

Canceller::Registration::Registration(Canceller& canceller,
                                      grpc::ClientContext& context)
    : canceller_(canceller) {
  const std::lock_guard lock(canceller_.mutex_);
  canceller_.context_ = &context;
  if (canceller_.cancelled_) context.TryCancel();
}

Canceller::Registration::~Registration() {
  const std::lock_guard lock(canceller_.mutex_);
  canceller_.context_ = nullptr;
}

}  // namespace ttflow::client
