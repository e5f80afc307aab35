#include "tests/benchmarks/experiments/run_table.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "core/sampler/sampler.h"

namespace ttflow::benchmarks {

int SettingRuns::num_failed() const {
  return static_cast<int>(std::count_if(
      runs.begin(), runs.end(), [](const Run& run) { return run.failed; }));
}

std::vector<double> SettingRuns::Scores(double (*score)(const Run&)) const {
  std::vector<double> values;
  for (const Run& run : runs) {
    values.push_back(run.failed ? std::numeric_limits<double>::quiet_NaN()
                                : score(run));
  }
  return values;
}

std::vector<SettingRuns> RunSettings(
    const std::shared_ptr<const Target>& target,
    const std::vector<RunSetting>& settings,
    int num_seeds,
    const Executor& executor) {
  std::vector<SettingRuns> all;
  double budget = 0;
  for (const RunSetting& setting : settings) {
    SamplerOptions options = setting.options;
    if (!all.empty() && setting.matched) {
      MatchBudget(target, budget, executor, options);
    }
    all.push_back(
        {setting.label, RunSeeds(target, options, num_seeds, executor)});
    if (all.size() == 1) {
      budget = MeanFigure(all.front().Scores(Evaluations)).value;
    }
    std::fprintf(stderr, "  %s\n", setting.label.c_str());
  }
  return all;
}

Table RunsTable(const std::vector<SettingRuns>& settings) {
  Table table({"setting",
               "evaluations",
               "mean abs error of log Z",
               "ratio to the first",
               "energy distance",
               "ratio to the first",
               "spread of z",
               "stages with flow",
               "seconds",
               "failures"});
  const SettingRuns& first = settings.front();
  for (const SettingRuns& setting : settings) {
    double flow = 0;
    std::vector<Run> good;
    for (const Run& run : setting.runs) {
      flow += run.flow_share / static_cast<double>(setting.runs.size());
      if (!run.failed) good.push_back(run);
    }
    const auto error = setting.Scores(AbsoluteError);
    const auto distance = setting.Scores(EnergyDistanceOf);
    table.AddRow(
        {setting.label,
         NumberText(MeanFigure(setting.Scores(Evaluations)).value, 0),
         FigureText(MeanFigure(error), 4),
         FigureText(RatioFigure(error, first.Scores(AbsoluteError)), 2),
         FigureText(MeanFigure(distance), 4),
         FigureText(RatioFigure(distance, first.Scores(EnergyDistanceOf)), 2),
         good.empty() ? "-" : NumberText(ZScoreSpread(good), 2),
         NumberText(100 * flow, 0) + " %",
         NumberText(MeanFigure(setting.Scores(Seconds)).value, 2),
         std::to_string(setting.num_failed())});
  }
  return table;
}

std::vector<StageInfo> StagesOf(const std::shared_ptr<const Target>& target,
                                const SamplerOptions& options,
                                const Executor& executor) {
  auto sampler = Sampler::Create(target, options, executor);
  if (!sampler.ok()) return {};
  NullInterrupter interrupter;
  while (!(*sampler)->done()) {
    if (!(*sampler)->Step(interrupter).ok()) return {};
  }
  return (*sampler)->stages();
}

RunSetting FlowSetting() {
  RunSetting setting;
  setting.label = "flow and moves";
  setting.options.flow.mode = FlowMode::kOn;
  return setting;
}

std::vector<RunSetting> PlainSettings() {
  std::vector<RunSetting> settings;
  for (const int count : {1, 3}) {
    settings.push_back(
        {"plain SMC, " + std::to_string(count) + " MALA", PlainOptions(count)});
  }
  RunSetting hmc = {"plain SMC, 6 HMC", PlainOptions(6)};
  hmc.options.moves.kind = MoveChoice::kHmc;
  settings.push_back(hmc);
  return settings;
}

}  // namespace ttflow::benchmarks
