#include "server/rpc/call_executor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>

namespace ttflow::server {
namespace {

TEST(CallExecutor, RunsWhatIsQueuedBeforeItEnds) {
  std::atomic<int> ran = 0;
  {
    CallExecutor executor(2, 1000);
    for (int i = 0; i < 500; ++i) {
      ASSERT_TRUE(executor.TrySubmit([&ran] { ++ran; }));
    }
  }
  EXPECT_EQ(ran, 500);
}

TEST(CallExecutor, RefusesBeyondItsQueueButNotStreams) {
  std::promise<void> gate;
  std::atomic<int> ran = 0;
  {
    CallExecutor executor(1, 2);
    std::promise<void> started;
    ASSERT_TRUE(executor.TrySubmit([&] {
      started.set_value();
      gate.get_future().wait();
    }));
    started.get_future().wait();  // the thread is taken, the queue empty
    EXPECT_TRUE(executor.TrySubmit([&ran] { ++ran; }));
    EXPECT_TRUE(executor.TrySubmit([&ran] { ++ran; }));
    EXPECT_FALSE(executor.TrySubmit([&ran] { ++ran; }));
    executor.Submit([&ran] { ++ran; });
    gate.set_value();
  }
  EXPECT_EQ(ran, 3);
}

TEST(CallExecutor, LetsGoOfATaskWhenItHasRun) {
  CallExecutor executor(1, 10);
  auto held = std::make_shared<int>(0);
  const std::weak_ptr<int> weak = held;
  executor.Submit([held = std::move(held)] {});
  std::promise<void> after;
  executor.Submit([&after] { after.set_value(); });
  after.get_future().wait();
  EXPECT_TRUE(weak.expired());
}

}  // namespace
}  // namespace ttflow::server
