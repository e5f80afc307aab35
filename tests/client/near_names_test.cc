#include "client/input/near_names.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ttflow::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(EditDistanceTest, CountsEditsAndSwaps) {
  EXPECT_EQ(EditDistance("", ""), 0);
  EXPECT_EQ(EditDistance("", "abc"), 3);
  EXPECT_EQ(EditDistance("funnel", "funnel"), 0);
  EXPECT_EQ(EditDistance("funel", "funnel"), 1);
  EXPECT_EQ(EditDistance("fnunel", "funnel"), 1);  // a swap
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3);
}

TEST(NearNamesTest, FindsWhatWasMeantAndNothingFarAway) {
  const std::vector<std::string> names = {
      "flow.max_rank", "flow.max_pairs", "moves.count"};
  EXPECT_THAT(NearNames("flow.maxrank", names), ElementsAre("flow.max_rank"));
  // The right name in no group or in the wrong one.
  EXPECT_THAT(NearNames("max_rank", names), ElementsAre("flow.max_rank"));
  EXPECT_THAT(NearNames("flow.count", names), ElementsAre("moves.count"));
  EXPECT_THAT(NearNames("temperature", names), IsEmpty());
}

}  // namespace
}  // namespace ttflow::client
