#include "server/convert/resource_names.h"

#include <gtest/gtest.h>

namespace ttflow::server {
namespace {

TEST(ResourceNames, RoundTrip) {
  EXPECT_EQ(ParseJobName(JobName("0192-ab")), "0192-ab");
  EXPECT_EQ(ParseFlowName(FlowName("0192-ab")), "0192-ab");
}

TEST(ResourceNames, RefuseWhatIsNone) {
  for (const char* name : {"",
                           "jobs/",
                           "jobs",
                           "flows/1",
                           "jobs/A",
                           "jobs/1/2",
                           "jobs/..",
                           "jobs/1 ",
                           "/jobs/1",
                           "jobs/\xC3\xA9"}) {
    EXPECT_FALSE(ParseJobName(name).has_value()) << name;
  }
  EXPECT_FALSE(ParseFlowName("jobs/1").has_value());
  EXPECT_TRUE(ParseJobName("jobs/" + std::string(64, 'a')).has_value());
  EXPECT_FALSE(ParseJobName("jobs/" + std::string(65, 'a')).has_value());
}

}  // namespace
}  // namespace ttflow::server
