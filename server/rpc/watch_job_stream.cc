#include "server/rpc/watch_job_stream.h"

#include <grpcpp/alarm.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "server/convert/diagnostics_converter.h"
#include "server/convert/job_converter.h"
#include "server/convert/resource_names.h"
#include "server/rpc/pull_stream.h"

namespace ttflow::server {
namespace {

constexpr int kStagesABatch = 64;
// Below the idle time-out of proxies.
constexpr std::chrono::seconds kHeartbeat(15);

class WatchJobStream final : public PullStream<v1::WatchJobResponse> {
 public:
  WatchJobStream(ServiceContext& context, const v1::WatchJobRequest& request)
      : PullStream(context),
        name_(request.name()),
        sequence_(request.after_sequence()) {}

  // Subscribes before the first read, so that no change falls between the two.
  void Start() {
    if (const auto id = ParseJobName(name_); id.has_value()) {
      id_ = *id;
      subscription_ = context().jobs.Subscribe(id_, [this] { Wake(); });
    }
    Begin();
  }

 private:
  Batch Pull() override {
    Batch batch;
    if (id_.empty()) {
      batch.end = InvalidField("name", "must be \"jobs/<id>\"");
      return batch;
    }
    if (sequence_ < 0) {
      batch.end = InvalidField("after_sequence", "must not be negative");
      return batch;
    }
    auto changes = context().jobs.ReadChanges(id_, sequence_, kStagesABatch);
    if (!changes.ok()) {
      batch.end = changes.status();
      return batch;
    }
    // A terminal state comes last, after every stage.
    if (!state_.has_value() && !IsTerminal(changes->job.state)) {
      AddState(changes->job, batch);
    }
    for (const StageRecord& record : changes->stages) {
      auto progress = DecodeStage(record.stage);
      if (!progress.ok()) {
        batch.end = progress.status();
        return batch;
      }
      sequence_ = record.sequence;
      fraction_ = progress->fraction();
      v1::WatchJobResponse response;
      *response.mutable_time() = TimeToProto(record.time);
      response.set_attempt(record.attempt);
      *response.mutable_stage() = std::move(*progress->mutable_stage());
      Add(std::move(response), batch);
    }
    if (!changes->complete) {
      batch.more = true;
      return batch;
    }
    const JobRecord& job = changes->job;
    if (state_ != job.state || cancel_requested_ != job.cancel_requested)
      AddState(job, batch);
    if (IsTerminal(job.state)) {
      batch.end = absl::OkStatus();
    } else if (context().jobs.draining()) {
      batch.end = ErrorWithReason(
          absl::StatusCode::kUnavailable,
          kServerDraining,
          "the server stops; watch again with the last sequence");
    } else {
      if (batch.messages.empty() && heartbeat_due_) AddHeartbeat(batch);
      ScheduleHeartbeat();
    }
    return batch;
  }

  void Close() override {
    subscription_.reset();
    const std::lock_guard lock(alarm_mutex_);
    closed_ = true;
    if (alarm_ != nullptr) alarm_->Cancel();
  }

  void Add(v1::WatchJobResponse response, Batch& batch) {
    response.set_sequence(sequence_);
    response.set_fraction(fraction_);
    batch.messages.push_back(std::move(response));
  }

  void AddState(const JobRecord& job, Batch& batch) {
    state_ = job.state;
    cancel_requested_ = job.cancel_requested;
    v1::WatchJobResponse response;
    *response.mutable_time() = TimeToProto(job.update_time);
    response.set_attempt(job.attempt);
    v1::StateChange* change = response.mutable_state_change();
    change->set_state(StateToProto(job.state));
    change->set_cancel_requested(job.cancel_requested);
    if (job.error.has_value())
      *change->mutable_error() = JobErrorToProto(*job.error);
    Add(std::move(response), batch);
  }

  void AddHeartbeat(Batch& batch) {
    v1::WatchJobResponse response;
    *response.mutable_time() = TimeToProto(absl::Now());
    response.mutable_heartbeat();
    Add(std::move(response), batch);
  }

  void ScheduleHeartbeat() {
    const std::lock_guard lock(alarm_mutex_);
    heartbeat_due_ = false;
    if (closed_) return;
    if (alarm_set_) return;
    alarm_set_ = true;
    // A new one each time: the last one's callback may still be returning.
    alarm_ = std::make_unique<grpc::Alarm>();
    alarm_->Set(std::chrono::system_clock::now() + kHeartbeat,
                [weak = std::weak_ptr(shared_from_this()), this](bool fired) {
                  const auto self = weak.lock();
                  if (self == nullptr) return;
                  {
                    const std::lock_guard inner(alarm_mutex_);
                    alarm_set_ = false;
                    if (!fired || closed_) return;
                    heartbeat_due_ = true;
                  }
                  Wake();
                });
  }

  const std::string name_;
  std::string id_;
  std::unique_ptr<JobNotifier::Subscription> subscription_;
  // Of Pull alone.
  std::int64_t sequence_;
  double fraction_ = 0;
  std::optional<JobState> state_;
  bool cancel_requested_ = false;
  // The alarm's callback runs on a thread of gRPC.
  std::mutex alarm_mutex_;
  std::unique_ptr<grpc::Alarm> alarm_;
  bool alarm_set_ = false;
  bool closed_ = false;
  std::atomic<bool> heartbeat_due_{false};
};

}  // namespace

grpc::ServerWriteReactor<v1::WatchJobResponse>* StartWatchJob(
    ServiceContext& context, const v1::WatchJobRequest& request) {
  const auto stream = std::make_shared<WatchJobStream>(context, request);
  stream->Start();
  return stream.get();
}

}  // namespace ttflow::server
