#include <cmath>
#include <cstdio>

#include "tests/benchmarks/experiments/basis_ablation.h"
#include "tests/benchmarks/experiments/experiment.h"

namespace ttflow::benchmarks {
namespace {

// One setting of whole runs.
struct RunSetting {
  std::string label;
  SamplerOptions options;
};

std::vector<RunSetting> RunSettings(Index dimension) {
  std::vector<RunSetting> settings;
  const auto add = [&](BasisFamily family,
                       Index size,
                       Index train_size,
                       Orthonormality choice) {
    RunSetting setting;
    const BasisSetting basis{family, size, choice, IntervalRules()[0]};
    setting.options.flow.mode = FlowMode::kOn;
    setting.options.flow.fit = basis.Options(dimension);
    setting.options.flow.fit.train_basis_size = train_size;
    setting.options.flow.fit.max_rank = FitOptions().max_rank;
    setting.label = FamilyName(family) + " " + std::to_string(size) + " / " +
                    std::to_string(train_size) + ", " +
                    OrthonormalityName(choice);
    settings.push_back(setting);
  };
  for (const BasisFamily family : kAllFamilies) {
    if (!IsDistinct(family, Orthonormality::kH2)) continue;
    add(family, 12, 6, Orthonormality::kH2);
    // Beyond 12 functions only narrow modes gain, and the train is costly.
    if (dimension <= 2) add(family, 20, 12, Orthonormality::kH2);
  }
  add(BasisFamily::kFourierExtension, 12, 6, Orthonormality::kL2);
  add(BasisFamily::kFourierExtension, 12, 6, Orthonormality::kRaw);
  return settings;
}

std::vector<double> Scores(const std::vector<Run>& runs,
                           double (*score)(const Run&)) {
  std::vector<double> values;
  for (const Run& run : runs) {
    values.push_back(run.failed ? std::nan("") : score(run));
  }
  return values;
}

}  // namespace

std::string RunTable(const AblationTarget& target,
                     const ExperimentArguments& arguments,
                     const Executor& executor) {
  Table table({"setting",
               "evaluations",
               "energy distance",
               "ratio to the first",
               "mean abs error of log Z",
               "ratio to the first",
               "stages with flow",
               "failures"});
  std::vector<RunSetting> settings = RunSettings(target.target->dimension());
  for (const int num_moves : {1, 3}) {
    settings.push_back({"plain SMC, " + std::to_string(num_moves) + " MALA",
                        PlainOptions(num_moves)});
  }
  std::vector<Run> first;
  double budget = 0;
  for (RunSetting& setting : settings) {
    if (!first.empty()) {
      MatchBudget(target.target, budget, executor, setting.options);
    }
    const std::vector<Run> runs =
        RunSeeds(target.target, setting.options, arguments.num_seeds, executor);
    if (first.empty()) {
      first = runs;
      budget = MeanFigure(Scores(runs, Evaluations)).value;
    }
    int failures = 0;
    double flow = 0;
    for (const Run& run : runs) {
      failures += run.failed ? 1 : 0;
      flow += run.flow_share / static_cast<double>(runs.size());
    }
    const auto distance = Scores(runs, EnergyDistanceOf);
    const auto error = Scores(runs, AbsoluteError);
    table.AddRow(
        {setting.label,
         NumberText(MeanFigure(Scores(runs, Evaluations)).value, 0),
         FigureText(MeanFigure(distance), 4),
         FigureText(RatioFigure(distance, Scores(first, EnergyDistanceOf)), 2),
         FigureText(MeanFigure(error), 3),
         FigureText(RatioFigure(error, Scores(first, AbsoluteError)), 2),
         NumberText(100 * flow, 0) + " %",
         std::to_string(failures)});
    std::fprintf(
        stderr, "%s: %s\n", target.label.c_str(), setting.label.c_str());
  }
  return table.Markdown();
}

}  // namespace ttflow::benchmarks
