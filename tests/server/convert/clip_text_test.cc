#include "server/convert/clip_text.h"

#include <gtest/gtest.h>

namespace ttflow::server {
namespace {

TEST(ClipText, LeavesShortTextAlone) {
  EXPECT_EQ(ClipText("abc", 3), "abc");
  EXPECT_EQ(ClipText("", 3), "");
}

TEST(ClipText, EndsWithDotsWithinTheLimit) {
  EXPECT_EQ(ClipText("abcdefgh", 7), "abcd...");
}

TEST(ClipText, NeverCutsACharacter) {
  // Two bytes each: every limit must leave whole ones.
  const std::string text = "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9";
  for (std::size_t most = 3; most < text.size(); ++most) {
    const std::string clipped = ClipText(text, most);
    EXPECT_LE(clipped.size(), most);
    EXPECT_EQ(clipped.size() % 2, 1u) << most;  // "..." and whole characters
  }
}

}  // namespace
}  // namespace ttflow::server
