// Rank growth: ranks, held-out R^2 and time of the velocity's fit along the
// path, as the dimension grows.
//
//   rank_growth [--quick] [--seeds 2] [--output docs/experiments]
//
// Many-well, rotated many-well, coupled wells (J = .1, .5, 2) and the phi^4
// lattice; every stage of runs with the transport on. Beyond 32 coordinates
// one seed.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "core/sampler/sampler.h"
#include "tests/benchmarks/experiments/line_plot.h"
#include "tests/benchmarks/experiments/run_table.h"

namespace ttflow::benchmarks {
namespace {

// Coordinates beyond which a run takes minutes.
constexpr Index kMostRepeated = 32;

struct Family {
  std::string label;
  std::string target;
  ParameterValues parameters;
  std::vector<Index> dimensions;
};

std::vector<Family> Families() {
  return {
      {"many-well", "many_well", {}, {4, 8, 16, 32, 64, 128}},
      {"rotated many-well", "rotated_many_well", {}, {4, 8, 16, 32, 64, 128}},
      {"coupled wells, J = .1",
       "coupled_wells",
       {{"coupling", {0.1}}},
       {4, 8, 16, 32, 64, 128}},
      {"coupled wells, J = .5",
       "coupled_wells",
       {{"coupling", {0.5}}},
       {4, 8, 16, 32, 64, 128}},
      {"coupled wells, J = 2",
       "coupled_wells",
       {{"coupling", {2}}},
       {4, 8, 16, 32, 64, 128}},
      {"phi^4", "phi4", {}, {4, 16, 64, 121}}};
}

// One run: what its stages found.
struct Growth {
  Index largest_rank = 1;
  double early_r2 = 0;  // means over thirds of the path
  double middle_r2 = 0;
  double late_r2 = 0;
  double gain = 1;  // stages that the bare weights need, over those used
  double seconds_a_stage = 0;
  int stages = 0;
};

Growth Grow(const std::shared_ptr<const Target>& target,
            std::uint64_t seed,
            const Executor& executor) {
  SamplerOptions options = FlowSetting().options;
  options.num_particles = 2048;
  options.num_samples = 1;
  options.schedule.conditional_ess = 0.9;
  options.seed = seed;
  const auto start = std::chrono::steady_clock::now();
  const std::vector<StageInfo> stages = StagesOf(target, options, executor);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  Growth growth;
  double sums[3] = {};
  double counts[3] = {};
  double bare = 0;
  for (const StageInfo& stage : stages) {
    if (stage.pass != 1) continue;
    ++growth.stages;
    const double middle = stage.t - 0.5 * stage.dt;
    const auto third = static_cast<std::size_t>(std::min(2.0, 3 * middle));
    sums[third] += stage.validation_r2;
    counts[third] += 1;
    bare += stage.dt / std::max(stage.dt_without_flow, 1e-300);
    for (const Index rank : stage.ranks) {
      growth.largest_rank = std::max(growth.largest_rank, rank);
    }
  }
  growth.early_r2 = sums[0] / std::max(counts[0], 1.0);
  growth.middle_r2 = sums[1] / std::max(counts[1], 1.0);
  growth.late_r2 = sums[2] / std::max(counts[2], 1.0);
  growth.gain = bare / std::max(growth.stages, 1);
  growth.seconds_a_stage = seconds / std::max(growth.stages, 1);
  return growth;
}

Table GrowthTable() {
  return Table({"target",
                "d",
                "largest rank",
                "R^2, first third",
                "second",
                "last",
                "step with / without flow",
                "stages",
                "seconds a stage"});
}

Growth AddGrowth(const Family& family,
                 Index d,
                 int num_seeds,
                 const Executor& executor,
                 Table& table) {
  const auto target = TargetOf(family.target, d, family.parameters);
  if (d > kMostRepeated) num_seeds = 1;
  Growth mean;
  mean.gain = 0;
  double stages = 0;
  for (int seed = 0; seed < num_seeds; ++seed) {
    const Growth one = Grow(target, static_cast<std::uint64_t>(seed), executor);
    const double share = 1.0 / num_seeds;
    mean.largest_rank = std::max(mean.largest_rank, one.largest_rank);
    mean.early_r2 += share * one.early_r2;
    mean.middle_r2 += share * one.middle_r2;
    mean.late_r2 += share * one.late_r2;
    mean.gain += share * one.gain;
    mean.seconds_a_stage += share * one.seconds_a_stage;
    stages += share * one.stages;
  }
  table.AddRow({family.label,
                std::to_string(d),
                std::to_string(mean.largest_rank),
                NumberText(mean.early_r2, 2),
                NumberText(mean.middle_r2, 2),
                NumberText(mean.late_r2, 2),
                NumberText(mean.gain, 1),
                NumberText(stages, 0),
                NumberText(mean.seconds_a_stage, 2)});
  std::fprintf(
      stderr, "%s, d = %d\n", family.label.c_str(), static_cast<int>(d));
  return mean;
}

int RunFull(const ExperimentArguments& arguments, const Executor& executor) {
  Table table = GrowthTable();
  PlotPanel rank{"largest rank", {}};
  PlotPanel r2{"R^2, last third of the path", {}};
  for (const Family& family : Families()) {
    PlotSeries ranks{family.label, {}};
    PlotSeries shares{family.label, {}};
    for (const Index d : family.dimensions) {
      const Growth growth =
          AddGrowth(family, d, arguments.num_seeds, executor, table);
      const double x = std::log2(static_cast<double>(d));
      ranks.points.push_back(
          {x, PointFigure(static_cast<double>(growth.largest_rank))});
      shares.points.push_back({x, PointFigure(growth.late_r2)});
    }
    rank.series.push_back(ranks);
    r2.series.push_back(shares);
  }
  std::printf("%s", table.Markdown().c_str());
  bool written = WriteReport(
      arguments.output,
      "rank_growth.svg",
      LinePlotSvg({"The velocity's interaction train as the dimension grows",
                   "log2 d",
                   ""},
                  {rank, r2}));
  written &=
      WriteBelowMarker(arguments.output, "rank_growth.md", table.Markdown());
  return written ? 0 : 1;
}

int RunQuick(const ExperimentArguments&, const Executor& executor) {
  Table table = GrowthTable();
  const std::vector<Family> families = Families();
  const Growth small = AddGrowth(families[0], 4, 1, executor, table);
  const Growth large = AddGrowth(families[0], 16, 1, executor, table);
  const Growth coupled = AddGrowth(families[4], 4, 1, executor, table);
  std::printf("%s\n", table.Markdown().c_str());
  Claims claims;
  claims.Check(large.largest_rank <= small.largest_rank + 2,
               "many-well: ranks do not grow with the dimension");
  claims.Check(large.early_r2 > 0.5 && small.early_r2 > 0.5,
               "many-well: the fit explains the first third of the path");
  claims.Check(coupled.gain > 0.8, "coupled wells: steps are not shortened");
  return claims.exit_code();
}

}  // namespace
}  // namespace ttflow::benchmarks

int main(int argc, char** argv) {
  using namespace ttflow::benchmarks;  // NOLINT(google-build-using-namespace)
  return RunExperiment(argc,
                       argv,
                       "Ranks of the velocity as the dimension grows",
                       2,
                       RunFull,
                       RunQuick);
}
