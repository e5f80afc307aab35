#include "server/storage/job_state.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

namespace ttflow::server {
namespace {

TEST(JobStateTest, TransitionTableIsExactlyThis) {
  using enum JobState;
  const std::set<std::pair<JobState, JobState>> allowed = {
      {kQueued, kRunning},
      {kQueued, kCancelled},
      {kRunning, kQueued},
      {kRunning, kSucceeded},
      {kRunning, kFailed},
      {kRunning, kCancelled},
  };
  for (JobState from : AllJobStates()) {
    for (JobState to : AllJobStates()) {
      EXPECT_EQ(CanTransition(from, to), allowed.contains({from, to}))
          << JobStateName(from) << " -> " << JobStateName(to);
    }
  }
}

TEST(JobStateTest, NothingLeavesATerminalState) {
  for (JobState from : AllJobStates()) {
    bool leaves = false;
    for (JobState to : AllJobStates()) {
      leaves = leaves || CanTransition(from, to);
    }
    EXPECT_EQ(IsTerminal(from), !leaves) << JobStateName(from);
  }
}

TEST(JobStateTest, NamesCanBeReadBack) {
  for (JobState state : AllJobStates()) {
    EXPECT_EQ(ParseJobState(JobStateName(state)), state);
  }
  EXPECT_FALSE(ParseJobState("queued").has_value());
  EXPECT_FALSE(ParseJobState("").has_value());
}

}  // namespace
}  // namespace ttflow::server
