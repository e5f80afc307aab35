// Alternation: what deterministic and stochastic steps each contribute.
//
//   alternation [--quick] [--seeds 6] [--output docs/experiments]
//
// Flow alone, moves alone and both, with and without resampling; the number and
// kind of moves beside the flow; the resampling rule; and where along the path
// the flow lengthens steps. All at equal energy evaluations.

#include <cstdio>
#include <string>
#include <vector>

#include "tests/benchmarks/experiments/line_plot.h"
#include "tests/benchmarks/experiments/run_table.h"

namespace ttflow::benchmarks {
namespace {

struct NamedTarget {
  std::string label;
  std::shared_ptr<const Target> target;
};

RunSetting WithFlow(const std::string& label, MoveChoice kind, int count) {
  RunSetting setting = FlowSetting();
  setting.label = label;
  setting.options.moves.kind = kind;
  setting.options.moves.count = count;
  return setting;
}

RunSetting WithoutResampling(RunSetting setting) {
  setting.label += ", no resampling";
  setting.options.resampling.ess_threshold = 0;
  return setting;
}

std::vector<RunSetting> PartSettings() {
  const RunSetting flow = WithFlow("flow alone", MoveChoice::kNone, 0);
  RunSetting moves = {"moves alone", PlainOptions(2)};
  return {FlowSetting(),
          flow,
          WithoutResampling(flow),
          WithoutResampling(FlowSetting()),
          moves,
          WithoutResampling(moves)};
}

std::vector<RunSetting> MoveSettingsBesideFlow() {
  std::vector<RunSetting> settings;
  for (const int count : {1, 2, 3, 6}) {
    settings.push_back(
        WithFlow(std::to_string(count) + " MALA", MoveChoice::kMala, count));
  }
  for (const int count : {1, 3}) {
    settings.push_back(
        WithFlow(std::to_string(count) + " HMC", MoveChoice::kHmc, count));
  }
  return settings;
}

std::vector<RunSetting> ResamplingSettings() {
  std::vector<RunSetting> settings;
  const auto add =
      [&](const std::string& label, ResamplingScheme scheme, double threshold) {
        RunSetting setting = FlowSetting();
        setting.label = label;
        setting.options.resampling.scheme = scheme;
        setting.options.resampling.ess_threshold = threshold;
        settings.push_back(setting);
      };
  add("systematic at .5", ResamplingScheme::kSystematic, 0.5);
  add("systematic at .9", ResamplingScheme::kSystematic, 0.9);
  add("systematic at .2", ResamplingScheme::kSystematic, 0.2);
  add("stratified at .5", ResamplingScheme::kStratified, 0.5);
  add("residual at .5", ResamplingScheme::kResidual, 0.5);
  add("multinomial at .5", ResamplingScheme::kMultinomial, 0.5);
  return settings;
}

// How much longer the steps of one run were than the bare weights allowed.
PlotPanel GainPanel(const NamedTarget& target, const Executor& executor) {
  PlotSeries gain{"step with / without the flow", {}};
  PlotSeries r2{"held-out R^2", {}};
  for (const StageInfo& stage :
       StagesOf(target.target, FlowSetting().options, executor)) {
    if (stage.pass != 1 || !(stage.dt_without_flow > 0)) continue;
    const double middle = stage.t - 0.5 * stage.dt;
    gain.points.push_back(
        {middle, PointFigure(stage.dt / stage.dt_without_flow)});
    r2.points.push_back({middle, PointFigure(stage.validation_r2)});
  }
  return {target.label, {gain, r2}};
}

std::string Section(const std::string& title,
                    const std::vector<NamedTarget>& targets,
                    const std::vector<RunSetting>& settings,
                    const ExperimentArguments& arguments,
                    const Executor& executor) {
  std::string text = "\n### " + title + "\n";
  for (const NamedTarget& target : targets) {
    std::fprintf(stderr, "%s: %s\n", title.c_str(), target.label.c_str());
    text +=
        "\n" + target.label + "\n\n" +
        RunsTable(
            RunSettings(target.target, settings, arguments.num_seeds, executor))
            .Markdown();
  }
  return text;
}

int RunFull(const ExperimentArguments& arguments, const Executor& executor) {
  const std::vector<NamedTarget> targets = {
      {"GMM-40", TargetOf("gmm40", 2)},
      {"many-well 4", TargetOf("many_well", 4)},
      {"correlated Gaussian 8, rho = .9",
       TargetOf("gaussian", 8, {{"rho", {0.9}}})}};
  std::string report;
  report += Section("Parts", targets, PartSettings(), arguments, executor);
  report += Section("Moves beside the flow",
                    targets,
                    MoveSettingsBesideFlow(),
                    arguments,
                    executor);
  report += Section("Resampling",
                    {targets[0], targets[1]},
                    ResamplingSettings(),
                    arguments,
                    executor);
  std::vector<PlotPanel> panels;
  for (const NamedTarget& target : targets) {
    panels.push_back(GainPanel(target, executor));
  }
  std::printf("%s", report.c_str());
  bool written = WriteReport(
      arguments.output,
      "alternation.svg",
      LinePlotSvg({"Where along the path the flow lengthens the step",
                   "annealing time t",
                   "ratio, R^2"},
                  panels));
  written &= WriteBelowMarker(arguments.output, "alternation.md", report);
  return written ? 0 : 1;
}

int RunQuick(const ExperimentArguments& arguments, const Executor& executor) {
  const auto gaussian = TargetOf("gaussian", 8, {{"rho", {0.9}}});
  std::vector<RunSetting> settings = PartSettings();
  for (RunSetting& setting : settings) setting.options.num_particles = 512;
  const std::vector<SettingRuns> runs =
      RunSettings(gaussian, settings, arguments.num_seeds, executor);
  std::printf("%s\n", RunsTable(runs).Markdown().c_str());
  enum { kBoth, kFlow, kFlowBare, kBothBare, kMoves };
  const auto error = [&](int setting) {
    return MeanFigure(runs[setting].Scores(AbsoluteError)).value;
  };
  const auto distance = [&](int setting) {
    return MeanFigure(runs[setting].Scores(EnergyDistanceOf)).value;
  };
  Claims claims;
  claims.Check(error(kBoth) < error(kMoves),
               "Gaussian: flow and moves beat moves alone");
  claims.Check(error(kFlow) < 0.5 * error(kMoves),
               "Gaussian: the flow alone has less than half of their error");
  claims.Check(distance(kBoth) < distance(kMoves) + 0.05,
               "Gaussian: samples are no worse for it");
  claims.Check(runs[kFlow].num_failed() == 0,
               "the flow alone reaches the target");
  return claims.exit_code();
}

}  // namespace
}  // namespace ttflow::benchmarks

int main(int argc, char** argv) {
  using namespace ttflow::benchmarks;  // NOLINT(google-build-using-namespace)
  return RunExperiment(argc,
                       argv,
                       "What deterministic and stochastic steps contribute",
                       6,
                       RunFull,
                       RunQuick);
}
