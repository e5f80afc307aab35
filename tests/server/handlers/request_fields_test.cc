#include "server/handlers/request_fields.h"

#include <gtest/gtest.h>

namespace ttflow::server {
namespace {

TEST(RequestFields, PageSizeHasDefaultAndLimit) {
  Violations violations;
  const Limits limits;
  EXPECT_EQ(PageSizeOf(0, limits, violations), limits.default_page_size);
  EXPECT_EQ(PageSizeOf(7, limits, violations), 7);
  EXPECT_EQ(PageSizeOf(1'000'000, limits, violations), limits.max_page_size);
  EXPECT_TRUE(violations.empty());
  PageSizeOf(-1, limits, violations);
  ASSERT_EQ(violations.items().size(), 1u);
  EXPECT_EQ(violations.items()[0].field, "page_size");
}

TEST(RequestFields, TokensBelongToTheirFilters) {
  Violations violations;
  const std::string token = MakePageToken("cursor", "filters");
  EXPECT_EQ(ParsePageToken(token, "filters", violations), "cursor");
  EXPECT_EQ(MakePageToken("", "filters"), "");
  EXPECT_EQ(ParsePageToken("", "filters", violations), "");
  EXPECT_TRUE(violations.empty());
  for (const char* bad : {"x", "cursor", "0123456789abcdefcursor"}) {
    Violations found;
    ParsePageToken(bad, "filters", found);
    EXPECT_FALSE(found.empty()) << bad;
  }
  ParsePageToken(token, "others", violations);
  EXPECT_FALSE(violations.empty());
}

}  // namespace
}  // namespace ttflow::server
