#include "server/jobs/job_notifier.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "absl/time/clock.h"

namespace ttflow::server {
namespace {

TEST(JobNotifierTest, CallsTheSubscribersOfTheJobAlone) {
  JobNotifier notifier;
  int first = 0;
  int second = 0;
  int other = 0;
  const auto a = notifier.Subscribe("job", [&] { ++first; });
  const auto b = notifier.Subscribe("job", [&] { ++second; });
  const auto c = notifier.Subscribe("other", [&] { ++other; });
  notifier.Notify("job");
  notifier.Notify("nobody's");
  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 1);
  EXPECT_EQ(other, 0);
  notifier.NotifyAll();
  EXPECT_EQ(first, 2);
  EXPECT_EQ(second, 2);
  EXPECT_EQ(other, 1);
}

TEST(JobNotifierTest, EndedSubscriptionIsNotCalled) {
  JobNotifier notifier;
  int calls = 0;
  auto subscription = notifier.Subscribe("job", [&] { ++calls; });
  EXPECT_EQ(notifier.num_subscriptions(), 1);
  subscription.reset();
  EXPECT_EQ(notifier.num_subscriptions(), 0);
  notifier.Notify("job");
  EXPECT_EQ(calls, 0);
}

TEST(JobNotifierTest, EndWaitsForACallbackThatRuns) {
  JobNotifier notifier;
  std::promise<void> inside;
  std::atomic<bool> left{false};
  auto subscription = notifier.Subscribe("job", [&] {
    inside.set_value();
    absl::SleepFor(absl::Milliseconds(50));
    left = true;
  });
  std::thread thread([&] { notifier.Notify("job"); });
  inside.get_future().wait();
  subscription.reset();
  EXPECT_TRUE(left);
  thread.join();
}

TEST(JobNotifierTest, CallbackMayEndItsOwnSubscription) {
  JobNotifier notifier;
  int calls = 0;
  std::unique_ptr<JobNotifier::Subscription> subscription;
  subscription = notifier.Subscribe("job", [&] {
    ++calls;
    subscription.reset();
  });
  notifier.Notify("job");
  notifier.Notify("job");
  EXPECT_EQ(calls, 1);
}

// Watchers come and go while jobs change: nothing is called after its end.
TEST(JobNotifierTest, SurvivesConcurrentUse) {
  JobNotifier notifier;
  std::atomic<bool> stop{false};
  std::vector<std::thread> notifying;
  for (int i = 0; i < 2; ++i) {
    notifying.emplace_back([&] {
      while (!stop) {
        notifier.Notify("job");
      }
    });
  }
  std::vector<std::thread> watching;
  std::atomic<int> late{0};
  for (int i = 0; i < 2; ++i) {
    watching.emplace_back([&] {
      for (int round = 0; round < 500; ++round) {
        auto alive = std::make_unique<std::atomic<bool>>(true);
        auto subscription =
            notifier.Subscribe("job", [&late, state = alive.get()] {
              if (!state->load()) {
                ++late;
              }
            });
        subscription.reset();
        *alive = false;
      }
    });
  }
  for (std::thread& thread : watching) {
    thread.join();
  }
  stop = true;
  for (std::thread& thread : notifying) {
    thread.join();
  }
  EXPECT_EQ(late, 0);
  EXPECT_EQ(notifier.num_subscriptions(), 0);
}

}  // namespace
}  // namespace ttflow::server
