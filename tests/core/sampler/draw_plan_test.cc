#include "core/sampler/draw_plan.h"

#include <gtest/gtest.h>

#include <limits>

namespace ttflow {
namespace {

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

TEST(ChooseNumDraws, GivesTheWantedErrorWithinItsLimits) {
  EXPECT_NEAR(static_cast<double>(ChooseNumDraws(0.01, 0.95, 10, 1'000'000, 1)),
              (1 / 0.95 - 1) / 1e-4,
              2);
  EXPECT_EQ(ChooseNumDraws(0.01, 1, 10, 1000, 1), 10);
  EXPECT_EQ(ChooseNumDraws(0.001, 0.1, 10, 1000, 1), 1000);
  EXPECT_EQ(ChooseNumDraws(0.01, 0, 10, 1000, 1), 1000);
  // As the samples need, beyond the limit.
  EXPECT_EQ(ChooseNumDraws(0.01, 0.5, 10, 1000, 5000), 10000);
  EXPECT_EQ(ChooseNumDraws(0.01, 1, 10, 1000, 5000), 5000);
}

// An interrupter with a clock set by hand.
class ManualClock final : public Interrupter {
 public:
  absl::Status Check() override { return absl::OkStatus(); }
  double SecondsUsed() override { return seconds; }

  double seconds = 0;
};

bool HasWarning(const SampleResult& result, const std::string& code) {
  for (const Warning& warning : result.warnings) {
    if (warning.code == code) return true;
  }
  return false;
}

TEST(DrawPlanTest, WithoutAWantedErrorTheFirstDrawsAreAll) {
  SamplerOptions options;
  options.num_samples = 100;
  options.density.num_draws = 20000;
  DrawPlan plan(options);
  EXPECT_EQ(plan.First(1, kNoLimit), 8192);
  EXPECT_NEAR(static_cast<double>(plan.First(0.94, kNoLimit)),
              (1 / 0.94 - 1) / (0.0025 * 0.0025),
              2);
  EXPECT_EQ(plan.First(0.7, kNoLimit), 11000);
  EXPECT_NEAR(
      static_cast<double>(plan.First(0.5, kNoLimit)), 1 / (0.0075 * 0.0075), 2);
  EXPECT_EQ(plan.First(0.1, kNoLimit), 20000);
  EXPECT_EQ(plan.More(20000, 1, kNoLimit), 0);
  SampleResult result;
  result.log_evidence_standard_error = 1;
  plan.AddDoubts(result);
  EXPECT_TRUE(result.warnings.empty());
}

TEST(DrawPlanTest, AWantedErrorTakesFewerOrMoreDraws) {
  SamplerOptions options;
  options.num_samples = 100;
  options.evidence.wanted_error = 0.05;
  EXPECT_EQ(DrawPlan(options).First(0.8, kNoLimit), 512);
  options.evidence.wanted_error = 0.001;
  DrawPlan plan(options);
  EXPECT_NEAR(
      static_cast<double>(plan.First(0.9, kNoLimit)), (1 / 0.9 - 1) * 1e6, 2);
  // The error turned out twice as large: four times the draws.
  EXPECT_NEAR(static_cast<double>(plan.More(100000, 0.002, kNoLimit)),
              1.1 * 400000 - 100000,
              2);
  EXPECT_EQ(plan.More(100000, 0.001, kNoLimit), 0);
  EXPECT_EQ(plan.More(1 << 20, 0.002, kNoLimit), 0);
}

TEST(DrawPlanTest, TellsWhatTheEvaluationsCutOff) {
  SamplerOptions options;
  options.evidence.wanted_error = 0.001;
  DrawPlan plan(options);
  EXPECT_EQ(plan.First(0.5, 3000), 3000);
  EXPECT_EQ(plan.More(3000, 0.02, 0), 0);
  SampleResult result;
  result.log_evidence_standard_error = 0.02;
  plan.AddDoubts(result);
  EXPECT_TRUE(HasWarning(result, "BUDGET_REACHED"));
  EXPECT_TRUE(HasWarning(result, "ERROR_NOT_REACHED"));
}

TEST(DrawPlanTest, TimeEndsARunForGood) {
  SamplerOptions options;
  options.max_seconds = 2;
  options.evidence.wanted_error = 0.001;
  DrawPlan plan(options);
  ManualClock clock;
  EXPECT_TRUE(plan.CheckTime(clock).ok());
  clock.seconds = 2.5;
  const absl::Status over = plan.CheckTime(clock);
  EXPECT_EQ(over.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(over.message().find("max_seconds"), std::string::npos);
  EXPECT_EQ(plan.More(1000, 1, kNoLimit), 0);
  SampleResult result;
  plan.AddDoubts(result);
  EXPECT_TRUE(HasWarning(result, "BUDGET_REACHED"));
}

}  // namespace
}  // namespace ttflow
