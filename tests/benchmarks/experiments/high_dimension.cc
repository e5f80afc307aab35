// High dimension: accuracy, evaluations, time and memory beyond d = 100, and
// how the cost of a fit and of a step grows.
//
//   high_dimension [--quick] [--seeds 3] [--output docs/experiments]

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "core/sampler/sampler.h"
#include "core/transport/sequential_step.h"
#include "tests/benchmarks/experiments/line_plot.h"
#include "tests/benchmarks/experiments/run_table.h"
#include "tests/benchmarks/experiments/tempered_cloud.h"

namespace ttflow::benchmarks {
namespace {

constexpr Index kMostFlow = 128;
// A search on the largest lattice that has not ended by then says what it has.
constexpr double kMostLatticeSeconds = 2400;

double Now() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Largest resident memory of this process so far, in MB.
double PeakMegabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

// Seconds of a fit of additive part and pairs and of the sequential step with
// its log determinant, at one dimension.
struct Cost {
  double fit = 0;
  double step = 0;
};

Cost CostAt(Index d, const Executor& executor) {
  const auto target = TargetOf("many_well", d);
  const CloudPair clouds = MakeCloudPair(target, 3, 0.3, 4000, 1, executor);
  FitOptions options;
  options.max_rank = 0;
  NullInterrupter interrupter;
  Cost cost;
  double start = Now();
  const auto fit = FitVelocity(clouds.training.problem(),
                               options,
                               nullptr,
                               RandomKey(1),
                               executor,
                               interrupter);
  cost.fit = Now() - start;
  if (!fit.ok()) return cost;

  Matrix u = clouds.training.position;
  Vector log_determinant = Vector::Zero(u.rows());
  start = Now();
  constexpr int kRepeats = 5;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    u = clouds.training.position;
    SequentialStep(fit->velocity, 0.01, 1, executor, u, log_determinant);
  }
  cost.step = (Now() - start) / kRepeats;
  return cost;
}

// Exponent of the power law through the first and the last point.
double Exponent(double d0, double y0, double d1, double y1) {
  return std::log(y1 / y0) / std::log(d1 / d0);
}

std::string CostTable(const std::vector<Index>& dimensions,
                      const Executor& executor,
                      double* fit_exponent,
                      double* step_exponent) {
  Table table({"d", "fit, seconds", "step and determinant, seconds"});
  std::vector<Cost> costs;
  for (const Index d : dimensions) {
    costs.push_back(CostAt(d, executor));
    table.AddRow({std::to_string(d),
                  NumberText(costs.back().fit, 4),
                  NumberText(costs.back().step, 4)});
    std::fprintf(stderr, "cost, d = %d\n", static_cast<int>(d));
  }
  const auto first = static_cast<double>(dimensions.front());
  const auto last = static_cast<double>(dimensions.back());
  *fit_exponent = Exponent(first, costs.front().fit, last, costs.back().fit);
  *step_exponent = Exponent(first, costs.front().step, last, costs.back().step);
  return table.Markdown() + "\nExponents of d: fit " +
         NumberText(*fit_exponent, 2) + ", step " +
         NumberText(*step_exponent, 2) + ".\n";
}

// Runs on the lattice, whose log Z nobody knows: estimates beside each other.
std::string LatticeTable(Index sites, double kappa, const Executor& executor) {
  const auto target = TargetOf("phi4", sites, {{"kappa", {kappa}}});
  std::vector<RunSetting> settings = PlainSettings();
  settings.erase(settings.begin(), settings.end() - 1);
  settings.front().options.num_particles = 4096;
  settings.push_back({"default (search)", SamplerOptions()});
  settings.back().options.max_seconds = kMostLatticeSeconds;
  Table table({"setting",
               "log Z",
               "reported error",
               "mean abs m",
               "ESS",
               "evaluations",
               "seconds",
               "warnings"});
  for (RunSetting& setting : settings) {
    setting.options.seed = 1;
    const double start = Now();
    auto sampler = Sampler::Create(target, setting.options, executor);
    NullInterrupter interrupter;
    absl::Status status = sampler.status();
    while (status.ok() && !(*sampler)->done()) {
      status = (*sampler)->Step(interrupter);
    }
    if (!status.ok()) {
      table.AddRow({setting.label,
                    std::string(status.message()),
                    "-",
                    "-",
                    "-",
                    "-",
                    NumberText(Now() - start, 1),
                    "-"});
      continue;
    }
    const SampleResult result = (*sampler)->TakeResult();
    std::string codes;
    for (const Warning& warning : result.warnings) {
      codes += (codes.empty() ? "" : ", ") + warning.code;
    }
    table.AddRow(
        {setting.label,
         NumberText(result.log_evidence, 3),
         NumberText(result.log_evidence_standard_error, 3),
         NumberText(result.samples.rowwise().mean().cwiseAbs().mean(), 3),
         NumberText(result.weight_ess_fraction, 2),
         NumberText(static_cast<double>(result.counts.num_energy_evaluations),
                    0),
         NumberText(Now() - start, 1),
         codes});
    std::fprintf(stderr, "  %s\n", setting.label.c_str());
  }
  return table.Markdown();
}

int RunFull(const ExperimentArguments& arguments, const Executor& executor) {
  double fit_exponent = 0;
  double step_exponent = 0;
  std::string report =
      "### Cost of a fit and of a step, many-well, 4000 particles\n\n" +
      CostTable(
          {16, 32, 64, 128, 256}, executor, &fit_exponent, &step_exponent);
  struct Row {
    std::string label;
    std::shared_ptr<const Target> target;
  };
  const std::vector<Row> rows = {{"many-well 128", TargetOf("many_well", 128)},
                                 {"many-well 256", TargetOf("many_well", 256)},
                                 {"correlated Gaussian 128, rho = .9",
                                  TargetOf("gaussian", 128, {{"rho", {0.9}}})}};
  for (const Row& row : rows) {
    std::fprintf(stderr, "%s\n", row.label.c_str());
    RunSetting search{"default (search)", SamplerOptions()};
    RunSetting flow = FlowSetting();
    flow.options.flow.fit.max_rank = 0;
    flow.label = "flow (no train) and moves";
    RunSetting hmc = PlainSettings().back();
    std::vector<RunSetting> settings = {search, hmc};
    // A run of the transport takes minutes beyond.
    if (row.target->dimension() <= kMostFlow) settings.push_back(flow);
    report +=
        "\n### " + row.label + "\n\n" +
        RunsTable(
            RunSettings(row.target, settings, arguments.num_seeds, executor))
            .Markdown() +
        "\nPeak memory so far: " + NumberText(PeakMegabytes(), 0) + " MB.\n";
  }
  report += "\n### phi^4, 16 by 16 sites, kappa = .3, one run each\n\n" +
            LatticeTable(256, 0.3, executor) +
            "\nPeak memory so far: " + NumberText(PeakMegabytes(), 0) +
            " MB.\n";
  std::printf("%s", report.c_str());
  return WriteBelowMarker(arguments.output, "high_dimension.md", report) ? 0
                                                                         : 1;
}

int RunQuick(const ExperimentArguments&, const Executor& executor) {
  double fit_exponent = 0;
  double step_exponent = 0;
  std::printf(
      "%s\n",
      CostTable({16, 64}, executor, &fit_exponent, &step_exponent).c_str());
  const Run run =
      RunOnce(TargetOf("many_well", 128), SamplerOptions(), 3, executor);
  std::printf("many-well 128: error of log Z %.4f at %.0f evaluations\n",
              run.log_evidence_error,
              run.evaluations);
  Claims claims;
  claims.Check(step_exponent < 1.6, "a step grows hardly faster than d");
  claims.Check(!run.failed && std::abs(run.log_evidence_error) < 0.02,
               "many-well 128 by the default: log Z within .02");
  return claims.exit_code();
}

}  // namespace
}  // namespace ttflow::benchmarks

int main(int argc, char** argv) {
  using namespace ttflow::benchmarks;  // NOLINT(google-build-using-namespace)
  return RunExperiment(argc,
                       argv,
                       "Accuracy and cost beyond a hundred dimensions",
                       3,
                       RunFull,
                       RunQuick);
}
