#include <cstdio>

#include "tests/benchmarks/experiments/basis_ablation.h"
#include "tests/benchmarks/experiments/run_table.h"

namespace ttflow::benchmarks {
namespace {

std::vector<RunSetting> BasisRunSettings(Index dimension) {
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

}  // namespace

std::string RunTable(const AblationTarget& target,
                     const ExperimentArguments& arguments,
                     const Executor& executor) {
  std::vector<RunSetting> settings =
      BasisRunSettings(target.target->dimension());
  for (const RunSetting& plain : PlainSettings()) settings.push_back(plain);
  std::fprintf(stderr, "%s\n", target.label.c_str());
  return RunsTable(RunSettings(
                       target.target, settings, arguments.num_seeds, executor))
      .Markdown();
}

}  // namespace ttflow::benchmarks
