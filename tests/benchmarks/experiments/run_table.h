// RunTable: whole runs of several settings on one target, at equal energy
// evaluations.

#ifndef TTFLOW_TESTS_BENCHMARKS_EXPERIMENTS_RUN_TABLE_H_
#define TTFLOW_TESTS_BENCHMARKS_EXPERIMENTS_RUN_TABLE_H_

#include <memory>
#include <string>
#include <vector>

#include "core/foundation/executor.h"
#include "core/sampler/summary.h"
#include "tests/benchmarks/experiments/experiment.h"

namespace ttflow::benchmarks {

// One setting of whole runs.
struct RunSetting {
  std::string label;
  SamplerOptions options;
  // Whether its particles are chosen so that it spends what the first setting
  // does; a search sets its own budget.
  bool matched = true;
};

struct SettingRuns {
  std::string label;
  std::vector<Run> runs;  // one a seed

  int num_failed() const;
  // One score a seed, NaN where the run failed.
  std::vector<double> Scores(double (*score)(const Run&)) const;
};

// Runs all settings on the same seeds. The first keeps its number of particles;
// the matched ones after it get as many as spend the same evaluations.
std::vector<SettingRuns> RunSettings(
    const std::shared_ptr<const Target>& target,
    const std::vector<RunSetting>& settings,
    int num_seeds,
    const Executor& executor);

// Rows of settings; ratios are to the first, paired by seed.
Table RunsTable(const std::vector<SettingRuns>& settings);

// All stages of one run, for what they say about themselves; none where it
// fails.
std::vector<StageInfo> StagesOf(const std::shared_ptr<const Target>& target,
                                const SamplerOptions& options,
                                const Executor& executor);

// The default with the transport on and no density search, and plain tempered
// SMC with 1 and 3 MALA moves or 6 of HMC a stage: what experiments compare.
RunSetting FlowSetting();
std::vector<RunSetting> PlainSettings();

}  // namespace ttflow::benchmarks

#endif  // TTFLOW_TESTS_BENCHMARKS_EXPERIMENTS_RUN_TABLE_H_
