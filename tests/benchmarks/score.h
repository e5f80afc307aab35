// Scores of repeated runs against an exact truth.

#ifndef TTFLOW_TESTS_BENCHMARKS_SCORE_H_
#define TTFLOW_TESTS_BENCHMARKS_SCORE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/foundation/executor.h"
#include "core/sampler/sampler_options.h"
#include "core/targets/target_registry.h"
#include "tests/benchmarks/bootstrap.h"

namespace ttflow::benchmarks {

// One run of the sampler and what it scored.
struct Run {
  double log_evidence_error = 0;
  double standard_error = 0;
  double energy_distance = 0;  // to 2000 exact samples
  double evaluations = 0;
  double seconds = 0;
  double flow_share = 0;  // stages of the training pass that used the flow
  // Total variation of the samples' shares of the target's modes from those of
  // exact samples; NaN where the target does not list its modes.
  double mode_distance = 0;
  // A warning that casts doubt on the result was given.
  bool warned = false;
  bool failed = false;
};

// Runs the sampler on `target` once; energy distances use the exact draws of
// `seed`, so that settings are compared on paired seeds. `reference` stands in
// for a log Z that is not known exactly.
Run RunOnce(std::shared_ptr<const Target> target,
            SamplerOptions options,
            std::uint64_t seed,
            const Executor& executor,
            std::optional<double> reference = std::nullopt);

// The scores of a perfect sampler: means over `repeats` pairs of exact sets of
// 2000, NaN where there is no exact sampler (or no list of modes).
struct PerfectScore {
  double energy_distance = 0;
  double mode_distance = 0;
};
PerfectScore ScoreExactSamples(const Target& target,
                               int repeats,
                               const Executor& executor);

// Mean of f(run) over the runs, and the ratio of two such means over paired
// seeds, with intervals from 2000 bootstrap resamplings.
Figure MeanOf(const std::vector<Run>& runs, double (*f)(const Run&));
Figure RatioOf(const std::vector<Run>& runs,
               const std::vector<Run>& baseline,
               double (*f)(const Run&));

double AbsoluteError(const Run& run);
double EnergyDistanceOf(const Run& run);
double ModeDistanceOf(const Run& run);
double Evaluations(const Run& run);
double Seconds(const Run& run);

// Standard deviation of error / reported error: 1 is calibrated.
double ZScoreSpread(const std::vector<Run>& runs);

// Share of the runs whose error is within three reported errors, or that gave a
// warning.
double HonestShare(const std::vector<Run>& runs);

}  // namespace ttflow::benchmarks

#endif  // TTFLOW_TESTS_BENCHMARKS_SCORE_H_
