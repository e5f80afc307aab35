#include "server/handlers/flow_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/server/handlers/service_fixture.h"

namespace ttflow::server {
namespace {

class FlowServiceTest : public ServiceFixture {
 protected:
  grpc::Status GetFlow(const std::string& name, v1::Flow& flow) {
    Context context;
    v1::GetFlowRequest request;
    request.set_name(name);
    v1::GetFlowResponse response;
    grpc::Status status = flows_->GetFlow(&context, request, &response);
    flow = response.flow();
    return status;
  }

  grpc::Status DeleteFlow(const std::string& name, bool allow_missing = false) {
    Context context;
    v1::DeleteFlowRequest request;
    request.set_name(name);
    request.set_allow_missing(allow_missing);
    v1::DeleteFlowResponse response;
    return flows_->DeleteFlow(&context, request, &response);
  }

  static v1::CreateJobRequest Draw(const std::string& flow) {
    v1::CreateJobRequest request;
    request.mutable_job_spec()->mutable_draw()->set_flow(flow);
    request.mutable_job_spec()->set_num_samples(50);
    return request;
  }
};

TEST_F(FlowServiceTest, ATrainedFlowIsShownAndDrawnFrom) {
  v1::CreateJobRequest request = SmallJob();
  request.mutable_job_spec()
      ->mutable_sample()
      ->mutable_options()
      ->mutable_density()
      ->set_mode(v1::DENSITY_MODE_OFF);
  const v1::Job job = Wait(Create(request));
  const std::string name = job.result().flow();
  v1::Flow flow;
  ASSERT_TRUE(GetFlow(name, flow).ok());
  EXPECT_EQ(flow.name(), name);
  EXPECT_EQ(flow.job(), job.name());
  EXPECT_EQ(flow.target().builtin().name(), "gaussian");
  EXPECT_EQ(flow.dimension(), 2);
  EXPECT_EQ(flow.num_particles(), 128);
  EXPECT_GT(flow.num_stages(), 0);
  EXPECT_GT(flow.size_bytes(), 0);

  Context context;
  v1::ListFlowsResponse list;
  ASSERT_TRUE(flows_->ListFlows(&context, {}, &list).ok());
  ASSERT_EQ(list.flows_size(), 1);
  EXPECT_EQ(list.flows(0).SerializeAsString(), flow.SerializeAsString());

  const v1::Job draw = Wait(Create(Draw(name)));
  EXPECT_EQ(draw.state(), v1::Job::STATE_SUCCEEDED) << draw.error().message();
  EXPECT_EQ(draw.result().num_samples(), 50);
  EXPECT_EQ(draw.result().flow(), name);
  EXPECT_EQ(draw.spec().draw().num_particles(), 128);
}

TEST_F(FlowServiceTest, AFoundDensityIsShownAndDrawnFrom) {
  const v1::Job job = Wait(Create(SmallJob()));
  EXPECT_EQ(job.result().log_evidence_estimator(), "importance");
  v1::Flow flow;
  ASSERT_TRUE(GetFlow(job.result().flow(), flow).ok());
  EXPECT_EQ(flow.num_stages(), 0);
  EXPECT_GT(flow.size_bytes(), 0);
  const v1::Job draw = Wait(Create(Draw(flow.name())));
  EXPECT_EQ(draw.state(), v1::Job::STATE_SUCCEEDED) << draw.error().message();
  EXPECT_EQ(draw.result().num_samples(), 50);
  EXPECT_EQ(draw.result().log_evidence_estimator(), "importance");
}

TEST_F(FlowServiceTest, AFlowOutlivesItsJobUntilItIsDeleted) {
  const v1::Job job = Wait(Create(SmallJob()));
  const std::string name = job.result().flow();
  {
    Context context;
    v1::DeleteJobRequest request;
    request.set_name(job.name());
    v1::DeleteJobResponse response;
    ASSERT_TRUE(jobs_->DeleteJob(&context, request, &response).ok());
  }
  v1::Flow flow;
  EXPECT_TRUE(GetFlow(name, flow).ok());
  EXPECT_TRUE(DeleteFlow(name).ok());
  const grpc::Status gone = DeleteFlow(name);
  EXPECT_EQ(gone.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(gone), "FLOW_NOT_FOUND");
  EXPECT_TRUE(DeleteFlow(name, /*allow_missing=*/true).ok());

  Context context;
  v1::CreateJobResponse response;
  const grpc::Status draw = jobs_->CreateJob(&context, Draw(name), &response);
  EXPECT_EQ(draw.error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(FlowServiceTest, NamesAreChecked) {
  v1::Flow flow;
  EXPECT_THAT(FieldsOf(GetFlow("jobs/1", flow)), testing::ElementsAre("name"));
  v1::CreateJobRequest draw = Draw("jobs/1");
  draw.mutable_job_spec()->set_num_samples(0);
  Context context;
  v1::CreateJobResponse response;
  EXPECT_THAT(FieldsOf(jobs_->CreateJob(&context, draw, &response)),
              testing::UnorderedElementsAre("job_spec.draw.flow",
                                            "job_spec.num_samples"));
}

}  // namespace
}  // namespace ttflow::server
