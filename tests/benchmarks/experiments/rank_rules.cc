// Rank rules: which rule finds the ranks of the interaction train, and whether
// the residual of the equation alone can choose the architecture.
//
//   rank_rules [--quick] [--seeds 4] [--output docs/experiments]
//
// 1. Fits away from a run: largest rank, held-out R^2, R^2 on an independent
//    cloud and time, for the moving average with TT-SVD (ema), growth by the
//    held-out residual, and no train.
// 2. The choice of rank and basis size by the held-out residual against the
//    choice that the independent cloud would make: the regret.
// 3. Whole runs at equal energy evaluations.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "tests/benchmarks/experiments/run_table.h"
#include "tests/benchmarks/experiments/tempered_cloud.h"

namespace ttflow::benchmarks {
namespace {

struct CloudTarget {
  std::string label;
  std::shared_ptr<const Target> target;
  double base_scale = 2;
};

std::vector<CloudTarget> CloudTargets() {
  return {
      {"coupled wells 8, J = .5",
       TargetOf("coupled_wells", 8, {{"coupling", {0.5}}})},
      {"coupled wells 8, J = 2",
       TargetOf("coupled_wells", 8, {{"coupling", {2}}})},
      {"coupled wells 8, quartic",
       TargetOf("coupled_wells", 8, {{"coupling", {0}}, {"quartic", {0.5}}})},
      {"rotated many-well 8", TargetOf("rotated_many_well", 8)},
      {"GMM-40", TargetOf("gmm40", 2), 30}};
}

struct Rule {
  std::string label;
  RankRule rule = RankRule::kResidual;
  Index max_rank = 8;
  Index basis_size = 12;

  FitOptions Options() const {
    FitOptions options;
    options.rank_rule = rule;
    options.max_rank = max_rank;
    options.additive_basis_size = basis_size;
    return options;
  }
};

std::vector<Rule> Rules() {
  return {{"no train", RankRule::kResidual, 0},
          {"residual, up to 8", RankRule::kResidual, 8},
          {"amen, up to 8", RankRule::kAmen, 8},
          {"ema, up to 8", RankRule::kEma, 8}};
}

struct FitScore {
  double largest_rank = 0;
  double heldout_r2 = -1;
  double independent_r2 = -1;
  double seconds = 0;
};

FitScore Score(const CloudPair& clouds,
               const Rule& rule,
               const Executor& executor) {
  NullInterrupter interrupter;
  FitScore score;
  const auto start = std::chrono::steady_clock::now();
  const auto fit = FitVelocity(clouds.training.problem(),
                               rule.Options(),
                               nullptr,
                               RandomKey(5),
                               executor,
                               interrupter);
  score.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  if (!fit.ok()) return score;
  for (const Index rank : fit->ranks) {
    score.largest_rank =
        std::max(score.largest_rank, static_cast<double>(rank));
  }
  score.heldout_r2 = fit->validation_r2;
  score.independent_r2 = 0;
  for (const Velocity& velocity : fit->fold_velocity) {
    score.independent_r2 +=
        0.5 * ContinuityR2(velocity, clouds.validation, executor);
  }
  return score;
}

constexpr double kTimes[] = {0.2, 0.6};

CloudPair Clouds(const CloudTarget& target,
                 double t,
                 int seed,
                 const Executor& executor) {
  return MakeCloudPair(
      target.target, target.base_scale, t, 4000, 100 + seed, executor);
}

Table RuleTable() {
  return Table({"target",
                "rule",
                "largest rank",
                "held-out R^2",
                "independent R^2",
                "seconds a fit"});
}

// Independent R^2 of each rule, a value a seed and time.
std::vector<std::vector<double>> AddRules(const CloudTarget& target,
                                          int num_seeds,
                                          const Executor& executor,
                                          Table& table) {
  const std::vector<Rule> rules = Rules();
  std::vector<std::vector<double>> rank(rules.size());
  std::vector<std::vector<double>> heldout(rules.size());
  std::vector<std::vector<double>> independent(rules.size());
  std::vector<std::vector<double>> seconds(rules.size());
  for (int seed = 0; seed < num_seeds; ++seed) {
    for (const double t : kTimes) {
      const CloudPair clouds = Clouds(target, t, seed, executor);
      for (std::size_t r = 0; r < rules.size(); ++r) {
        const FitScore score = Score(clouds, rules[r], executor);
        rank[r].push_back(score.largest_rank);
        heldout[r].push_back(score.heldout_r2);
        independent[r].push_back(score.independent_r2);
        seconds[r].push_back(score.seconds);
      }
    }
  }
  for (std::size_t r = 0; r < rules.size(); ++r) {
    table.AddRow({target.label,
                  rules[r].label,
                  NumberText(MeanFigure(rank[r]).value, 1),
                  FigureText(MeanFigure(heldout[r]), 3),
                  FigureText(MeanFigure(independent[r]), 3),
                  NumberText(MeanFigure(seconds[r]).value, 2)});
  }
  std::fprintf(stderr, "%s\n", target.label.c_str());
  return independent;
}

// Architectures to choose among: largest rank by basis size.
std::vector<Rule> Architectures() {
  std::vector<Rule> rules;
  for (const Index rank : {0, 2, 8}) {
    for (const Index size : {4, 8, 12, 20}) {
      rules.push_back({"", RankRule::kResidual, rank, size});
    }
  }
  return rules;
}

struct Regret {
  std::vector<double> chosen;  // independent R^2 of the held-out choice
  std::vector<double> best;    // of the best
  std::vector<double> worst;
};

Regret MeasureRegret(const CloudTarget& target,
                     int num_seeds,
                     const Executor& executor) {
  Regret regret;
  for (int seed = 0; seed < num_seeds; ++seed) {
    for (const double t : kTimes) {
      const CloudPair clouds = Clouds(target, t, seed, executor);
      double heldout = -2;
      double chosen = 0;
      double best = -2;
      double worst = 2;
      for (const Rule& rule : Architectures()) {
        const FitScore score = Score(clouds, rule, executor);
        if (score.heldout_r2 > heldout) {
          heldout = score.heldout_r2;
          chosen = score.independent_r2;
        }
        best = std::max(best, score.independent_r2);
        worst = std::min(worst, score.independent_r2);
      }
      regret.chosen.push_back(chosen);
      regret.best.push_back(best);
      regret.worst.push_back(worst);
    }
  }
  std::fprintf(stderr, "regret, %s\n", target.label.c_str());
  return regret;
}

std::vector<RunSetting> RuleRuns() {
  std::vector<RunSetting> settings;
  for (const Rule& rule : Rules()) {
    RunSetting setting = FlowSetting();
    setting.label = rule.label;
    setting.options.flow.fit = rule.Options();
    settings.push_back(setting);
  }
  std::swap(settings[0], settings[1]);  // the default first
  settings.push_back({"plain SMC, 3 MALA", PlainOptions(3)});
  return settings;
}

int RunFull(const ExperimentArguments& arguments, const Executor& executor) {
  const std::vector<CloudTarget> targets = CloudTargets();
  Table rules = RuleTable();
  for (const CloudTarget& target : targets) {
    AddRules(target, arguments.num_seeds, executor, rules);
  }
  Table regrets({"target",
                 "independent R^2: best architecture",
                 "chosen by the held-out residual",
                 "worst",
                 "regret"});
  for (const CloudTarget& target : targets) {
    const Regret regret =
        MeasureRegret(target, std::min(arguments.num_seeds, 2), executor);
    regrets.AddRow(
        {target.label,
         NumberText(MeanFigure(regret.best).value, 3),
         NumberText(MeanFigure(regret.chosen).value, 3),
         NumberText(MeanFigure(regret.worst).value, 3),
         FigureText(DifferenceFigure(regret.best, regret.chosen), 4)});
  }
  std::string report = "### Fits\n\n" + rules.Markdown() +
                       "\n### Architecture by the residual alone\n\n" +
                       regrets.Markdown() +
                       "\n### Whole runs at equal energy evaluations\n";
  for (const std::size_t t : {1, 3}) {
    report +=
        "\n" + targets[t].label + "\n\n" +
        RunsTable(
            RunSettings(
                targets[t].target, RuleRuns(), arguments.num_seeds, executor))
            .Markdown();
  }
  std::printf("%s", report.c_str());
  return WriteBelowMarker(arguments.output, "rank_rules.md", report) ? 0 : 1;
}

int RunQuick(const ExperimentArguments&, const Executor& executor) {
  Table table = RuleTable();
  const CloudTarget target = CloudTargets()[1];
  const auto r2 = AddRules(target, 1, executor, table);
  std::printf("%s\n", table.Markdown().c_str());
  enum { kNone, kResidual, kAmen, kEma };
  const Regret regret = MeasureRegret(target, 1, executor);
  Claims claims;
  claims.Check(
      MeanFigure(r2[kResidual]).value > MeanFigure(r2[kNone]).value - 0.02,
      "growth by the residual does not hurt where it finds nothing");
  claims.Check(
      MeanFigure(r2[kResidual]).value > MeanFigure(r2[kEma]).value - 0.05,
      "it is no worse than the moving average");
  claims.Check(
      MeanFigure(r2[kAmen]).value > MeanFigure(r2[kResidual]).value - 0.05,
      "growth along the residual is no worse than along random directions");
  claims.Check(DifferenceFigure(regret.best, regret.chosen).value < 0.05,
               "the held-out residual chooses a nearly best architecture");
  return claims.exit_code();
}

}  // namespace
}  // namespace ttflow::benchmarks

int main(int argc, char** argv) {
  using namespace ttflow::benchmarks;  // NOLINT(google-build-using-namespace)
  return RunExperiment(
      argc,
      argv,
      "Rules for ranks, and architecture by the residual alone",
      4,
      RunFull,
      RunQuick);
}
