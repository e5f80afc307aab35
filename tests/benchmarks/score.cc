#include "tests/benchmarks/score.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "core/foundation/random.h"
#include "core/math/energy_distance.h"
#include "core/sampler/sampler.h"

namespace ttflow::benchmarks {
namespace {

constexpr Index kScoredSamples = 2000;
constexpr std::uint32_t kBootstrapStream = 1;

double Mean(const std::vector<Run>& runs,
            const std::vector<std::size_t>& chosen,
            double (*f)(const Run&)) {
  double sum = 0;
  for (const std::size_t i : chosen) sum += f(runs[i]);
  return sum / static_cast<double>(chosen.size());
}

}  // namespace

Run RunOnce(std::shared_ptr<const Target> target,
            SamplerOptions options,
            std::uint64_t seed,
            const Executor& executor) {
  options.seed = seed;
  options.num_samples = std::min<Index>(
      kScoredSamples,
      EffectiveOptions(options, target->dimension()).num_particles);
  Run run;
  const auto start = std::chrono::steady_clock::now();
  auto sampler = Sampler::Create(target, options, executor);
  if (!sampler.ok()) {
    run.failed = true;
    return run;
  }
  NullInterrupter interrupter;
  while (!(*sampler)->done()) {
    if (!(*sampler)->Step(interrupter).ok()) {
      run.failed = true;
      run.log_evidence_error = std::numeric_limits<double>::quiet_NaN();
      return run;
    }
  }
  const SampleResult result = (*sampler)->TakeResult();
  run.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  run.log_evidence_error =
      result.log_evidence -
      target->LogEvidence().value_or(std::numeric_limits<double>::quiet_NaN());
  run.standard_error = result.log_evidence_standard_error;
  run.evaluations = static_cast<double>(result.counts.num_energy_evaluations);
  double stages = 0;
  for (const StageInfo& stage : (*sampler)->stages()) {
    if (stage.pass != 1) continue;
    ++stages;
    run.flow_share += stage.flow_used ? 1 : 0;
  }
  run.flow_share /= std::max(1.0, stages);
  if (auto exact =
          target->SampleExactly(kScoredSamples, RandomKey(seed + 1000003));
      exact) {
    run.energy_distance = EnergyDistance(result.samples, *exact, executor);
  }
  return run;
}

double PerfectEnergyDistance(const Target& target,
                             int repeats,
                             const Executor& executor) {
  double sum = 0;
  for (int i = 0; i < repeats; ++i) {
    const auto a =
        target.SampleExactly(kScoredSamples, RandomKey(2000003 + 2 * i));
    const auto b =
        target.SampleExactly(kScoredSamples, RandomKey(2000004 + 2 * i));
    if (!a || !b) return std::numeric_limits<double>::quiet_NaN();
    sum += EnergyDistance(*a, *b, executor);
  }
  return sum / repeats;
}

Figure MeanOf(const std::vector<Run>& runs, double (*f)(const Run&)) {
  return Bootstrap(runs.size(),
                   kBootstrapStream,
                   [&](const std::vector<std::size_t>& chosen) {
                     return Mean(runs, chosen, f);
                   });
}

Figure RatioOf(const std::vector<Run>& runs,
               const std::vector<Run>& baseline,
               double (*f)(const Run&)) {
  return Bootstrap(std::min(runs.size(), baseline.size()),
                   kBootstrapStream,
                   [&](const std::vector<std::size_t>& chosen) {
                     return Mean(runs, chosen, f) / Mean(baseline, chosen, f);
                   });
}

double AbsoluteError(const Run& run) {
  return std::abs(run.log_evidence_error);
}
double EnergyDistanceOf(const Run& run) { return run.energy_distance; }
double Evaluations(const Run& run) { return run.evaluations; }
double Seconds(const Run& run) { return run.seconds; }

double ZScoreSpread(const std::vector<Run>& runs) {
  double sum = 0;
  double sum_of_squares = 0;
  for (const Run& run : runs) {
    const double z = run.log_evidence_error / run.standard_error;
    sum += z;
    sum_of_squares += z * z;
  }
  const auto n = static_cast<double>(runs.size());
  return std::sqrt((sum_of_squares - sum * sum / n) / (n - 1));
}

}  // namespace ttflow::benchmarks
