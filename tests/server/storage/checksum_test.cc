#include "server/storage/checksum.h"

#include <gtest/gtest.h>

#include <string>

namespace ttflow::server {
namespace {

// RFC 3720, appendix B.4, and the check value of the catalogues.
TEST(ChecksumTest, MatchesPublishedValues) {
  for (auto* crc32c : {&Crc32c, &Crc32cPortable}) {
    EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
    EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);
    EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43U);
    EXPECT_EQ(crc32c(""), 0U);
  }
}

TEST(ChecksumTest, BothWaysAgreeAtEveryLength) {
  std::string bytes;
  for (int length = 0; length < 70; ++length) {
    EXPECT_EQ(Crc32c(bytes), Crc32cPortable(bytes)) << length;
    bytes.push_back(static_cast<char>(31 * length + 7));
  }
}

}  // namespace
}  // namespace ttflow::server
