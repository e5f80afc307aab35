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
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

double Mean(const std::vector<Run>& runs,
            const std::vector<std::size_t>& chosen,
            double (*f)(const Run&)) {
  double sum = 0;
  for (const std::size_t i : chosen) sum += f(runs[i]);
  return sum / static_cast<double>(chosen.size());
}

// Shares of `samples` nearest to each of the centres, [K].
Vector ModeShares(const Matrix& samples, const Matrix& centers) {
  Vector shares = Vector::Zero(centers.rows());
  for (Index i = 0; i < samples.rows(); ++i) {
    Index nearest = 0;
    (centers.rowwise() - samples.row(i))
        .rowwise()
        .squaredNorm()
        .minCoeff(&nearest);
    shares[nearest] += 1 / static_cast<double>(samples.rows());
  }
  return shares;
}

double ModeDistance(const Target& target, const Matrix& a, const Matrix& b) {
  const Matrix centers = target.ModeCenters();
  if (centers.rows() < 2) return kUnknown;
  return 0.5 *
         (ModeShares(a, centers) - ModeShares(b, centers)).cwiseAbs().sum();
}

// Of some points outside the support nobody need be told twice.
bool CastsDoubt(const Warning& warning) {
  return warning.code != "NONFINITE_ENERGIES";
}

}  // namespace

Run RunOnce(std::shared_ptr<const Target> target,
            SamplerOptions options,
            std::uint64_t seed,
            const Executor& executor,
            std::optional<double> reference) {
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
      run.log_evidence_error = kUnknown;
      return run;
    }
  }
  const SampleResult result = (*sampler)->TakeResult();
  run.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  const std::optional<double> truth =
      reference ? reference : target->LogEvidence();
  run.log_evidence_error = result.log_evidence - truth.value_or(kUnknown);
  run.warned =
      std::any_of(result.warnings.begin(), result.warnings.end(), CastsDoubt);
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
    run.mode_distance = ModeDistance(*target, result.samples, *exact);
  } else {
    run.energy_distance = run.mode_distance = kUnknown;
  }
  return run;
}

PerfectScore ScoreExactSamples(const Target& target,
                               int repeats,
                               const Executor& executor) {
  PerfectScore score;
  for (int i = 0; i < repeats; ++i) {
    const auto a =
        target.SampleExactly(kScoredSamples, RandomKey(2000003 + 2 * i));
    const auto b =
        target.SampleExactly(kScoredSamples, RandomKey(2000004 + 2 * i));
    if (!a || !b) return {kUnknown, kUnknown};
    score.energy_distance += EnergyDistance(*a, *b, executor) / repeats;
    score.mode_distance += ModeDistance(target, *a, *b) / repeats;
  }
  return score;
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
double ModeDistanceOf(const Run& run) { return run.mode_distance; }
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

double HonestShare(const std::vector<Run>& runs) {
  double honest = 0;
  for (const Run& run : runs) {
    const bool right =
        std::abs(run.log_evidence_error) <= 3 * run.standard_error;
    honest += right || run.warned ? 1 : 0;
  }
  return honest / static_cast<double>(runs.size());
}

}  // namespace ttflow::benchmarks
