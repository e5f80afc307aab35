// Teleportation: mass that has to cross an empty gap between modes.
//
//   teleportation [--quick] [--seeds 10] [--output docs/experiments]
//
// Two normal modes on a line in 1, 2 and 8 dimensions, further and further
// apart, of unequal weights and of unequal widths (an energy gap). The error of
// their weights with the flow alone, with moves, with resampling and with all;
// in one dimension the exact velocity by quadrature beside the fitted one.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "core/math/log_sum_exp.h"
#include "core/sampler/sampler.h"
#include "tests/benchmarks/experiments/line_plot.h"
#include "tests/benchmarks/experiments/run_table.h"
#include "tests/benchmarks/experiments/tempered_cloud.h"

namespace ttflow::benchmarks {
namespace {

struct TwoModes {
  Index dimension = 1;
  double separation = 8;  // of the centres
  double weight = 0.5;    // of the right one
  double width = 1;       // of the right one; the left one's is 1

  std::shared_ptr<const Target> Make() const {
    std::vector<double> means(2 * dimension, 0.0);
    means[0] = -0.5 * separation;
    means[dimension] = 0.5 * separation;
    return TargetOf("gaussian_mixture",
                    dimension,
                    {{"means", means},
                     {"weights", {1 - weight, weight}},
                     {"std", {1, width}}});
  }
  // Mass of the target right of the middle.
  double RightMass() const {
    const auto normal = [](double z) {
      return 0.5 * std::erfc(-z / std::sqrt(2.0));
    };
    return weight * normal(0.5 * separation / width) +
           (1 - weight) * normal(-0.5 * separation);
  }
  std::string Label() const {
    return "d = " + std::to_string(dimension) + ", distance " +
           NumberText(separation, 0) + ", weights " +
           NumberText(100 * (1 - weight), 0) + ":" +
           NumberText(100 * weight, 0) + ", widths 1:" + NumberText(width, 1);
  }
};

// Share of the weighted cloud in the right mode.
double RightShare(const SampleResult& result) {
  const Vector weights = NormalizedExp(result.log_weights);
  double share = 0;
  for (Index i = 0; i < weights.size(); ++i) {
    if (result.particles(i, 0) > 0) share += weights[i];
  }
  return share;
}

struct Transfer {
  std::vector<double> error;     // of the right mode's weight, absolute
  std::vector<double> ess;       // of the final weights
  std::vector<double> least_r2;  // over stages that the flow was used in
  int num_warned = 0;            // runs with any warning but about NaN
};

Transfer Measure(const TwoModes& modes,
                 SamplerOptions options,
                 int num_seeds,
                 const Executor& executor) {
  const auto target = modes.Make();
  Transfer transfer;
  for (int seed = 0; seed < num_seeds; ++seed) {
    options.seed = static_cast<std::uint64_t>(100 + seed);
    auto sampler = Sampler::Create(target, options, executor);
    NullInterrupter interrupter;
    bool good = sampler.ok();
    while (good && !(*sampler)->done()) {
      good = (*sampler)->Step(interrupter).ok();
    }
    if (!good) {
      transfer.error.push_back(1);
      continue;
    }
    double least = 1;
    for (const StageInfo& stage : (*sampler)->stages()) {
      if (stage.pass == 1 && stage.flow_used) {
        least = std::min(least, stage.validation_r2);
      }
    }
    const SampleResult result = (*sampler)->TakeResult();
    transfer.error.push_back(std::abs(RightShare(result) - modes.RightMass()));
    transfer.ess.push_back(result.weight_ess_fraction);
    transfer.least_r2.push_back(least);
    transfer.num_warned +=
        std::any_of(result.warnings.begin(),
                    result.warnings.end(),
                    [](const Warning& warning) {
                      return warning.code != "NONFINITE_ENERGIES";
                    });
  }
  return transfer;
}

struct Part {
  std::string label;
  SamplerOptions options;
};

// The base covers both modes in every setting: whether it would be found is
// another question.
std::vector<Part> Parts(const TwoModes& modes) {
  SamplerOptions base;
  base.flow.mode = FlowMode::kOn;
  base.num_particles = 2048;
  base.base.scale = {0.75 * modes.separation};
  Part flow = {"flow only", base};
  flow.options.moves.kind = MoveChoice::kNone;
  flow.options.resampling.ess_threshold = 0;
  Part moved = {"flow, moves", base};
  moved.options.resampling.ess_threshold = 0;
  Part resampled = {"flow, resampling", base};
  resampled.options.moves.kind = MoveChoice::kNone;
  Part plain = {"moves, resampling", base};
  plain.options.flow.mode = FlowMode::kOff;
  Part search = {"search (default)", base};
  search.options.flow.mode = FlowMode::kAuto;
  return {flow, moved, resampled, {"all", base}, plain, search};
}

// Exact velocity of p_t in one dimension, -d/dt F_t / p_t, on a grid: root mean
// square and the largest, both within the middle 99.9 % of the mass of p_t.
struct ExactVelocity {
  Vector grid;
  Vector velocity;
  double root_mean_square = 0;
  double largest = 0;
};

ExactVelocity VelocityAt(const Target& target, double base_scale, double t) {
  constexpr Index kPoints = 8001;
  constexpr double kReach = 5;
  const double step = 2 * kReach * base_scale / (kPoints - 1);
  ExactVelocity exact;
  exact.grid =
      Vector::LinSpaced(kPoints, -kReach * base_scale, kReach * base_scale);
  Vector f1(kPoints);
  NullInterrupter interrupter;
  if (!target.Evaluate(exact.grid, f1, nullptr, interrupter).ok()) return exact;
  const Vector f0 = 0.5 * exact.grid.cwiseAbs2() / (base_scale * base_scale);
  const Vector h = f1 - f0;
  const Vector p = NormalizedExp(-((1 - t) * f0 + t * f1)) / step;
  // d p / dt = -(h - E h) p, so d F / dt is its running integral.
  const double mean = step * h.dot(p);
  exact.velocity.resize(kPoints);
  double flux = 0;
  double mass = 0;
  for (Index i = 0; i < kPoints; ++i) {
    flux -= (h[i] - mean) * p[i] * step;
    mass += p[i] * step;
    exact.velocity[i] = p[i] > 1e-250 ? -flux / p[i] : 0;
    if (mass > 0.0005 && mass < 0.9995) {
      exact.root_mean_square +=
          step * p[i] * exact.velocity[i] * exact.velocity[i];
      exact.largest = std::max(exact.largest, std::abs(exact.velocity[i]));
    }
  }
  exact.root_mean_square = std::sqrt(exact.root_mean_square);
  return exact;
}

// Held-out R^2 of the continuity equation and the relative error of the fitted
// velocity itself, root mean square over an independent cloud.
struct FittedVelocity {
  double r2 = 0;
  double relative_error = 0;
};

FittedVelocity FitAt(const std::shared_ptr<const Target>& target,
                     double base_scale,
                     double t,
                     const ExactVelocity& exact,
                     std::uint64_t seed,
                     const Executor& executor) {
  const CloudPair clouds =
      MakeCloudPair(target, base_scale, t, 4000, seed, executor);
  FitOptions options;
  options.additive_basis_size = 20;
  NullInterrupter interrupter;
  const auto fit = FitVelocity(clouds.training.problem(),
                               options,
                               nullptr,
                               RandomKey(seed),
                               executor,
                               interrupter);
  FittedVelocity fitted;
  if (!fit.ok()) return fitted;
  fitted.r2 = fit->validation_r2;
  Matrix gradient;
  EvaluateVelocity(
      fit->velocity, clouds.validation.position, &gradient, nullptr);
  const double scale = clouds.training.scale[0];
  const double step = exact.grid[1] - exact.grid[0];
  double off = 0;
  double total = 0;
  for (Index i = 0; i < gradient.rows(); ++i) {
    const double x =
        clouds.training.mean[0] + scale * clouds.validation.position(i, 0);
    const double place = (x - exact.grid[0]) / step;
    const auto cell = static_cast<Index>(place);
    if (cell < 0 || cell + 1 >= exact.grid.size()) continue;
    const double share = place - static_cast<double>(cell);
    const double truth =
        (1 - share) * exact.velocity[cell] + share * exact.velocity[cell + 1];
    const double error = scale * gradient(i, 0) - truth;
    off += error * error;
    total += truth * truth;
  }
  fitted.relative_error = std::sqrt(off / std::max(total, 1e-300));
  return fitted;
}

std::string ShortText(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.3g", value);
  return text;
}

std::string VelocityTable(const Executor& executor, PlotPanel* panel) {
  Table table({"distance",
               "t",
               "velocity, root mean square",
               "velocity, largest",
               "fitted: held-out R^2",
               "fitted: relative error"});
  for (const double separation : {4.0, 8.0, 16.0}) {
    const TwoModes modes{1, separation, 0.8, 1};
    const auto target = modes.Make();
    const double base_scale = 0.75 * separation;
    PlotSeries series{"distance " + NumberText(separation, 0), {}};
    for (const double t : {0.02, 0.1, 0.3, 0.6, 0.9}) {
      const ExactVelocity exact = VelocityAt(*target, base_scale, t);
      const FittedVelocity fitted =
          FitAt(target, base_scale, t, exact, 5, executor);
      table.AddRow({NumberText(separation, 0),
                    NumberText(t, 2),
                    ShortText(exact.root_mean_square),
                    ShortText(exact.largest),
                    NumberText(fitted.r2, 3),
                    NumberText(fitted.relative_error, 3)});
    }
    for (double t = 0.01; t < 1; t += 0.01) {
      series.points.push_back(
          {t, PointFigure(VelocityAt(*target, base_scale, t).largest)});
    }
    panel->series.push_back(series);
  }
  return table.Markdown();
}

Table TransferTable() {
  return Table({"target",
                "setting",
                "error of the mode's weight",
                "ESS",
                "least R^2 used",
                "runs with a warning"});
}

void AddTransfer(const TwoModes& modes,
                 const Part& part,
                 const Transfer& transfer,
                 Table& table) {
  table.AddRow({modes.Label(),
                part.label,
                FigureText(MeanFigure(transfer.error), 4),
                FigureText(MeanFigure(transfer.ess), 2),
                FigureText(MeanFigure(transfer.least_r2), 2),
                std::to_string(transfer.num_warned)});
}

int RunFull(const ExperimentArguments& arguments, const Executor& executor) {
  Table table = TransferTable();
  std::vector<TwoModes> all;
  for (const Index d : {1, 2, 8}) {
    for (const double separation : {4.0, 8.0, 16.0}) {
      all.push_back({d, separation, 0.8, 1});
    }
  }
  for (const Index d : {1, 2, 8}) {
    all.push_back({d, 8, 0.5, 1});
    all.push_back({d, 8, 0.99, 1});
    all.push_back({d, 8, 0.5, 0.3});
  }
  for (const TwoModes& modes : all) {
    std::fprintf(stderr, "%s\n", modes.Label().c_str());
    for (const Part& part : Parts(modes)) {
      AddTransfer(modes,
                  part,
                  Measure(modes, part.options, arguments.num_seeds, executor),
                  table);
    }
  }
  PlotPanel panel{"d = 1, weights 20:80", {}};
  const std::string report =
      "### Exact and fitted velocity, d = 1, weights 20:80\n\n" +
      VelocityTable(executor, &panel) + "\n### Weights of the modes\n\n" +
      table.Markdown();
  std::printf("%s", report.c_str());
  bool written = WriteReport(
      arguments.output,
      "teleportation.svg",
      LinePlotSvg({"Largest exact velocity between two modes, within 99.9 % of "
                   "the mass",
                   "annealing time t",
                   "|v|",
                   /*log_y=*/true},
                  {panel}));
  written &= WriteBelowMarker(arguments.output, "teleportation.md", report);
  return written ? 0 : 1;
}

int RunQuick(const ExperimentArguments& arguments, const Executor& executor) {
  const TwoModes near{1, 4, 0.8, 1};
  const TwoModes far{1, 16, 0.8, 1};
  Table table = TransferTable();
  std::vector<double> error;
  for (const TwoModes& modes : {near, far}) {
    for (const Part& part : Parts(modes)) {
      const Transfer transfer = Measure(
          modes, part.options, std::min(arguments.num_seeds, 6), executor);
      AddTransfer(modes, part, transfer, table);
      error.push_back(MeanFigure(transfer.error).value);
    }
  }
  std::printf("%s\n", table.Markdown().c_str());
  constexpr int kParts = 6;
  enum { kFlow, kMoved, kResampled, kAll, kPlain, kSearch };
  Claims claims;
  const double slow =
      VelocityAt(*near.Make(), 0.75 * near.separation, 0.9).largest;
  const double fast =
      VelocityAt(*far.Make(), 0.75 * far.separation, 0.9).largest;
  claims.Check(fast > 100 * slow,
               "the velocity between modes grows without bound");
  claims.Check(error[kParts + kAll] < 0.05,
               "weights carry what the flow cannot");
  claims.Check(error[kParts + kSearch] < 0.03,
               "a density that is drawn afresh has the weights");
  return claims.exit_code();
}

}  // namespace
}  // namespace ttflow::benchmarks

int main(int argc, char** argv) {
  using namespace ttflow::benchmarks;  // NOLINT(google-build-using-namespace)
  return RunExperiment(argc,
                       argv,
                       "Mass that has to cross an empty gap between modes",
                       10,
                       RunFull,
                       RunQuick);
}
