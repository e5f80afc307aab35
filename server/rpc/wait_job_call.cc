#include "server/rpc/wait_job_call.h"

#include <grpcpp/alarm.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "server/convert/job_converter.h"
#include "server/convert/resource_names.h"
#include "server/rpc/rpc_status.h"
#include "server/storage/store_error.h"

namespace ttflow::server {
namespace {

constexpr double kMaxSeconds = 60;

class WaitJobCall final : public grpc::ServerUnaryReactor,
                          public std::enable_shared_from_this<WaitJobCall> {
 public:
  WaitJobCall(ServiceContext& context,
              const v1::WaitJobRequest& request,
              v1::WaitJobResponse& response)
      : context_(context),
        request_(request),
        response_(response),
        slot_(std::in_place, context) {}

  void Start() {
    self_ = shared_from_this();
    const auto id = ParseJobName(request_.name());
    double seconds = kMaxSeconds;
    Violations violations;
    if (!id.has_value()) violations.Add("name", "must be \"jobs/<id>\"");
    if (request_.has_timeout()) {
      seconds = static_cast<double>(request_.timeout().seconds()) +
                1e-9 * request_.timeout().nanos();
      if (!(seconds >= 0 && seconds <= kMaxSeconds)) {
        violations.Add("timeout", "must be between 0 and 60 s");
      }
    }
    if (!violations.empty()) return FinishOnce(InvalidRequest(violations));
    if (!slot_->ok()) {
      return FinishOnce(ErrorWithReason(absl::StatusCode::kResourceExhausted,
                                        "TOO_MANY_STREAMS",
                                        "too many streams are open"));
    }
    id_ = *id;
    subscription_ = context_.jobs.Subscribe(id_, [this] { Look(); });
    alarm_.Set(
        std::chrono::system_clock::now() +
            std::chrono::duration_cast<std::chrono::system_clock::duration>(
                std::chrono::duration<double>(seconds)),
        [weak = weak_from_this()](bool fired) {
          const auto self = weak.lock();
          if (fired && self != nullptr) self->TimeOut();
        });
    Look();
  }

  void OnCancel() override {
    FinishOnce(absl::CancelledError("the call was cancelled"));
  }

  void OnDone() override {
    subscription_.reset();
    alarm_.Cancel();
    const std::shared_ptr<WaitJobCall> self = std::move(self_);
    const std::lock_guard lock(mutex_);
    // From here on nothing of the server is touched, whoever holds the call.
    slot_.reset();
  }

 private:
  void TimeOut() {
    const std::lock_guard lock(mutex_);
    timed_out_ = true;
    LookLocked();
  }

  void Look() {
    const std::lock_guard lock(mutex_);
    LookLocked();
  }

  // One look is queued at a time: a change that comes before it runs is seen.
  void LookLocked() {
    if (finished_ || look_queued_) return;
    look_queued_ = true;
    context_.executor.Submit([self = shared_from_this()] { self->Read(); });
  }

  void Read() {
    {
      const std::lock_guard lock(mutex_);
      look_queued_ = false;
      if (finished_) return;
    }
    const bool last = timed_out_ || context_.jobs.draining();
    const auto record = context_.jobs.GetJob(id_);
    if (!record.ok()) return FinishOnce(record.status());
    if (!IsTerminal(record->state) && !last) return;
    auto job = JobToProto(*record);
    if (!job.ok()) return FinishOnce(job.status());
    const std::lock_guard lock(mutex_);
    if (finished_) return;
    finished_ = true;
    *response_.mutable_job() = *std::move(job);
    Finish(grpc::Status::OK);
  }

  void FinishOnce(const absl::Status& status) {
    const std::lock_guard lock(mutex_);
    if (finished_) return;
    finished_ = true;
    Finish(ToRpcStatus(status));
  }

  ServiceContext& context_;
  const v1::WaitJobRequest& request_;
  v1::WaitJobResponse& response_;
  std::string id_;
  std::unique_ptr<JobNotifier::Subscription> subscription_;
  grpc::Alarm alarm_;
  std::atomic<bool> timed_out_{false};
  std::shared_ptr<WaitJobCall> self_;
  std::mutex mutex_;  // guards all below, and the response
  std::optional<StreamSlot> slot_;
  bool look_queued_ = false;
  bool finished_ = false;
};

}  // namespace

grpc::ServerUnaryReactor* StartWaitJob(ServiceContext& context,
                                       const v1::WaitJobRequest* request,
                                       v1::WaitJobResponse* response) {
  const auto call = std::make_shared<WaitJobCall>(context, *request, *response);
  call->Start();
  return call.get();
}

}  // namespace ttflow::server
