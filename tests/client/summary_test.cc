#include "client/output/summary.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ttflow::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

v1::Job FinishedJob(int dimension) {
  v1::Job job;
  job.set_name("jobs/1");
  job.set_state(v1::Job::STATE_SUCCEEDED);
  job.mutable_spec()
      ->mutable_sample()
      ->mutable_target()
      ->mutable_builtin()
      ->set_name("funnel");
  v1::Result& result = *job.mutable_result();
  result.set_log_evidence(73.8541);
  result.set_log_evidence_standard_error(0.0061);
  result.set_num_energy_evaluations(391000);
  result.set_num_gradient_evaluations(391000);
  result.set_weight_ess_fraction(0.92);
  result.set_wall_seconds(3.42);
  result.set_seed(7);
  result.set_num_samples(2000);
  result.set_num_particles(1000);
  result.set_dimension(dimension);
  for (int k = 1; k <= dimension; ++k) {
    v1::CoordinateSummary& coordinate = *result.add_coordinates();
    coordinate.set_name("x" + std::to_string(k));
    coordinate.set_mean(1.22);
    coordinate.set_standard_deviation(1.5);
    for (const double probability : {0.05, 0.95}) {
      v1::Quantile& quantile = *coordinate.add_quantiles();
      quantile.set_probability(probability);
      quantile.set_value(probability < 0.5 ? -1.78 : 2.03);
    }
  }
  return job;
}

TEST(SummaryTest, SaysWhatWasFound) {
  const std::string text = SummaryText(FinishedJob(2), {});
  EXPECT_THAT(text,
              AllOf(HasSubstr("jobs/1  funnel, d = 2  succeeded in 3.4 s\n"),
                    HasSubstr("log evidence   73.854 ± 0.006      samples "
                              "2000, ESS 920 of 1000"),
                    HasSubstr("391 000, all with gradient, 425 an effective "
                              "particle      seed 7"),
                    HasSubstr("  x1       1.22     1.50    -1.78     2.03\n")));
  EXPECT_THAT(text, Not(HasSubstr("next:")));
}

TEST(SummaryTest, ALongTableIsCutAndCounted) {
  const std::string text = SummaryText(FinishedJob(13), {});
  EXPECT_THAT(text,
              AllOf(HasSubstr("x10"),
                    Not(HasSubstr("x11")),
                    HasSubstr("(3 more: ttflow show jobs/1 --all)")));
}

TEST(SummaryTest, SeveralModesAreListedHeaviestFirst) {
  v1::Job job = FinishedJob(2);
  for (int k = 0; k < 7; ++k) {
    v1::ModeSummary& mode = *job.mutable_result()->add_modes();
    mode.add_position(k);
    mode.add_position(-1.5);
    mode.set_weight(0.4 - 0.05 * k);
    mode.set_weight_standard_error(0.006);
  }
  EXPECT_THAT(SummaryText(job, {}),
              AllOf(HasSubstr("modes          7, by weight:\n"),
                    HasSubstr("0.400 ± 0.006  at (0"),
                    HasSubstr("(2 more in result.json)")));
  job.mutable_result()->mutable_modes()->DeleteSubrange(1, 6);
  EXPECT_THAT(SummaryText(job, {}), Not(HasSubstr("modes")));
}

TEST(SummaryTest, HistogramsComeFromTheSamples) {
  SummaryOptions options;
  options.samples = {{-1, -1, 1, 1}, {0, 0, 0, 1}};
  EXPECT_THAT(SummaryText(FinishedJob(2), options), HasSubstr("█"));
  options.utf8 = false;
  EXPECT_THAT(SummaryText(FinishedJob(2), options),
              AllOf(HasSubstr("#"), Not(HasSubstr("█"))));
}

TEST(SummaryTest, WarningsComeAtTheEndWithTheirCode) {
  v1::Job job = FinishedJob(1);
  v1::Warning& warning = *job.mutable_result()->add_warnings();
  warning.set_code("LOW_ESS");
  warning.set_message("few effective particles");
  EXPECT_THAT(SummaryText(job, {}),
              HasSubstr("warning: few effective particles  [LOW_ESS]\n"));
}

TEST(SummaryTest, AFailedJobSaysWhy) {
  v1::Job job;
  job.set_name("jobs/1");
  job.set_state(v1::Job::STATE_FAILED);
  job.mutable_error()->set_reason("EVALUATIONS_EXHAUSTED");
  job.mutable_error()->set_message("no evaluations left");
  EXPECT_THAT(SummaryText(job, {}),
              AllOf(HasSubstr("failed"),
                    HasSubstr("no evaluations left  [EVALUATIONS_EXHAUSTED]")));
}

}  // namespace
}  // namespace ttflow::client
