#include "core/foundation/violations.h"

#include <gtest/gtest.h>

namespace ttflow {
namespace {

TEST(ViolationsTest, IsEmptyUntilSomethingIsAdded) {
  Violations violations;
  EXPECT_TRUE(violations.empty());
  violations.Add("seed", "-1 is negative; give at least 0");
  EXPECT_FALSE(violations.empty());
}

TEST(ViolationsTest, AppendPrefixesTheFieldsAndKeepsTheOrder) {
  Violations inner;
  inner.Add("name", "first");
  inner.Add("parameters.std", "second");
  Violations outer;
  outer.Add("seed", "before");
  outer.Append("target", inner);
  ASSERT_EQ(outer.items().size(), 3u);
  EXPECT_EQ(outer.items()[0].field, "seed");
  EXPECT_EQ(outer.items()[1].field, "target.name");
  EXPECT_EQ(outer.items()[2].field, "target.parameters.std");
  EXPECT_EQ(outer.items()[2].description, "second");
}

}  // namespace
}  // namespace ttflow
