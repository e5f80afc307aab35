// Accuracy of the sampler at equal numbers of energy evaluations: `auto` and
// the flow on against the best setting of plain tempered SMC, on paired seeds.
//
//   sampler_accuracy [--seeds 30] [--targets many-well-16,gmm-40] [--threads 1]
//                    [--no-flow]
//
// For each target: `auto` at its defaults sets the first budget; every plain
// setting gets the number of particles that spends as much (found by a probe
// run; 64 at least, so that a plain run may spend more, never less). The flow
// on, at its defaults, sets the second budget for itself and the two plain
// settings that were best. The printed table is Markdown; figures are means
// over seeds, in brackets the 95 % bootstrap interval of the ratio to the best
// plain setting of the same budget.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "tests/benchmarks/score.h"

namespace ttflow::benchmarks {
namespace {

struct Case {
  std::string label;
  std::string target;
  Index dimension = 0;
  ParameterValues parameters;
};

std::vector<Case> AllCases() {
  const std::vector<double> two_means = {-3, 0, 3, 0};
  return {
      {"gmm2-equal",
       "gaussian_mixture",
       2,
       {{"means", two_means}, {"std", {0.7}}, {"weights", {0.5, 0.5}}}},
      {"gmm2-unequal",
       "gaussian_mixture",
       2,
       {{"means", two_means}, {"std", {0.7}}, {"weights", {0.8, 0.2}}}},
      {"gmm-40", "gmm40", 2, {}},
      {"many-well-4", "many_well", 4, {}},
      {"many-well-8", "many_well", 8, {}},
      {"many-well-16", "many_well", 16, {}},
      {"correlated-gaussian-16", "gaussian", 16, {{"rho", {0.9}}}},
      {"correlated-gaussian-64", "gaussian", 64, {{"rho", {0.9}}}},
      {"many-well-32", "many_well", 32, {}},
      {"many-well-64", "many_well", 64, {}},
      {"many-well-128", "many_well", 128, {}},
      {"rotated-many-well-16", "rotated_many_well", 16, {}},
      {"rotated-many-well-32", "rotated_many_well", 32, {}},
      {"coupled-wells-16-J.1", "coupled_wells", 16, {{"coupling", {0.1}}}},
      {"coupled-wells-16-J.5", "coupled_wells", 16, {{"coupling", {0.5}}}},
      {"coupled-wells-16-J2", "coupled_wells", 16, {{"coupling", {2}}}},
      {"coupled-wells-32-J.5", "coupled_wells", 32, {{"coupling", {0.5}}}},
      {"coupled-wells-32-J2", "coupled_wells", 32, {{"coupling", {2}}}},
      {"coupled-wells-16-quartic-sine",
       "coupled_wells",
       16,
       {{"coupling", {0}}, {"quartic", {0.3}}, {"sine", {1}}}},
      {"mw54", "mw54", 5, {}},
      {"funnel-10", "funnel", 10, {}},
  };
}

struct Setting {
  std::string label;
  SamplerOptions options;
};

std::vector<Setting> PlainSettings() {
  std::vector<Setting> settings;
  for (const MoveChoice kind : {MoveChoice::kMala, MoveChoice::kHmc}) {
    for (const int count : {1, 3, 6}) {
      Setting setting;
      setting.options.flow.mode = FlowMode::kOff;
      setting.options.moves.kind = kind;
      setting.options.moves.count = count;
      setting.label = "plain, " + std::to_string(count) +
                      (kind == MoveChoice::kMala ? " MALA" : " HMC");
      settings.push_back(setting);
    }
  }
  return settings;
}

std::vector<Run> RunSeeds(const std::shared_ptr<const Target>& target,
                          const SamplerOptions& options,
                          int num_seeds,
                          const Executor& executor) {
  std::vector<Run> runs;
  for (int seed = 0; seed < num_seeds; ++seed) {
    runs.push_back(RunOnce(target, options, 100 + seed, executor));
  }
  return runs;
}

// Sets the number of particles so that a run spends about `budget` evaluations.
void MatchBudget(const std::shared_ptr<const Target>& target,
                 double budget,
                 const Executor& executor,
                 SamplerOptions& options) {
  options.num_particles =
      EffectiveOptions(options, target->dimension()).num_particles;
  for (int probe = 0; probe < 2; ++probe) {
    const Run run = RunOnce(target, options, 7, executor);
    if (run.failed) return;
    options.num_particles = std::max<Index>(
        64,
        static_cast<Index>(
            std::lround(static_cast<double>(options.num_particles) * budget /
                        run.evaluations)));
  }
}

void PrintRow(const std::string& label,
              const std::vector<Run>& runs,
              const std::vector<Run>* baseline) {
  double bias = 0;
  double flow = 0;
  int failed = 0;
  for (const Run& run : runs) {
    bias += run.log_evidence_error / static_cast<double>(runs.size());
    flow += run.flow_share / static_cast<double>(runs.size());
    failed += run.failed ? 1 : 0;
  }
  std::printf("| %s | %.3g | %.4f | %+.4f | %.2f | %.5f | %.2f | %.0f %% |",
              label.c_str(),
              MeanOf(runs, Evaluations).value,
              MeanOf(runs, AbsoluteError).value,
              bias,
              ZScoreSpread(runs),
              MeanOf(runs, EnergyDistanceOf).value,
              MeanOf(runs, Seconds).value,
              100 * flow);
  if (baseline != nullptr) {
    const Figure error = RatioOf(runs, *baseline, AbsoluteError);
    const Figure distance = RatioOf(runs, *baseline, EnergyDistanceOf);
    std::printf(" %.2f [%.2f, %.2f] | %.2f [%.2f, %.2f] |",
                error.value,
                error.lower,
                error.upper,
                distance.value,
                distance.lower,
                distance.upper);
  } else {
    std::printf(" | |");
  }
  if (failed > 0) std::printf(" %d failed", failed);
  std::printf("\n");
  std::fflush(stdout);
}

// Runs plain settings at a budget and prints them, and `runs` against the best;
// returns the settings from the best on.
std::vector<Setting> RunPlain(const std::shared_ptr<const Target>& target,
                              const std::vector<Setting>& settings,
                              double budget,
                              int num_seeds,
                              const Executor& executor,
                              const std::vector<Run>& runs,
                              const std::string& label) {
  struct Outcome {
    Setting setting;
    std::vector<Run> runs;
    double error = 0;
  };
  std::vector<Outcome> outcomes;
  for (const Setting& setting : settings) {
    Outcome outcome = {setting, {}, 0};
    MatchBudget(target, budget, executor, outcome.setting.options);
    outcome.runs =
        RunSeeds(target, outcome.setting.options, num_seeds, executor);
    PrintRow(setting.label, outcome.runs, nullptr);
    outcome.error = MeanOf(outcome.runs, AbsoluteError).value;
    outcomes.push_back(std::move(outcome));
  }
  std::sort(
      outcomes.begin(), outcomes.end(), [](const Outcome& a, const Outcome& b) {
        return a.error < b.error;
      });
  PrintRow(label, runs, &outcomes.front().runs);
  std::vector<Setting> sorted;
  for (const Outcome& outcome : outcomes) sorted.push_back(outcome.setting);
  return sorted;
}

void RunCase(const Case& item,
             int num_seeds,
             bool with_flow,
             const Executor& executor) {
  Violations violations;
  const auto target =
      MakeTarget(item.target, item.dimension, item.parameters, violations);
  if (target == nullptr) {
    for (const Violation& violation : violations.items()) {
      std::cerr << item.label << ": " << violation.field << " "
                << violation.description << "\n";
    }
    return;
  }
  std::printf("\n### %s (two exact sets: energy distance %.5f)\n\n",
              item.label.c_str(),
              PerfectEnergyDistance(*target, 10, executor));
  std::printf(
      "| setting | evaluations | mean abs error | bias | z spread | energy "
      "distance | "
      "seconds | flow | error ratio | distance ratio |\n"
      "|---|---|---|---|---|---|---|---|---|---|\n");
  const SamplerOptions automatic;
  const std::vector<Run> auto_runs =
      RunSeeds(target, automatic, num_seeds, executor);
  const double budget = MeanOf(auto_runs, Evaluations).value;

  const std::vector<Setting> plain = RunPlain(
      target, PlainSettings(), budget, num_seeds, executor, auto_runs, "auto");
  if (!with_flow) return;
  SamplerOptions on;
  on.flow.mode = FlowMode::kOn;
  const std::vector<Run> on_runs = RunSeeds(target, on, num_seeds, executor);
  RunPlain(target,
           {plain[0], plain[1]},
           MeanOf(on_runs, Evaluations).value,
           num_seeds,
           executor,
           on_runs,
           "flow on");
}

}  // namespace
}  // namespace ttflow::benchmarks

int main(int argc, char** argv) {
  using namespace ttflow::benchmarks;  // NOLINT(google-build-using-namespace)
  CLI::App app(
      "Accuracy of the sampler at equal numbers of energy evaluations");
  int num_seeds = 30;
  int num_threads = 0;
  std::vector<std::string> labels;
  app.add_option("--seeds", num_seeds, "paired seeds")
      ->check(CLI::Range(2, 10000));
  app.add_option("--threads", num_threads, "threads; 0 = all");
  app.add_option("--targets", labels, "labels of the targets; default: all")
      ->delimiter(',');
  bool without_flow = false;
  app.add_flag("--no-flow", without_flow, "leave the runs with the flow out");
  CLI11_PARSE(app, argc, argv);
  const ttflow::Executor executor(num_threads);
  for (const Case& item : AllCases()) {
    if (labels.empty() ||
        std::find(labels.begin(), labels.end(), item.label) != labels.end()) {
      RunCase(item, num_seeds, !without_flow, executor);
    }
  }
  return 0;
}
