// JobState: the states of a job and the one table of the changes allowed.

#ifndef TTFLOW_SERVER_STORAGE_JOB_STATE_H_
#define TTFLOW_SERVER_STORAGE_JOB_STATE_H_

#include <optional>
#include <span>
#include <string_view>

namespace ttflow::server {

enum class JobState { kQueued, kRunning, kSucceeded, kFailed, kCancelled };

// "QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED".
std::string_view JobStateName(JobState state);

// The inverse of JobStateName; nullopt for any other text.
std::optional<JobState> ParseJobState(std::string_view name);

// All states, in the order of a job's life.
std::span<const JobState> AllJobStates();

// Whether the state is final: SUCCEEDED, FAILED or CANCELLED.
bool IsTerminal(JobState state);

// Whether a job in `from` may be moved to `to`:
//
//   QUEUED  -> RUNNING    a worker claims it
//           -> CANCELLED  a user cancels it before it runs
//   RUNNING -> SUCCEEDED, FAILED, CANCELLED
//           -> QUEUED     the server stopped, or its worker was lost
//
// Nothing leaves a terminal state.
bool CanTransition(JobState from, JobState to);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_STORAGE_JOB_STATE_H_
