#include "server/storage/job_id.h"

#include <gtest/gtest.h>

#include <string>

namespace ttflow::server {
namespace {

TEST(JobIdTest, HasTheFormOfVersion7) {
  JobIdGenerator ids;
  const std::string id = ids.Next(absl::FromUnixMillis(0x0123456789AB));
  EXPECT_TRUE(IsUuid(id)) << id;
  EXPECT_EQ(id.substr(0, 13), "01234567-89ab");
  EXPECT_EQ(id[14], '7');
  EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos) << id;
}

TEST(JobIdTest, IncreasesWithinAMillisecondAndWhenTheClockStepsBack) {
  JobIdGenerator ids;
  const absl::Time now = absl::FromUnixSeconds(1700000000);
  std::string last = ids.Next(now);
  for (int i = 0; i < 10000; ++i) {
    const std::string next = ids.Next(now - absl::Seconds(i % 3));
    ASSERT_LT(last, next);
    last = next;
  }
  EXPECT_LT(last, ids.Next(now + absl::Seconds(1)));
}

TEST(JobIdTest, KnowsUuids) {
  EXPECT_TRUE(IsUuid("0190F3C2-0000-7abc-8000-00000000000F"));
  EXPECT_FALSE(IsUuid(""));
  EXPECT_FALSE(IsUuid("0190f3c2-0000-7abc-8000-00000000000"));
  EXPECT_FALSE(IsUuid("0190f3c2-0000-7abc-8000-00000000000g"));
  EXPECT_FALSE(IsUuid("0190f3c2x0000-7abc-8000-00000000000f"));
}

}  // namespace
}  // namespace ttflow::server
