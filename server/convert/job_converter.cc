#include "server/convert/job_converter.h"

#include <utility>

#include "core/foundation/status_macros.h"
#include "server/convert/diagnostics_converter.h"
#include "server/convert/resource_names.h"

namespace ttflow::server {

v1::Job::State StateToProto(JobState state) {
  switch (state) {
    case JobState::kQueued:
      return v1::Job::STATE_QUEUED;
    case JobState::kRunning:
      return v1::Job::STATE_RUNNING;
    case JobState::kSucceeded:
      return v1::Job::STATE_SUCCEEDED;
    case JobState::kFailed:
      return v1::Job::STATE_FAILED;
    case JobState::kCancelled:
      return v1::Job::STATE_CANCELLED;
  }
  return v1::Job::STATE_UNSPECIFIED;
}

std::optional<JobState> StateFromProto(v1::Job::State state) {
  for (const JobState candidate : AllJobStates()) {
    if (StateToProto(candidate) == state) return candidate;
  }
  return std::nullopt;
}

v1::JobError JobErrorToProto(const JobError& error) {
  v1::JobError proto;
  proto.set_code(error.code);
  proto.set_reason(error.reason);
  proto.set_message(error.message);
  return proto;
}

google::protobuf::Timestamp TimeToProto(absl::Time time) {
  const absl::Duration since_epoch = time - absl::UnixEpoch();
  absl::Duration rest;
  std::int64_t seconds =
      absl::IDivDuration(since_epoch, absl::Seconds(1), &rest);
  if (rest < absl::ZeroDuration()) {  // before 1970: nanoseconds stay positive
    --seconds;
    rest += absl::Seconds(1);
  }
  google::protobuf::Timestamp proto;
  proto.set_seconds(seconds);
  proto.set_nanos(static_cast<std::int32_t>(rest / absl::Nanoseconds(1)));
  return proto;
}

absl::StatusOr<v1::Job> JobToProto(const JobRecord& record) {
  v1::Job proto;
  proto.set_name(JobName(record.id));
  if (!proto.mutable_spec()->ParseFromString(record.spec)) {
    return absl::DataLossError("the stored spec of a job is damaged");
  }
  proto.set_state(StateToProto(record.state));
  proto.set_cancel_requested(record.cancel_requested);
  proto.set_attempt(record.attempt);
  *proto.mutable_create_time() = TimeToProto(record.create_time);
  if (record.start_time) {
    *proto.mutable_start_time() = TimeToProto(*record.start_time);
  }
  if (record.end_time) {
    *proto.mutable_end_time() = TimeToProto(*record.end_time);
  }
  if (record.last_sequence > 0) {
    TTFLOW_ASSIGN_OR_RETURN(v1::Progress progress,
                            DecodeStage(record.latest_stage));
    progress.set_sequence(record.last_sequence);
    *proto.mutable_progress() = std::move(progress);
  }
  if (record.state == JobState::kSucceeded) {
    if (!proto.mutable_result()->ParseFromString(record.result)) {
      return absl::DataLossError("the stored result of a job is damaged");
    }
    if (!record.flow_id.empty()) {
      proto.mutable_result()->set_flow(FlowName(record.flow_id));
    }
  }
  if (record.error) *proto.mutable_error() = JobErrorToProto(*record.error);
  return proto;
}

}  // namespace ttflow::server
