#include "core/sampler/result_summary.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "core/particles/weights.h"

namespace ttflow {
namespace {

constexpr int kPilot = 0;
constexpr int kTraining = 1;
constexpr int kFrozen = 2;

StageInfo Stage(int pass, double t, bool flow, double r2, double ess) {
  StageInfo stage;
  stage.pass = pass;
  stage.t = t;
  stage.flow_used = flow;
  stage.validation_r2 = r2;
  stage.weight_ess_fraction = ess;
  stage.resampled = ess < 0.5;
  stage.acceptance_rate = 0.6;
  return stage;
}

std::vector<std::string> CodesOf(const std::vector<StageInfo>& stages,
                                 double final_ess = 0.9) {
  SampleResult result;
  result.weight_ess_fraction = final_ess;
  std::vector<std::string> codes;
  for (const Warning& warning : FindDoubts({}, stages, result)) {
    codes.push_back(warning.code);
  }
  return codes;
}

using Codes = std::vector<std::string>;

TEST(FindDoubts, TrustsATransportThatExplainsTheEnergy) {
  EXPECT_EQ(CodesOf({Stage(kTraining, 0.5, true, 0.95, 0.7),
                     Stage(kTraining, 1, true, 0.9, 0.45)}),
            Codes());
}

TEST(FindDoubts, DistrustsAWeakTransportWhereWeightsBecameUneven) {
  EXPECT_EQ(CodesOf({Stage(kTraining, 0.5, true, 0.95, 0.8),
                     Stage(kTraining, 0.8, true, 0.6, 0.6),
                     Stage(kTraining, 1, false, 0, 0.4)}),
            Codes{"FLOW_DISTRUSTED"});
  // Even weights: what it left was little.
  EXPECT_EQ(CodesOf({Stage(kTraining, 0.5, true, 0.6, 0.9),
                     Stage(kTraining, 1, true, 0.6, 0.8)}),
            Codes());
}

TEST(FindDoubts, DoesNotBlameATransportForWeightsThatItDidNotMake) {
  // Uneven before it, and evened out by resampling.
  EXPECT_EQ(CodesOf({Stage(kTraining, 0.4, false, 0, 0.4),
                     Stage(kTraining, 0.6, true, 0.5, 0.9),
                     Stage(kTraining, 1, true, 0.9, 0.8)}),
            Codes());
  // Fitted, but not used.
  EXPECT_EQ(CodesOf({Stage(kTraining, 1, false, 0.3, 0.4)}), Codes());
  // The pilot's, and one that a frozen pass repeats.
  EXPECT_EQ(CodesOf({Stage(kPilot, 1, true, 0.3, 0.4),
                     Stage(kTraining, 1, true, 0.9, 0.8),
                     Stage(kFrozen, 1, true, 0, 0.4)}),
            Codes());
}

TEST(FindDoubts, SaysHowManyStagesAndHowBad) {
  SampleResult result;
  result.weight_ess_fraction = 0.9;
  const std::vector<Warning> warnings =
      FindDoubts({},
                 {Stage(kTraining, 0.2, true, 0.9, 0.8),
                  Stage(kTraining, 0.6, true, 0.55, 0.6),
                  Stage(kTraining, 1, true, 0.7, 0.31)},
                 result);
  ASSERT_EQ(warnings.size(), 1);
  const std::string& message = warnings[0].message;
  EXPECT_NE(message.find("2 of the 3 stages"), std::string::npos) << message;
  EXPECT_NE(message.find("down to 0.55 at t = 0.6"), std::string::npos)
      << message;
  EXPECT_NE(message.find("fell to 31 %"), std::string::npos) << message;
}

TEST(FindDoubts, NamesFewWeightsFewAncestorsAndRefusedMoves) {
  StageInfo stuck = Stage(kTraining, 1, false, 0, 0.9);
  stuck.acceptance_rate = 0.01;
  EXPECT_EQ(CodesOf({stuck}, 0.05), (Codes{"LOW_ESS", "LOW_ACCEPTANCE"}));
  PassEvidence pass;
  pass.num_ancestors = 3;
  SampleResult result;
  result.weight_ess_fraction = 0.9;
  result.counts.num_energy_evaluations = 10;
  result.counts.num_nonfinite = 1;
  const std::vector<Warning> warnings = FindDoubts({pass}, {}, result);
  ASSERT_EQ(warnings.size(), 2);
  EXPECT_EQ(warnings[0].code, "FEW_ANCESTORS");
  EXPECT_EQ(warnings[1].code, "NONFINITE_ENERGIES");
}

// A look from far outside is no reason to doubt the result.
TEST(FindDoubts, EnergiesOfTheSearchMayOverflow) {
  StageInfo search;
  search.pass = 0;
  search.counts.num_nonfinite = 7;
  StageInfo draws;
  draws.pass = 2;
  draws.counts.num_nonfinite = 7;
  SampleResult result;
  result.weight_ess_fraction = 0.9;
  result.counts.num_nonfinite = 7;
  EXPECT_TRUE(FindDoubts({}, {search, draws}, result).empty());
  result.counts.num_nonfinite = 8;
  EXPECT_EQ(FindDoubts({}, {search, draws}, result).size(), 1);
}

// Weights 1 + share * Pareto of index .9 (quantiles of it, so no luck in it).
SampleResult TailedResult(double share) {
  constexpr Index kDraws = 4000;
  SampleResult result;
  result.log_weights.resize(kDraws);
  for (Index i = 0; i < kDraws; ++i) {
    const double upper = (static_cast<double>(i) + 0.5) / kDraws;
    result.log_weights[i] = std::log(1 + share * std::pow(upper, -0.9));
  }
  const double ess = WeightEssFraction(result.log_weights);
  result.weight_ess_fraction = ess;
  result.log_evidence_standard_error = std::sqrt((1 / ess - 1) / kDraws);
  return result;
}

TEST(FindTailDoubts, WarnsWhereTheTailMayHoldMoreThanTheError) {
  const std::vector<Warning> warnings = FindTailDoubts(TailedResult(1));
  ASSERT_EQ(warnings.size(), 1);
  EXPECT_EQ(warnings[0].code, "HEAVY_TAIL");
}

// The same tail, which holds a thousandth of the mass, beside an error that
// something else makes.
TEST(FindTailDoubts, AThinTailIsCoveredByTheError) {
  SampleResult result = TailedResult(1e-3);
  result.log_evidence_standard_error = 0.01;
  EXPECT_TRUE(FindTailDoubts(result).empty());
  result.log_evidence_standard_error = 1e-4;
  EXPECT_EQ(FindTailDoubts(result).size(), 1);
}

}  // namespace
}  // namespace ttflow
