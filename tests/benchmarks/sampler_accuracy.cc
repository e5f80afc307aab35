// Accuracy of the sampler at its defaults against the best setting of plain
// tempered SMC, at equal numbers of energy evaluations and again at equal wall
// time, on paired seeds.
//
//   sampler_accuracy [--seeds 30] [--targets many-well-16,gmm-40] [--threads 1]
//                    [--flow] [--no-plain] [--data build/benchmark-data]
//
// For each target: `auto`, the defaults, sets the budgets. Every plain setting
// gets the number of particles that spends as many evaluations (found by probe
// runs; 64 at least, so that a plain run may spend more, never less), and the
// two best of them the number that takes as long. --flow adds runs with the
// flow on, and the two best plain settings at their budget. The printed tables
// are Markdown; figures are means over seeds, in brackets 95 % bootstrap
// intervals of the ratio to the best plain setting of the same budget. The
// table at the end has a row a target, with what was aimed at.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "tests/benchmarks/accuracy_cases.h"
#include "tests/benchmarks/score.h"

namespace ttflow::benchmarks {
namespace {

constexpr Index kMostParticles = 1 << 20;

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

// What all runs on one target share.
struct Bench {
  const AccuracyCase& item;
  int num_seeds;
  const Executor& executor;

  std::vector<Run> RunSeeds(const SamplerOptions& options) const {
    std::vector<Run> runs;
    for (int seed = 0; seed < num_seeds; ++seed) {
      runs.push_back(
          RunOnce(item.target, options, 100 + seed, executor, item.reference));
    }
    return runs;
  }

  // Sets the number of particles so that a run costs about `budget`.
  void Match(double (*cost)(const Run&),
             double budget,
             SamplerOptions& options) const {
    options.num_particles =
        EffectiveOptions(options, item.target->dimension()).num_particles;
    for (int probe = 0; probe < 2; ++probe) {
      const Run run =
          RunOnce(item.target, options, 7, executor, item.reference);
      if (run.failed) return;
      const double wanted =
          static_cast<double>(options.num_particles) * budget / cost(run);
      options.num_particles = std::clamp<Index>(
          static_cast<Index>(std::lround(wanted)), 64, kMostParticles);
    }
  }
};

double Bias(const std::vector<Run>& runs) {
  double bias = 0;
  for (const Run& run : runs) {
    bias += run.log_evidence_error / static_cast<double>(runs.size());
  }
  return bias;
}

void PrintRow(const std::string& label,
              const std::vector<Run>& runs,
              const std::vector<Run>* baseline) {
  double flow = 0;
  int failed = 0;
  for (const Run& run : runs) {
    flow += run.flow_share / static_cast<double>(runs.size());
    failed += run.failed ? 1 : 0;
  }
  std::printf("| %s | %.3g | %.4f | %+.4f | %.2f | %.5f | %.2f | %.0f %% |",
              label.c_str(),
              MeanOf(runs, Evaluations).value,
              MeanOf(runs, AbsoluteError).value,
              Bias(runs),
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

// Plain settings at a budget, the best first, and their runs.
struct Plain {
  std::vector<Setting> settings;
  std::vector<Run> best;
};

// Runs plain settings at a budget and prints them, and `runs` against the best.
Plain RunPlain(const Bench& bench,
               const std::vector<Setting>& settings,
               double (*cost)(const Run&),
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
    bench.Match(cost, MeanOf(runs, cost).value, outcome.setting.options);
    outcome.runs = bench.RunSeeds(outcome.setting.options);
    PrintRow(setting.label, outcome.runs, nullptr);
    outcome.error = MeanOf(outcome.runs, AbsoluteError).value;
    outcomes.push_back(std::move(outcome));
  }
  std::sort(
      outcomes.begin(), outcomes.end(), [](const Outcome& a, const Outcome& b) {
        // A setting that fails on some seed has no mean: it comes last.
        return a.error < b.error ||
               (!std::isnan(a.error) && std::isnan(b.error));
      });
  PrintRow(label, runs, &outcomes.front().runs);
  Plain plain;
  for (const Outcome& outcome : outcomes) {
    plain.settings.push_back(outcome.setting);
  }
  plain.best = std::move(outcomes.front().runs);
  return plain;
}

std::string Ratio(const std::vector<Run>& runs,
                  const std::vector<Run>& baseline) {
  if (baseline.empty()) return "-";
  const Figure ratio = RatioOf(runs, baseline, AbsoluteError);
  char text[96];
  std::snprintf(text,
                sizeof(text),
                "%.3f [%.3f, %.3f]",
                ratio.value,
                ratio.lower,
                ratio.upper);
  return text;
}

// The row of one target in the last table.
std::string SummaryRow(const AccuracyCase& item,
                       const std::vector<Run>& runs,
                       const PerfectScore& perfect,
                       const std::vector<Run>& plain_by_evaluations,
                       const std::vector<Run>& plain_by_time) {
  const Figure error = MeanOf(runs, AbsoluteError);
  const double evaluations = MeanOf(runs, Evaluations).value;
  double reported = 0;
  for (const Run& run : runs) {
    reported += run.standard_error / static_cast<double>(runs.size());
  }
  const Goal& goal = item.goal;
  std::string aim = "-";
  if (goal.error > 0) {
    char text[96];
    std::snprintf(text,
                  sizeof(text),
                  "%g, %.0e: %s",
                  goal.error,
                  goal.evaluations,
                  error.value <= goal.error && evaluations <= goal.evaluations
                      ? "yes"
                      : "no");
    aim = text;
  }
  char text[512];
  std::snprintf(text,
                sizeof(text),
                "| %s | %zu | %.2e | %.4f [%.4f, %.4f] | %s | %s | %s | %.2f | "
                "%.2f | %.2f | %+.2f | %.0f %% | %.2f |\n",
                item.label.c_str(),
                runs.size(),
                evaluations,
                error.value,
                error.lower,
                error.upper,
                aim.c_str(),
                Ratio(runs, plain_by_evaluations).c_str(),
                Ratio(runs, plain_by_time).c_str(),
                MeanOf(runs, EnergyDistanceOf).value / perfect.energy_distance,
                MeanOf(runs, ModeDistanceOf).value / perfect.mode_distance,
                ZScoreSpread(runs),
                Bias(runs) / reported,
                100 * HonestShare(runs),
                MeanOf(runs, Seconds).value);
  return text;
}

struct Parts {
  bool plain = true;
  bool flow = false;
};

std::string RunCase(const Bench& bench, const Parts& parts) {
  const AccuracyCase& item = bench.item;
  const PerfectScore perfect =
      ScoreExactSamples(*item.target, 40, bench.executor);
  std::printf("\n### %s (two exact sets: energy distance %.5f)\n\n",
              item.label.c_str(),
              perfect.energy_distance);
  std::printf(
      "| setting | evaluations | mean abs error | bias | z spread | energy "
      "distance | "
      "seconds | flow | error ratio | distance ratio |\n"
      "|---|---|---|---|---|---|---|---|---|---|\n");
  const std::vector<Run> runs = bench.RunSeeds(SamplerOptions());
  Plain by_evaluations;
  Plain by_time;
  if (parts.plain) {
    by_evaluations =
        RunPlain(bench, PlainSettings(), Evaluations, runs, "auto");
    std::vector<Setting> best(by_evaluations.settings.begin(),
                              by_evaluations.settings.begin() + 2);
    for (Setting& setting : best) setting.label += ", as long";
    by_time = RunPlain(bench, best, Seconds, runs, "auto");
    if (parts.flow) {
      SamplerOptions on;
      on.flow.mode = FlowMode::kOn;
      RunPlain(bench,
               {by_evaluations.settings[0], by_evaluations.settings[1]},
               Evaluations,
               bench.RunSeeds(on),
               "flow on");
    }
  } else {
    PrintRow("auto", runs, nullptr);
  }
  return SummaryRow(item, runs, perfect, by_evaluations.best, by_time.best);
}

}  // namespace
}  // namespace ttflow::benchmarks

int main(int argc, char** argv) {
  using namespace ttflow::benchmarks;  // NOLINT(google-build-using-namespace)
  CLI::App app("Accuracy of the sampler at equal evaluations and equal time");
  int num_seeds = 30;
  int num_threads = 0;
  std::vector<std::string> labels;
  std::string data = "build/benchmark-data";
  Parts parts;
  bool without_plain = false;
  app.add_option("--seeds", num_seeds, "paired seeds")
      ->check(CLI::Range(2, 10000));
  app.add_option("--threads", num_threads, "threads; 0 = all");
  app.add_option("--targets", labels, "labels of the targets; default: all")
      ->delimiter(',');
  app.add_option(
      "--data", data, "where tests/benchmarks/data/prepare.sh wrote");
  app.add_flag("--flow", parts.flow, "runs with the flow on, too");
  app.add_flag("--no-plain", without_plain, "the defaults alone");
  CLI11_PARSE(app, argc, argv);
  parts.plain = !without_plain;

  const ttflow::Executor executor(num_threads);
  std::string summary;
  for (const AccuracyCase& item : AccuracyCases(data)) {
    if (!labels.empty() &&
        std::find(labels.begin(), labels.end(), item.label) == labels.end()) {
      continue;
    }
    summary +=
        RunCase({item, std::min(num_seeds, item.most_seeds), executor}, parts);
  }
  std::printf(
      "\n| target | seeds | evaluations | mean abs error of log Z | aim: "
      "error, "
      "evaluations | ratio, equal evaluations | ratio, equal time | energy "
      "distance / exact | mode weights / exact | spread of z | bias / reported "
      "error | right or warned | seconds |\n"
      "|---|---|---|---|---|---|---|---|---|---|---|---|---|\n%s",
      summary.c_str());
  return 0;
}
