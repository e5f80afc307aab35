#include "client/input/parameter_values.h"

#include <cmath>

#include "client/errors/client_error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace ttflow::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ParseParameterValuesTest, TakesANumberAListAndJson) {
  EXPECT_THAT(*ParseParameterValues("0.5"), ElementsAre(0.5));
  EXPECT_THAT(*ParseParameterValues(" -1e-3 "), ElementsAre(-1e-3));
  EXPECT_THAT(*ParseParameterValues("1,2.5, +3"), ElementsAre(1, 2.5, 3));
  EXPECT_THAT(*ParseParameterValues("[1, 2]"), ElementsAre(1, 2));
  EXPECT_THAT(*ParseParameterValues("[[0,0],[3,1]]"), ElementsAre(0, 0, 3, 1));
  EXPECT_THAT(*ParseParameterValues("[[[1,2],[3,4]],[[5,6],[7,8]]]"),
              ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
}

TEST(ParseParameterValuesTest, LeavesNanToTheServer) {
  EXPECT_TRUE(std::isnan(ParseParameterValues("nan")->at(0)));
  EXPECT_TRUE(std::isinf(ParseParameterValues("-inf")->at(0)));
}

TEST(ParseParameterValuesTest, RefusesWhatIsNoNumber) {
  for (const char* text : {"",
                           "abc",
                           "1,,2",
                           "1,",
                           "1 2",
                           "[1,",
                           "[1,\"a\"]",
                           "{}",
                           "[[1,2],[3]]",
                           "[1,[2]]",
                           "[[1],2]",
                           "0x10",
                           "1e"}) {
    EXPECT_FALSE(ParseParameterValues(text).ok()) << text;
  }
}

TEST(SplitAssignmentTest, SplitsAtTheFirstEqualsSign) {
  const auto assignment = SplitAssignment("--label", "note=a=b");
  ASSERT_TRUE(assignment.ok());
  EXPECT_EQ(assignment->first, "note");
  EXPECT_EQ(assignment->second, "a=b");
}

TEST(SplitAssignmentTest, TheFormIsShownWhereItIsWrong) {
  for (const char* text : {"std", "=1", ""}) {
    const auto assignment = SplitAssignment("--param", text);
    ASSERT_FALSE(assignment.ok()) << text;
    EXPECT_EQ(ExitCodeOf(assignment.status()), ExitCode::kUsage);
    EXPECT_THAT(ErrorBlockOf(assignment.status()).what,
                HasSubstr("NAME=VALUE"));
  }
}

}  // namespace
}  // namespace ttflow::client
