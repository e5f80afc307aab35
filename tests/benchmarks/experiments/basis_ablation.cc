// Basis ablation: which functions of one variable carry the velocity best.
//
//   basis_ablation [--quick] [--seeds 5] [--output docs/experiments]
//
// 1. Fits on tempered particles away from a run: validation R^2 of the
//    continuity equation and the condition of the normal matrix over family,
//    size, orthonormality and interval rule.
// 2. Whole runs at equal energy evaluations: energy distance, error of log Z,
//    failures, with plain tempered SMC beside.
//
// The quick form fits alone, on two targets, and checks the claims.

#include "tests/benchmarks/experiments/basis_ablation.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>

#include "tests/benchmarks/experiments/experiment.h"
#include "tests/benchmarks/experiments/line_plot.h"

namespace ttflow::benchmarks {
namespace {

constexpr Index kRows = 4000;
constexpr Index kMiddleSize = 12;
constexpr double kTimes[] = {0.2, 0.7};
constexpr Index kSizes[] = {4, 8, 12, 20};

// Scores of one setting on one target: an entry a seed, means over times.
struct SettingScores {
  std::vector<double> r2;
  std::vector<double> log_condition;
  int failures = 0;
};

class FitExperiment {
 public:
  FitExperiment(const ExperimentArguments& arguments, const Executor& executor)
      : arguments_(arguments), executor_(executor) {}

  // Scores all settings on the same clouds. Entry [s] belongs to setting s.
  std::vector<SettingScores> Run(const AblationTarget& target,
                                 const std::vector<BasisSetting>& settings) {
    std::vector<SettingScores> scores(settings.size());
    for (int seed = 0; seed < arguments_.num_seeds; ++seed) {
      for (SettingScores& score : scores) {
        score.r2.push_back(0);
        score.log_condition.push_back(0);
      }
      for (const double t : kTimes) {
        const CloudPair clouds = MakeCloudPair(
            target.target, target.base_scale, t, kRows, 100 + seed, executor_);
        for (std::size_t s = 0; s < settings.size(); ++s) {
          const FitScore score = ScoreFit(clouds, settings[s], executor_);
          constexpr double kShare = 1.0 / std::size(kTimes);
          scores[s].r2.back() += kShare * score.r2;
          scores[s].log_condition.back() += kShare * score.log_condition;
          scores[s].failures += score.failed ? 1 : 0;
          csv_.AddRow({target.label,
                       FamilyName(settings[s].family),
                       std::to_string(settings[s].size),
                       OrthonormalityName(settings[s].orthonormality),
                       settings[s].interval.label,
                       NumberText(t, 2),
                       std::to_string(100 + seed),
                       NumberText(score.r2, 5),
                       NumberText(score.log_condition, 2),
                       NumberText(clouds.training.pool_ess, 0),
                       score.failed ? "1" : "0"});
        }
      }
    }
    return scores;
  }

  std::string Csv() const { return csv_.Csv(); }

 private:
  const ExperimentArguments& arguments_;
  const Executor& executor_;
  Table csv_{{"target",
              "family",
              "size",
              "orthonormality",
              "interval",
              "t",
              "seed",
              "r2",
              "log10_condition",
              "pool_ess",
              "failed"}};
};

// Family by size; then orthonormality and interval rule at the middle size.
std::vector<BasisSetting> FitSettings() {
  std::vector<BasisSetting> settings;
  for (const BasisFamily family : kAllFamilies) {
    for (const Orthonormality choice : kAllOrthonormalities) {
      if (!IsDistinct(family, choice)) continue;
      for (const Index size : kSizes) {
        if (choice == Orthonormality::kH2 || size == kMiddleSize) {
          settings.push_back({family, size, choice, IntervalRules()[0]});
        }
      }
    }
    const bool chosen = family == BasisFamily::kFourierExtension ||
                        family == BasisFamily::kLegendre ||
                        family == BasisFamily::kBSpline;
    if (!chosen) continue;  // one of each kind
    for (std::size_t rule = 1; rule < IntervalRules().size(); ++rule) {
      settings.push_back(
          {family, kMiddleSize, Orthonormality::kH2, IntervalRules()[rule]});
    }
  }
  return settings;
}

// The table of one target: a row for every setting that `wanted` takes, a
// column of R^2, condition and failures.
Table FitTable(const std::vector<AblationTarget>& targets,
               const std::vector<BasisSetting>& settings,
               const std::map<std::string, std::vector<SettingScores>>& scores,
               const std::string& head,
               const std::function<std::string(const BasisSetting&)>& label) {
  std::vector<std::string> columns = {head};
  for (const AblationTarget& target : targets) columns.push_back(target.label);
  columns.emplace_back("log10 condition");
  columns.emplace_back("failures");
  Table table(columns);
  for (std::size_t s = 0; s < settings.size(); ++s) {
    if (label(settings[s]).empty()) continue;
    std::vector<std::string> cells = {label(settings[s])};
    double condition = 0;
    int failures = 0;
    for (const AblationTarget& target : targets) {
      const SettingScores& score = scores.at(target.label)[s];
      cells.push_back(FigureText(MeanFigure(score.r2), 3));
      condition += MeanFigure(score.log_condition).value /
                   static_cast<double>(targets.size());
      failures += score.failures;
    }
    cells.push_back(NumberText(condition, 1));
    cells.push_back(std::to_string(failures));
    table.AddRow(cells);
  }
  return table;
}

std::string FitPlot(
    const std::vector<AblationTarget>& targets,
    const std::vector<BasisSetting>& settings,
    const std::map<std::string, std::vector<SettingScores>>& scores) {
  std::vector<PlotPanel> panels;
  for (const AblationTarget& target : targets) {
    PlotPanel panel{target.label, {}};
    for (std::size_t s = 0; s < settings.size(); ++s) {
      const BasisSetting& setting = settings[s];
      if (setting.orthonormality != Orthonormality::kH2 ||
          setting.interval.label != IntervalRules()[0].label) {
        continue;
      }
      const std::string name = FamilyName(setting.family);
      if (panel.series.empty() || panel.series.back().label != name) {
        panel.series.push_back({name, {}});
      }
      panel.series.back().points.push_back(
          {static_cast<double>(setting.size),
           MeanFigure(scores.at(target.label)[s].r2)});
    }
    panels.push_back(panel);
  }
  return LinePlotSvg({"Validation R^2 of the continuity equation, H2-"
                      "orthonormal bases, mean over t = 0.2 and 0.7",
                      "functions a coordinate",
                      "R^2"},
                     panels);
}

int RunFull(const ExperimentArguments& arguments, const Executor& executor) {
  const std::vector<AblationTarget> targets = AblationTargets();
  const std::vector<BasisSetting> settings = FitSettings();
  FitExperiment experiment(arguments, executor);
  std::map<std::string, std::vector<SettingScores>> scores;
  for (const AblationTarget& target : targets) {
    scores[target.label] = experiment.Run(target, settings);
    std::fprintf(stderr, "%s: fits\n", target.label.c_str());
  }
  const auto is_default_rule = [](const BasisSetting& setting) {
    return setting.interval.label == IntervalRules()[0].label;
  };
  std::string report = "### Family and size, H2-orthonormal\n\n";
  report +=
      FitTable(targets,
               settings,
               scores,
               "family, size",
               [&](const BasisSetting& s) -> std::string {
                 if (s.orthonormality != Orthonormality::kH2) return "";
                 if (!is_default_rule(s)) return "";
                 return FamilyName(s.family) + ", " + std::to_string(s.size);
               })
          .Markdown();
  report += "\n### Orthonormality, 12 functions\n\n";
  report += FitTable(targets,
                     settings,
                     scores,
                     "family",
                     [&](const BasisSetting& s) -> std::string {
                       if (s.size != kMiddleSize || !is_default_rule(s)) {
                         return "";
                       }
                       return FamilyName(s.family) + ", " +
                              OrthonormalityName(s.orthonormality);
                     })
                .Markdown();
  report += "\n### Interval rule, 12 functions, H2-orthonormal\n\n";
  report += FitTable(targets,
                     settings,
                     scores,
                     "family, quantile and margin",
                     [&](const BasisSetting& s) -> std::string {
                       if (s.size != kMiddleSize ||
                           s.orthonormality != Orthonormality::kH2) {
                         return "";
                       }
                       return FamilyName(s.family) + ", " + s.interval.label;
                     })
                .Markdown();
  bool written = WriteReport(arguments.output, "basis.csv", experiment.Csv());
  written &= WriteReport(
      arguments.output, "basis.svg", FitPlot(targets, settings, scores));
  report += "\n### Whole runs at equal energy evaluations\n";
  for (const AblationTarget& target : targets) {
    report +=
        "\n" + target.label + ", two exact sets: " +
        NumberText(
            ScoreExactSamples(*target.target, 10, executor).energy_distance,
            4) +
        "\n\n" + RunTable(target, arguments, executor);
  }
  std::printf("%s", report.c_str());
  written &= WriteBelowMarker(arguments.output, "basis.md", report);
  return written ? 0 : 1;
}

int RunQuick(const ExperimentArguments& arguments, const Executor& executor) {
  const std::vector<AblationTarget> all = AblationTargets();
  const std::vector<AblationTarget> targets = {all[0], all[1]};
  std::vector<BasisSetting> settings;
  for (const BasisFamily family : kAllFamilies) {
    if (!IsDistinct(family, Orthonormality::kH2)) continue;
    settings.push_back({family, 20});
  }
  settings.push_back({BasisFamily::kFourierExtension, kMiddleSize});
  settings.push_back(
      {BasisFamily::kFourierExtension, kMiddleSize, Orthonormality::kRaw});
  FitExperiment experiment(arguments, executor);
  std::map<std::string, std::vector<SettingScores>> scores;
  for (const AblationTarget& target : targets) {
    scores[target.label] = experiment.Run(target, settings);
  }
  const auto label = [](const BasisSetting& s) {
    return FamilyName(s.family) + ", " + std::to_string(s.size) + ", " +
           OrthonormalityName(s.orthonormality);
  };
  std::printf(
      "%s\n",
      FitTable(targets, settings, scores, "basis", label).Markdown().c_str());
  const auto r2 = [&](std::size_t target, std::size_t setting) {
    return MeanFigure(scores.at(targets[target].label)[setting].r2).value;
  };
  // Settings in the order in which they were added.
  enum { kExtension, kPure, kLegendre, kSpline, kWavelet, kMiddle, kRawMiddle };
  enum { kGmm, kManyWell };
  Claims claims;
  claims.Check(r2(kGmm, kPure) > r2(kGmm, kLegendre) + 0.05,
               "narrow modes: many frequencies beat polynomials");
  claims.Check(r2(kGmm, kSpline) > r2(kGmm, kLegendre) + 0.03,
               "narrow modes: local functions beat polynomials");
  double lowest = 1;
  double highest = 0;
  for (const std::size_t family : {kExtension, kPure, kLegendre, kSpline}) {
    lowest = std::min(lowest, r2(kManyWell, family));
    highest = std::max(highest, r2(kManyWell, family));
  }
  claims.Check(highest - lowest < 0.03, "wells: families are level");
  const auto condition = [&](std::size_t setting) {
    return MeanFigure(scores.at(targets[kGmm].label)[setting].log_condition)
        .value;
  };
  claims.Check(condition(kMiddle) + 2 < condition(kRawMiddle),
               "orthonormal functions: a hundred times better conditioned");
  claims.Check(r2(kGmm, kMiddle) > r2(kGmm, kRawMiddle),
               "narrow modes: orthonormal functions beat raw ones");
  return claims.exit_code();
}

}  // namespace
}  // namespace ttflow::benchmarks

int main(int argc, char** argv) {
  using namespace ttflow::benchmarks;  // NOLINT(google-build-using-namespace)
  return RunExperiment(argc,
                       argv,
                       "Which basis carries the velocity best",
                       5,
                       RunFull,
                       RunQuick);
}
