#include "core/foundation/executor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <vector>

#include "core/foundation/types.h"

namespace ttflow {
namespace {

class ExecutorTest : public testing::TestWithParam<int> {
 protected:
  Executor executor_{GetParam()};
};

TEST_P(ExecutorTest, HasTheThreadsAskedFor) {
  EXPECT_EQ(executor_.num_threads(), GetParam());
}

TEST_P(ExecutorTest, ForEachVisitsEveryIndexOnce) {
  for (const Index count : {0, 1, 2, 63, 1000}) {
    std::vector<std::atomic<int>> visits(static_cast<std::size_t>(count));
    executor_.ForEach(count,
                      [&](Index i) { ++visits[static_cast<std::size_t>(i)]; });
    for (const std::atomic<int>& visit : visits) EXPECT_EQ(visit, 1);
  }
}

TEST_P(ExecutorTest, ForBlocksCoversEveryRowOnce) {
  for (const Index size : {0, 1, 63, 64, 65, 511, 512, 513, 4096, 5000}) {
    for (const Index block_rows : {Index{64}, Executor::kBlockRows}) {
      std::vector<std::atomic<int>> visits(static_cast<std::size_t>(size));
      std::atomic<int> num_faults = 0;
      executor_.ForBlocks(
          size,
          [&](Index begin, Index end) {
            const bool whole = end - begin == block_rows || end == size;
            if (begin % 64 != 0 || end <= begin || !whole) ++num_faults;
            for (Index i = begin; i < end; ++i)
              ++visits[static_cast<std::size_t>(i)];
          },
          block_rows);
      EXPECT_EQ(num_faults, 0) << size;
      for (const std::atomic<int>& visit : visits) EXPECT_EQ(visit, 1) << size;
    }
  }
}

TEST_P(ExecutorTest, LoopsMayBeNested) {
  std::atomic<int> visits = 0;
  executor_.ForEach(
      8, [&](Index) { executor_.ForEach(8, [&](Index) { ++visits; }); });
  EXPECT_EQ(visits, 64);
}

INSTANTIATE_TEST_SUITE_P(Threads, ExecutorTest, testing::Values(1, 2, 4));

TEST(ExecutorReductionTest, HasTheSameBytesForAnyNumberOfThreads) {
  constexpr Index kSize = 100003;
  Vector values(kSize);
  for (Index i = 0; i < kSize; ++i)
    values[i] = std::sin(static_cast<double>(i)) / 3;
  const auto sum = [&](int num_threads) {
    const Executor executor(num_threads);
    Vector partial((kSize + Executor::kBlockRows - 1) / Executor::kBlockRows);
    executor.ForBlocks(kSize, [&](Index begin, Index end) {
      partial[begin / Executor::kBlockRows] =
          values.segment(begin, end - begin).sum();
    });
    return partial.sum();
  };
  const double one = sum(1);
  EXPECT_NEAR(one, values.sum(), 1e-9);
  EXPECT_EQ(one, sum(2));
  EXPECT_EQ(one, sum(3));
}

TEST(ExecutorDefaultTest, UsesAtLeastOneThread) {
  EXPECT_GE(Executor().num_threads(), 1);
}

}  // namespace
}  // namespace ttflow
