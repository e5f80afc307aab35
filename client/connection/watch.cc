#include "client/connection/watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "client/errors/client_error.h"

namespace ttflow::client {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kFirstPause{100};
constexpr std::chrono::milliseconds kLongestPause{2000};

// What one opened stream taught.
struct Reading {
  grpc::Status status;
  bool received_any = false;   // the server answered
  bool received_news = false;  // and it works on the job
};

class Watcher {
 public:
  Watcher(const Connection& connection,
          const std::string& name,
          const WatchOptions& options,
          Canceller& canceller)
      : connection_(connection),
        name_(name),
        options_(options),
        canceller_(canceller) {}

  absl::StatusOr<WatchedJob> Run() {
    std::chrono::milliseconds pause = kFirstPause;
    Clock::time_point last_heard = Clock::now();
    bool known = options_.server_is_known;
    while (true) {
      const Reading reading = ReadOneStream();
      if (IsTerminal(job_.state)) return std::move(job_);
      if (canceller_.cancelled()) return absl::CancelledError("interrupted");
      known = known || reading.received_any;
      // A server that stops still tells the state before it ends the stream:
      // that is no reason to ask it again at once.
      if (reading.received_news) {
        last_heard = Clock::now();
        pause = kFirstPause;
      }
      // An OK without a terminal state: the server has ended the stream early.
      if (!reading.status.ok() && !IsBroken(reading.status)) {
        return ToStatus(reading.status, connection_.address());
      }
      if (!known && !reading.status.ok())
        return ToStatus(reading.status, connection_.address());
      if (Clock::now() - last_heard > options_.patience)
        return GaveUp(reading.status);
      if (options_.on_note && !reading.status.ok() && pause == kFirstPause) {
        options_.on_note(
            fmt::format("lost {}; connecting again", connection_.address()));
      }
      if (!canceller_.SleepFor(pause))
        return absl::CancelledError("interrupted");
      pause = std::min(2 * pause, kLongestPause);
    }
  }

 private:
  absl::Status GaveUp(const grpc::Status& status) const {
    ErrorBlock block;
    block.what =
        fmt::format("lost {}: no word of {} for {:.0f} s",
                    connection_.address(),
                    name_,
                    std::chrono::duration<double>(options_.patience).count());
    if (!status.error_message().empty())
      block.fields = {{"", status.error_message()}};
    block.mend = {
        fmt::format("the job may still go on: ttflow watch {}", name_)};
    block.reason = "SERVER_LOST";
    return MakeError(ExitCode::kUnavailable, block);
  }

  Reading ReadOneStream() {
    Reading reading;
    grpc::ClientContext context;
    const Canceller::Registration registration(canceller_, context);
    v1::WatchJobRequest request;
    request.set_name(name_);
    request.set_after_sequence(sequence_);
    const auto stream = connection_.jobs().WatchJob(&context, request);
    v1::WatchJobResponse response;
    while (stream->Read(&response)) {
      reading.received_any = true;
      reading.received_news = reading.received_news || response.has_stage() ||
                              response.has_heartbeat();
      if (!Take(response)) {
        context.TryCancel();
        stream->Finish();
        return reading;  // OK: opened again from the start of the new attempt
      }
    }
    reading.status = stream->Finish();
    return reading;
  }

  // Returns false where this stream skips stages of a new attempt.
  bool Take(const v1::WatchJobResponse& response) {
    if (response.attempt() > attempt_) {
      const bool skips = sequence_ > 0;
      attempt_ = response.attempt();
      sequence_ = 0;
      job_.stages.clear();
      if (skips) return false;
    }
    if (response.has_stage()) {
      if (response.sequence() <= sequence_) return true;
      sequence_ = response.sequence();
      job_.stages.push_back(response.stage());
    } else if (response.has_state_change()) {
      job_.state = response.state_change().state();
    }
    if (options_.on_event) options_.on_event(response);
    return true;
  }

  const Connection& connection_;
  const std::string& name_;
  const WatchOptions& options_;
  Canceller& canceller_;
  WatchedJob job_;
  std::int64_t sequence_ = 0;
  std::int32_t attempt_ = 0;
};

}  // namespace

bool IsTerminal(v1::Job::State state) {
  return state == v1::Job::STATE_SUCCEEDED || state == v1::Job::STATE_FAILED ||
         state == v1::Job::STATE_CANCELLED;
}

absl::StatusOr<WatchedJob> WatchToEnd(const Connection& connection,
                                      const std::string& name,
                                      const WatchOptions& options,
                                      Canceller& canceller) {
  return Watcher(connection, name, options, canceller).Run();
}

}  // namespace ttflow::client
