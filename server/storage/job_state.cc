#include "server/storage/job_state.h"

#include <array>

namespace ttflow::server {
namespace {

constexpr std::array<JobState, 5> kStates = {JobState::kQueued,
                                             JobState::kRunning,
                                             JobState::kSucceeded,
                                             JobState::kFailed,
                                             JobState::kCancelled};

}  // namespace

std::string_view JobStateName(JobState state) {
  switch (state) {
    case JobState::kQueued:
      return "QUEUED";
    case JobState::kRunning:
      return "RUNNING";
    case JobState::kSucceeded:
      return "SUCCEEDED";
    case JobState::kFailed:
      return "FAILED";
    case JobState::kCancelled:
      return "CANCELLED";
  }
  return "UNKNOWN";
}

std::optional<JobState> ParseJobState(std::string_view name) {
  for (JobState state : kStates) {
    if (JobStateName(state) == name) {
      return state;
    }
  }
  return std::nullopt;
}

std::span<const JobState> AllJobStates() { return kStates; }

bool IsTerminal(JobState state) {
  return state == JobState::kSucceeded || state == JobState::kFailed ||
         state == JobState::kCancelled;
}

bool CanTransition(JobState from, JobState to) {
  switch (from) {
    case JobState::kQueued:
      return to == JobState::kRunning || to == JobState::kCancelled;
    case JobState::kRunning:
      return to != JobState::kRunning;
    case JobState::kSucceeded:
    case JobState::kFailed:
    case JobState::kCancelled:
      return false;
  }
  return false;
}

}  // namespace ttflow::server
