// Scores of repeated runs against an exact truth.

#ifndef TTFLOW_TESTS_BENCHMARKS_SCORE_H_
#define TTFLOW_TESTS_BENCHMARKS_SCORE_H_

#include <cstdint>
#include <string>
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
  bool failed = false;
};

// Runs the sampler on `target` once; energy distances use the exact draws of
// `seed`, so that settings are compared on paired seeds.
Run RunOnce(std::shared_ptr<const Target> target,
            SamplerOptions options,
            std::uint64_t seed,
            const Executor& executor);

// Mean over two exact sets of 2000 of the energy distance: the score of a
// perfect sampler, from `repeats` pairs.
double PerfectEnergyDistance(const Target& target,
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
double Evaluations(const Run& run);
double Seconds(const Run& run);

// Standard deviation of error / reported error: 1 is calibrated.
double ZScoreSpread(const std::vector<Run>& runs);

}  // namespace ttflow::benchmarks

#endif  // TTFLOW_TESTS_BENCHMARKS_SCORE_H_
