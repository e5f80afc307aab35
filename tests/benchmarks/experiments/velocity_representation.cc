// Velocity representation: what the velocity is best made of.
//
//   velocity_representation [--quick] [--seeds 4] [--output docs/experiments]
//
// The gradient of a potential in three parts, the gradient of a potential that
// is one train, and the paper's train for every component, all with the same
// sequential step and judged on the same held-out particles.
//
// 1. Fits away from a run: held-out R^2, R^2 on an independent cloud, numbers
//    of unknowns, ranks and time.
// 2. Whole runs at equal energy evaluations.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "tests/benchmarks/experiments/run_table.h"
#include "tests/benchmarks/experiments/tempered_cloud.h"

namespace ttflow::benchmarks {
namespace {

struct FitTarget {
  std::string label;
  std::shared_ptr<const Target> target;
  double base_scale = 2;
};

std::vector<FitTarget> FitTargets() {
  return {{"GMM-40", TargetOf("gmm40", 2), 30},
          {"many-well 8", TargetOf("many_well", 8)},
          {"coupled wells 8, J = .5",
           TargetOf("coupled_wells", 8, {{"coupling", {0.5}}})},
          {"correlated Gaussian 8", TargetOf("gaussian", 8, {{"rho", {0.9}}})}};
}

struct Form {
  std::string label;
  VelocityForm velocity = VelocityForm::kParts;
  Index train_basis_size = 6;

  FitOptions Options() const {
    FitOptions options;
    options.velocity = velocity;
    options.train_basis_size = train_basis_size;
    return options;
  }
};

enum { kParts, kTrain6, kTrain12, kComponents6, kComponents12 };

std::vector<Form> Forms() {
  return {{"parts (default)", VelocityForm::kParts, 6},
          {"train, 6 functions", VelocityForm::kTrain, 6},
          {"train, 12 functions", VelocityForm::kTrain, 12},
          {"components, 6 functions", VelocityForm::kComponents, 6},
          {"components, 12 functions", VelocityForm::kComponents, 12}};
}

// One value a seed and time.
struct FormScores {
  std::vector<double> heldout_r2;
  std::vector<double> independent_r2;
  std::vector<double> coefficients;
  std::vector<double> unknowns;
  std::vector<double> rank;
  std::vector<double> seconds;
};

void AddScore(const CloudPair& clouds,
              const FitOptions& options,
              const Executor& executor,
              FormScores& scores) {
  NullInterrupter interrupter;
  const auto start = std::chrono::steady_clock::now();
  const auto fit = FitVelocity(clouds.training.problem(),
                               options,
                               nullptr,
                               RandomKey(5),
                               executor,
                               interrupter);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  if (!fit.ok()) return;
  double independent = 0;
  for (const Velocity& velocity : fit->fold_velocity) {
    independent += 0.5 * ContinuityR2(velocity, clouds.validation, executor);
  }
  Index rank = 0;
  for (const Index one : fit->ranks) rank = std::max(rank, one);
  scores.heldout_r2.push_back(fit->validation_r2);
  scores.independent_r2.push_back(independent);
  scores.coefficients.push_back(
      static_cast<double>(fit->velocity.num_coefficients()));
  scores.unknowns.push_back(static_cast<double>(fit->num_unknowns));
  scores.rank.push_back(static_cast<double>(rank));
  scores.seconds.push_back(seconds);
}

Table FitTable() {
  return Table({"target",
                "velocity",
                "held-out R^2",
                "independent R^2",
                "coefficients",
                "unknowns of the largest solve",
                "largest rank",
                "seconds a fit"});
}

std::vector<FormScores> ScoreForms(const FitTarget& target,
                                   int num_seeds,
                                   const Executor& executor) {
  constexpr double kTimes[] = {0.2, 0.6};
  constexpr Index kParticles = 4000;
  const std::vector<Form> forms = Forms();
  std::vector<FormScores> scores(forms.size());
  for (int seed = 0; seed < num_seeds; ++seed) {
    for (const double t : kTimes) {
      const CloudPair clouds = MakeCloudPair(target.target,
                                             target.base_scale,
                                             t,
                                             kParticles,
                                             100 + seed,
                                             executor);
      for (std::size_t f = 0; f < forms.size(); ++f) {
        AddScore(clouds, forms[f].Options(), executor, scores[f]);
      }
    }
  }
  std::fprintf(stderr, "%s\n", target.label.c_str());
  return scores;
}

void AddRows(const FitTarget& target,
             const std::vector<FormScores>& scores,
             Table& table) {
  const std::vector<Form> forms = Forms();
  for (std::size_t f = 0; f < forms.size(); ++f) {
    table.AddRow({target.label,
                  forms[f].label,
                  FigureText(MeanFigure(scores[f].heldout_r2), 3),
                  FigureText(MeanFigure(scores[f].independent_r2), 3),
                  NumberText(MeanFigure(scores[f].coefficients).value, 0),
                  NumberText(MeanFigure(scores[f].unknowns).value, 0),
                  NumberText(MeanFigure(scores[f].rank).value, 1),
                  NumberText(MeanFigure(scores[f].seconds).value, 2)});
  }
}

std::vector<RunSetting> FormRuns() {
  const std::vector<Form> forms = Forms();
  std::vector<RunSetting> settings;
  for (const int f : {kParts, kTrain12, kComponents12}) {
    RunSetting setting = FlowSetting();
    setting.label = forms[f].label;
    setting.options.flow.fit = forms[f].Options();
    settings.push_back(setting);
  }
  settings.push_back({"plain SMC, 3 MALA", PlainOptions(3)});
  return settings;
}

int RunFull(const ExperimentArguments& arguments, const Executor& executor) {
  Table fits = FitTable();
  const std::vector<FitTarget> targets = FitTargets();
  for (const FitTarget& target : targets) {
    AddRows(target, ScoreForms(target, arguments.num_seeds, executor), fits);
  }
  std::string report = "### Fits\n\n" + fits.Markdown() +
                       "\n### Whole runs at equal energy evaluations\n";
  for (const FitTarget& target : targets) {
    std::fprintf(stderr, "runs, %s\n", target.label.c_str());
    report +=
        "\n" + target.label + "\n\n" +
        RunsTable(RunSettings(
                      target.target, FormRuns(), arguments.num_seeds, executor))
            .Markdown();
  }
  std::printf("%s", report.c_str());
  return WriteBelowMarker(arguments.output, "velocity.md", report) ? 0 : 1;
}

int RunQuick(const ExperimentArguments&, const Executor& executor) {
  Table table = FitTable();
  Claims claims;
  const std::vector<FitTarget> targets = FitTargets();
  for (const std::size_t t : {1, 2}) {
    const std::vector<FormScores> scores = ScoreForms(targets[t], 1, executor);
    AddRows(targets[t], scores, table);
    const auto r2 = [&](int form) {
      return MeanFigure(scores[form].independent_r2).value;
    };
    const auto seconds = [&](int form) {
      return MeanFigure(scores[form].seconds).value;
    };
    claims.Check(
        r2(kParts) > std::max(r2(kTrain12), r2(kComponents12)) - 0.05,
        targets[t].label + ": three parts explain no less than trains alone");
    claims.Check(
        seconds(kParts) < seconds(kComponents12),
        targets[t].label + ": and take less time than component trains");
  }
  std::printf("%s\n", table.Markdown().c_str());
  return claims.exit_code();
}

}  // namespace
}  // namespace ttflow::benchmarks

int main(int argc, char** argv) {
  using namespace ttflow::benchmarks;  // NOLINT(google-build-using-namespace)
  return RunExperiment(
      argc, argv, "What the velocity is made of", 4, RunFull, RunQuick);
}
