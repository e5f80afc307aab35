#include "core/als/sliced_loop.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/core/als/countdown_interrupter.h"

namespace ttflow {
namespace {

constexpr double kWholeSlice = 1e12;  // operations that fill a slice
constexpr double kNothing = 1e-3;

TEST(SlicedLoopTest, BlocksAreThoseOfTheExecutor) {
  for (const double operations : {kNothing, kWholeSlice}) {
    for (const int threads : {1, 2}) {
      CountdownInterrupter interrupter(0);
      std::vector<Index> end_of_block(4, 0);
      ASSERT_TRUE(ForBlocksSliced(
                      200,
                      operations,
                      Executor(threads),
                      interrupter,
                      [&](Index begin, Index end) {
                        end_of_block[begin / 64] = end;
                        EXPECT_EQ(begin % 64, 0);
                      },
                      64)
                      .ok());
      EXPECT_EQ(end_of_block, (std::vector<Index>{64, 128, 192, 200}));
      EXPECT_EQ(interrupter.num_checks(),
                operations == kNothing ? 1 : (threads == 1 ? 4 : 2));
    }
  }
}

TEST(SlicedLoopTest, PanelsOfAPartComeInOrder) {
  const std::vector<Index> num_panels = {3, 0, 5, 1, 2};
  for (const double operations : {kNothing, 1.4e8, kWholeSlice}) {
    for (const int threads : {1, 2, 3}) {
      CountdownInterrupter interrupter(0);
      std::vector<std::vector<Index>> seen(num_panels.size());
      ASSERT_TRUE(ForPanelsSliced(num_panels,
                                  operations,
                                  Executor(threads),
                                  interrupter,
                                  [&](Index part, Index panel) {
                                    seen[part].push_back(panel);
                                  })
                      .ok());
      for (std::size_t part = 0; part < seen.size(); ++part) {
        ASSERT_EQ(static_cast<Index>(seen[part].size()), num_panels[part]);
        for (std::size_t i = 0; i < seen[part].size(); ++i) {
          EXPECT_EQ(seen[part][i], static_cast<Index>(i));
        }
      }
    }
  }
}

TEST(SlicedLoopTest, NothingRunsAfterTheInterrupter) {
  int num_calls = 0;
  CountdownInterrupter third(3);
  EXPECT_EQ(ForBlocksSliced(
                640,
                kWholeSlice,
                Executor(1),
                third,
                [&](Index, Index) { ++num_calls; },
                64)
                .code(),
            absl::StatusCode::kCancelled);
  EXPECT_EQ(num_calls, 2);
  num_calls = 0;
  CountdownInterrupter fourth(4);
  EXPECT_EQ(ForPanelsSliced(std::vector<Index>{2, 2},
                            kWholeSlice,
                            Executor(1),
                            fourth,
                            [&](Index, Index) { ++num_calls; })
                .code(),
            absl::StatusCode::kCancelled);
  EXPECT_EQ(num_calls, 3);
}

}  // namespace
}  // namespace ttflow
