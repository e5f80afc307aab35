// Jobs go in over gRPC; samples, log Z and a flow come out.

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/integration/test_client.h"
#include "tests/integration/test_server.h"

namespace ttflow::server {
namespace {

constexpr char kGaussian[] = R"json({
  "sample": {
    "target": {"builtin": {"name": "gaussian", "dimension": 3}},
    "options": {"num_particles": 1024}},
  "num_samples": 1500, "seed": 7})json";

// Two modes eight standard deviations apart, weights 0.3 and 0.7.
constexpr char kMixture[] = R"json({
  "sample": {
    "target": {"mixture": {"components": [
      {"mean": [-4, 0], "weight": 0.3, "std": [1]},
      {"mean": [4, 0], "weight": 0.7, "std": [1]}]}},
    "options": {"num_particles": 2000}},
  "num_samples": 2000, "seed": 3})json";

void ExpectLogEvidenceNear(double truth, const v1::Result& result) {
  // A right interval misses by 5 standard errors in one run of a million; what
  // is added covers the error of a standard error from one run.
  EXPECT_NEAR(result.log_evidence(),
              truth,
              5 * result.log_evidence_standard_error() + 0.05);
}

class SamplingTest : public testing::Test {
 protected:
  TestServer server_;
  TestClient client_{server_.address()};
};

TEST_F(SamplingTest, GaussianJobHasSamplesAndLogEvidence) {
  const std::string name = client_.Create(kGaussian);
  const v1::Job job = client_.Finish(name);
  ASSERT_EQ(job.state(), v1::Job::STATE_SUCCEEDED) << job.error().message();
  EXPECT_EQ(job.attempt(), 1);
  EXPECT_EQ(job.result().num_samples(), 1500);
  EXPECT_EQ(job.result().seed(), 7U);
  EXPECT_EQ(job.result().coordinates_size(), 3);
  EXPECT_GT(job.result().num_energy_evaluations(), 0);
  EXPECT_GT(job.result().wall_seconds(), 0);
  EXPECT_TRUE(job.spec().sample().options().has_num_particles());
  // E = |x|^2 / 2: Z = (2 pi)^(3/2).
  ExpectLogEvidenceNear(1.5 * std::log(2 * std::numbers::pi), job.result());
  const Rows samples = client_.ReadAll(name);
  ASSERT_EQ(samples.dimension, 3);
  ASSERT_EQ(samples.values.size(), 4500U);
  double square = 0;
  for (double value : samples.values) {
    square += value * value;
  }
  EXPECT_NEAR(square / 4500, 1, 0.2) << "unit variance in each coordinate";
}

TEST_F(SamplingTest, MixtureJobFindsBothModesWithTheirWeights) {
  const std::string name = client_.Create(kMixture);
  const v1::Job job = client_.Finish(name);
  ASSERT_EQ(job.state(), v1::Job::STATE_SUCCEEDED) << job.error().message();
  ExpectLogEvidenceNear(0, job.result());
  const Rows samples = client_.ReadAll(name);
  ASSERT_EQ(samples.values.size(), 4000U);
  int num_right = 0;
  for (std::size_t i = 0; i < samples.values.size(); i += 2) {
    num_right += samples.values[i] > 0 ? 1 : 0;
  }
  EXPECT_NEAR(num_right / 2000.0, 0.7, 0.15);
}

// The positive quadrant of two normals correlated by 1/2 has probability 1/3;
// x_3 lies in an interval.
TEST_F(SamplingTest, BoundedJobKeepsToItsBox) {
  const std::string name = client_.Create(R"json({
    "sample": {"target": {
      "builtin": {"name": "gaussian", "parameters": {"covariance": {
        "values": [1, 0.5, 0, 0.5, 1, 0, 0, 0, 1]}}},
      "bounds": [{"lower": 0}, {"lower": 0}, {"lower": -1, "upper": 1}]}},
    "num_samples": 1000, "seed": 5})json");
  const v1::Job job = client_.Finish(name);
  ASSERT_EQ(job.state(), v1::Job::STATE_SUCCEEDED) << job.error().message();
  const double interval = std::erf(1 / std::numbers::sqrt2);
  ExpectLogEvidenceNear(1.5 * std::log(2 * std::numbers::pi) +
                            0.5 * std::log(0.75) + std::log(interval / 3),
                        job.result());
  const auto expect_inside = [](const Rows& samples) {
    for (std::size_t i = 0; i < samples.values.size(); i += 3) {
      EXPECT_GT(samples.values[i], 0);
      EXPECT_GT(samples.values[i + 1], 0);
      EXPECT_LT(std::abs(samples.values[i + 2]), 1);
    }
  };
  expect_inside(client_.ReadAll(name));
  // A flow keeps the bounds of the target that it was trained on.
  v1::JobSpec spec;
  spec.mutable_draw()->set_flow(job.result().flow());
  spec.set_num_samples(500);
  const std::string draw = client_.Create(spec);
  ASSERT_EQ(client_.Finish(draw).state(), v1::Job::STATE_SUCCEEDED);
  expect_inside(client_.ReadAll(draw));
}

TEST_F(SamplingTest, BothEncodingsBringTheSameParticles) {
  const std::string name = client_.Create(kGaussian);
  ASSERT_EQ(client_.Finish(name).state(), v1::Job::STATE_SUCCEEDED);
  const Rows packed = client_.ReadAll(
      name, v1::SAMPLE_KIND_PARTICLES, v1::SAMPLE_ENCODING_PACKED);
  const Rows raw = client_.ReadAll(
      name, v1::SAMPLE_KIND_PARTICLES, v1::SAMPLE_ENCODING_RAW_LE_F64);
  EXPECT_EQ(packed.values, raw.values);
  EXPECT_EQ(packed.log_weights, raw.log_weights);
  EXPECT_EQ(packed.log_weights.size(), packed.values.size() / 3);
  EXPECT_FALSE(packed.log_weights.empty());
}

TEST_F(SamplingTest, ReadGoesOnAtAnOffset) {
  const std::string name = client_.Create(kGaussian);
  ASSERT_EQ(client_.Finish(name).state(), v1::Job::STATE_SUCCEEDED);
  const Rows whole = client_.ReadAll(name);
  Rows parts;
  for (const auto& [offset, limit] : {std::pair{0, 100}, {100, 1}, {101, 0}}) {
    v1::ReadSamplesRequest request;
    request.set_name(name);
    request.set_offset(offset);
    request.set_limit(limit);
    request.set_batch_rows(64);
    ASSERT_TRUE(client_.Read(request, &parts).ok());
  }
  EXPECT_EQ(parts.values, whole.values);
}

TEST_F(SamplingTest, FlowIsDrawnFromInAJobOfItsOwn) {
  const std::string name = client_.Create(kMixture);
  const v1::Job trained = client_.Finish(name);
  ASSERT_EQ(trained.state(), v1::Job::STATE_SUCCEEDED);
  const std::string flow = trained.result().flow();
  ASSERT_EQ(flow.rfind("flows/", 0), 0U) << flow;
  ASSERT_TRUE(client_.Delete(name).ok()) << "the flow outlives its job";
  v1::JobSpec spec;
  spec.mutable_draw()->set_flow(flow);
  spec.set_num_samples(500);
  spec.set_seed(11);
  v1::CreateJobRequest request;
  *request.mutable_job_spec() = spec;
  request.set_validate_only(true);
  v1::CreateJobResponse checked;
  ASSERT_TRUE(client_.TryCreate(request, &checked).ok());
  const std::string draw = client_.Create(spec);
  const v1::Job job = client_.Finish(draw);
  ASSERT_EQ(job.state(), v1::Job::STATE_SUCCEEDED) << job.error().message();
  EXPECT_EQ(job.result().flow(), flow);
  EXPECT_EQ(job.result().num_samples(), 500);
  ExpectLogEvidenceNear(0, job.result());
  EXPECT_EQ(client_.ReadAll(draw).values.size(), 1000U);
  EXPECT_TRUE(job.spec().draw().target().has_mixture());
  const auto evaluations =
      static_cast<double>(job.result().num_energy_evaluations());
  const auto estimate =
      static_cast<double>(checked.estimate().num_energy_evaluations());
  EXPECT_NEAR(estimate / evaluations, 1, 0.2);
}

TEST_F(SamplingTest, TwoClientsAtOnceGetTheSameFromTheSameSeed) {
  std::vector<std::vector<double>> samples(2);
  std::vector<std::thread> threads;
  for (auto& mine : samples) {
    threads.emplace_back([this, &mine] {
      TestClient client(server_.address());
      const std::string name = client.Create(kGaussian);
      EXPECT_EQ(client.Finish(name).state(), v1::Job::STATE_SUCCEEDED);
      mine = client.ReadAll(name).values;
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(samples[0], samples[1]);
  EXPECT_EQ(samples[0].size(), 4500U);
}

}  // namespace
}  // namespace ttflow::server
