// Paper figures: the targets of arXiv 2412.07637 with this sampler.
//
//   paper_figures [--quick] [--seeds 10] [--output docs/experiments]
//
// Two Gaussians, GMM-40, many-well 4, 8, 16 and a correlated Gaussian: error of
// log Z and energy distance of the transport, of plain tempered SMC at equal
// evaluations, and of the default; samples over contours; marginals against
// exact ones; ESS and R^2 along the path.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "core/sampler/sampler.h"
#include "tests/benchmarks/experiments/line_plot.h"
#include "tests/benchmarks/experiments/run_table.h"
#include "tests/benchmarks/experiments/sample_map.h"

namespace ttflow::benchmarks {
namespace {

struct PaperTarget {
  std::string label;
  std::shared_ptr<const Target> target;
};

std::vector<PaperTarget> PaperTargets() {
  return {{"two Gaussians, weights 80:20",
           TargetOf("gaussian_mixture",
                    2,
                    {{"means", {-3, 0, 3, 0}},
                     {"std", {0.7}},
                     {"weights", {0.8, 0.2}}})},
          {"GMM-40", TargetOf("gmm40", 2)},
          {"many-well 4", TargetOf("many_well", 4)},
          {"many-well 8", TargetOf("many_well", 8)},
          {"many-well 16", TargetOf("many_well", 16)},
          {"correlated Gaussian 16, rho = .9",
           TargetOf("gaussian", 16, {{"rho", {0.9}}})}};
}

std::vector<RunSetting> PaperSettings() {
  std::vector<RunSetting> settings = {FlowSetting()};
  for (const RunSetting& plain : PlainSettings()) settings.push_back(plain);
  settings.push_back({"default (search)", SamplerOptions(), /*matched=*/false});
  return settings;
}

// Histogram of the first coordinate as a curve.
PlotSeries Histogram(const std::string& label,
                     const ConstVectorRef& values,
                     double lower,
                     double upper) {
  constexpr Index kBins = 60;
  Vector counts = Vector::Zero(kBins);
  const double width = (upper - lower) / kBins;
  for (const double value : values) {
    const auto bin = static_cast<Index>(std::floor((value - lower) / width));
    if (bin >= 0 && bin < kBins) counts[bin] += 1;
  }
  counts /= width * static_cast<double>(values.size());
  PlotSeries series{label, {}};
  for (Index bin = 0; bin < kBins; ++bin) {
    series.points.push_back({lower + (static_cast<double>(bin) + 0.5) * width,
                             PointFigure(counts[bin])});
  }
  return series;
}

// Samples of one run; none where it fails.
Matrix SamplesOf(const PaperTarget& target,
                 SamplerOptions options,
                 Index num_samples,
                 const Executor& executor) {
  options.num_samples = num_samples;
  auto sampler = Sampler::Create(target.target, options, executor);
  NullInterrupter interrupter;
  while (!(*sampler)->done()) {
    if (!(*sampler)->Step(interrupter).ok()) return {};
  }
  return (*sampler)->TakeResult().samples;
}

PlotPanel MarginalPanel(const PaperTarget& target, const Executor& executor) {
  constexpr Index kSamples = 20000;
  const Matrix exact = *target.target->SampleExactly(kSamples, RandomKey(1));
  const double lower = exact.col(0).minCoeff();
  const double upper = exact.col(0).maxCoeff();
  PlotPanel panel{target.label,
                  {Histogram("exact", exact.col(0), lower, upper)}};
  const auto add = [&](const std::string& label, FlowMode mode) {
    SamplerOptions options;
    options.flow.mode = mode;
    const Matrix samples = SamplesOf(target, options, kSamples, executor);
    if (samples.rows() == 0) return;
    panel.series.push_back(Histogram(label, samples.col(0), lower, upper));
  };
  add("flow and moves", FlowMode::kOn);
  add("default (search)", FlowMode::kAuto);
  return panel;
}

// A picture of the first two coordinates. `plane` is a target whose density is
// that of these two up to a constant.
struct MapFigure {
  std::string name;  // of the file
  std::string title;
  PaperTarget target;
  std::shared_ptr<const Target> plane;
  MapWindow window;
};

std::vector<MapFigure> MapFigures(const std::vector<PaperTarget>& targets) {
  return {{"paper_two_gaussians.svg",
           "Two Gaussians, weights 80:20: 1000 samples",
           targets[0],
           targets[0].target,
           {-5.8, 5.8, -2.9, 2.9}},
          {"paper_gmm40.svg",
           "GMM-40: 1000 samples",
           targets[1],
           targets[1].target,
           {-45, 45, -45, 45}},
          // A product over pairs of coordinates.
          {"paper_many_well_16.svg",
           "Many-well 16, its first pair of coordinates: 1000 samples",
           targets[4],
           TargetOf("many_well", 2),
           {-3, 3, -4, 4}}};
}

std::string MapSvg(const MapFigure& figure, const Executor& executor) {
  constexpr Index kSamples = 1000;
  constexpr Index kColumns = 121;
  std::vector<MapPanel> panels = {
      {"exact", *figure.target.target->SampleExactly(kSamples, RandomKey(1))}};
  const auto add = [&](const RunSetting& setting) {
    panels.push_back(
        {setting.label,
         SamplesOf(figure.target, setting.options, kSamples, executor)});
  };
  add(PlainSettings()[1]);
  add(FlowSetting());
  add({"default (search)", SamplerOptions()});
  return SampleMapSvg(figure.title,
                      MakeDensityMap(*figure.plane, figure.window, kColumns),
                      {0.5, 2, 4.5},
                      panels);
}

PlotPanel PathPanel(const PaperTarget& target, const Executor& executor) {
  PlotSeries ess{"ESS fraction before resampling", {}};
  PlotSeries r2{"held-out R^2", {}};
  for (const StageInfo& stage :
       StagesOf(target.target, FlowSetting().options, executor)) {
    if (stage.pass != 1) continue;
    ess.points.push_back({stage.t, PointFigure(stage.weight_ess_fraction)});
    // 0: nothing was fitted.
    if (stage.validation_r2 == 0) continue;
    r2.points.push_back({stage.t, PointFigure(stage.validation_r2)});
  }
  return {target.label, {ess, r2}};
}

bool WritePictures(const std::vector<PaperTarget>& targets,
                   const std::string& directory,
                   const Executor& executor) {
  bool written = true;
  for (const MapFigure& figure : MapFigures(targets)) {
    written &= WriteReport(directory, figure.name, MapSvg(figure, executor));
  }
  std::vector<PlotPanel> marginals;
  std::vector<PlotPanel> paths;
  for (const std::size_t t : {1, 3, 4}) {
    marginals.push_back(MarginalPanel(targets[t], executor));
    paths.push_back(PathPanel(targets[t], executor));
  }
  written &= WriteReport(
      directory,
      "paper_marginals.svg",
      LinePlotSvg(
          {"Marginal of the first coordinate, 20000 samples", "x1", "density"},
          marginals));
  written &= WriteReport(
      directory,
      "paper_path.svg",
      LinePlotSvg({"Along the path, transport on", "annealing time t", "share"},
                  paths));
  return written;
}

int RunFull(const ExperimentArguments& arguments, const Executor& executor) {
  const std::vector<PaperTarget> targets = PaperTargets();
  std::string report;
  for (const PaperTarget& target : targets) {
    std::fprintf(stderr, "%s\n", target.label.c_str());
    report +=
        "\n### " + target.label + "\n\nEnergy distance of two exact " +
        "sets: " +
        NumberText(
            ScoreExactSamples(*target.target, 10, executor).energy_distance,
            4) +
        "\n\n" +
        RunsTable(
            RunSettings(
                target.target, PaperSettings(), arguments.num_seeds, executor))
            .Markdown();
  }
  std::printf("%s", report.c_str());
  bool written = WritePictures(targets, arguments.output, executor);
  written &= WriteBelowMarker(arguments.output, "paper.md", report);
  return written ? 0 : 1;
}

int RunQuick(const ExperimentArguments& arguments, const Executor& executor) {
  const int num_seeds = std::min(arguments.num_seeds, 4);
  const RunSetting plain = PlainSettings()[1];
  const auto runs = [&](const std::shared_ptr<const Target>& target,
                        const std::vector<RunSetting>& settings) {
    std::vector<SettingRuns> all =
        RunSettings(target, settings, num_seeds, executor);
    std::printf("%s\n", RunsTable(all).Markdown().c_str());
    return all;
  };
  const auto error = [](const SettingRuns& setting) {
    return MeanFigure(setting.Scores(AbsoluteError)).value;
  };
  const auto gaussian =
      runs(TargetOf("gaussian", 16, {{"rho", {0.9}}}), {FlowSetting(), plain});
  const auto wells = runs(TargetOf("many_well", 8),
                          {plain, {"default (search)", {}, /*matched=*/false}});
  Claims claims;
  // The full study finds a factor of 60 and of 30.
  claims.Check(error(gaussian[0]) < 0.2 * error(gaussian[1]),
               "correlated Gaussian: the transport is far ahead of plain SMC");
  claims.Check(error(wells[1]) < 0.25 * error(wells[0]),
               "many-well 8: the search is far ahead of plain SMC");
  return claims.exit_code();
}

}  // namespace
}  // namespace ttflow::benchmarks

int main(int argc, char** argv) {
  using namespace ttflow::benchmarks;  // NOLINT(google-build-using-namespace)
  return RunExperiment(
      argc, argv, "The paper's targets", 10, RunFull, RunQuick);
}
