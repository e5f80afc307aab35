#include "server/handlers/catalogue_services.h"

#include <gtest/gtest.h>

#include "core/targets/target_registry.h"
#include "tests/server/handlers/service_fixture.h"
#include "ttflow/v1/server_service.grpc.pb.h"
#include "ttflow/v1/target_service.grpc.pb.h"

namespace ttflow::server {
namespace {

using CatalogueTest = ServiceFixture;

TEST_F(CatalogueTest, ListsEveryTarget) {
  Context context;
  v1::ListTargetsResponse response;
  ASSERT_TRUE(v1::TargetService::NewStub(channel_)
                  ->ListTargets(&context, {}, &response)
                  .ok());
  ASSERT_EQ(response.targets_size(), static_cast<int>(TargetSchemas().size()));
  for (const v1::Target& target : response.targets()) {
    EXPECT_FALSE(target.name().empty());
    EXPECT_FALSE(target.description().empty());
  }
}

TEST_F(CatalogueTest, TellsItsLimits) {
  Context context;
  v1::GetServerInfoResponse response;
  ASSERT_TRUE(v1::ServerService::NewStub(channel_)
                  ->GetServerInfo(&context, {}, &response)
                  .ok());
  EXPECT_FALSE(response.version().empty());
  EXPECT_EQ(response.num_threads(), 1);
  const Limits limits;
  EXPECT_EQ(response.limits().max_queued_jobs(), limits.max_queued_jobs);
  EXPECT_GT(response.limits().max_job_memory_bytes(), 0);
  const auto* descriptor = v1::ServerLimits::descriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    EXPECT_TRUE(response.limits().GetReflection()->HasField(
        response.limits(), descriptor->field(i)))
        << descriptor->field(i)->name();
  }
}

}  // namespace
}  // namespace ttflow::server
