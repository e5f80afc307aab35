#include "server/convert/flow_converter.h"

#include <gtest/gtest.h>

#include "server/convert/model_codec.h"
#include "tests/server/convert/random_model.h"

namespace ttflow::server {
namespace {

FlowRecord Record(const NewFlow& flow) {
  FlowRecord record;
  record.id = "17";
  record.job_id = "17";
  record.create_time = absl::FromUnixMillis(1'500);
  record.dimension = flow.dimension;
  record.num_stages = flow.num_stages;
  record.model_bytes = static_cast<std::int64_t>(flow.model.size());
  record.target = flow.target;
  return record;
}

TEST(FlowConverter, ShowsWhatWasStored) {
  v1::TargetSpec target;
  target.mutable_builtin()->set_name("funnel");
  const Model model = RandomModel(3, 1);
  const NewFlow stored = FlowToStore(model, target);
  EXPECT_EQ(EncodeModel(*DecodeModel(stored.model)), EncodeModel(model));
  const auto flow = FlowToProto(Record(stored));
  ASSERT_TRUE(flow.ok()) << flow.status();
  EXPECT_EQ(flow->name(), "flows/17");
  EXPECT_EQ(flow->job(), "jobs/17");
  EXPECT_EQ(flow->target().builtin().name(), "funnel");
  EXPECT_EQ(flow->dimension(), 3);
  EXPECT_EQ(flow->num_particles(), 1234);
  EXPECT_EQ(flow->num_stages(), 3);
  double evaluations = 1;
  for (const StageModel& stage : model.stages) {
    const MoveSettings& moves = stage.moves;
    evaluations +=
        (stage.transport ? 1 : 0) +
        moves.count *
            (moves.kind == MoveKind::kHmc ? moves.num_leapfrog_steps : 1);
  }
  EXPECT_EQ(flow->evaluations_per_particle(), evaluations);
  EXPECT_EQ(flow->size_bytes(), static_cast<std::int64_t>(stored.model.size()));
  EXPECT_EQ(flow->create_time().seconds(), 1);
  EXPECT_EQ(flow->create_time().nanos(), 500'000'000);
}

TEST(FlowConverter, DamagedDescriptionIsDataLoss) {
  FlowRecord record = Record(FlowToStore(RandomModel(2, 1), {}));
  record.target = "\xFF\xFF";
  EXPECT_EQ(FlowToProto(record).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace ttflow::server
