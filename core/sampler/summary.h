// Summary: what a run reports: one row a stage, and the result.

#ifndef TTFLOW_CORE_SAMPLER_SUMMARY_H_
#define TTFLOW_CORE_SAMPLER_SUMMARY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/energy/counting_energy.h"
#include "core/foundation/types.h"
#include "core/particles/particles.h"
#include "core/sampler/model.h"
#include "core/sampler/sampler_options.h"

namespace ttflow {

// One executed stage. Counts are cumulative over the run.
struct StageInfo {
  int pass =
      0;  // 0: the pilot; 1: the pass that trains; from 2 on: frozen batches
  int stage = 0;  // 0-based within the pass
  double t = 0;   // annealing time reached
  double dt = 0;
  double dt_without_flow =
      0;  // the step that the bare weights would have allowed
  bool flow_used = false;
  double validation_r2 = 0;  // of the fitted potential; 0 where none was fitted
  std::vector<Index>
      ranks;  // of its interaction train, r_0 .. r_d; empty without
  double conditional_ess = 0;      // reached
  double weight_ess_fraction = 0;  // before resampling
  // ESS fraction of fresh draws of the density fitted at this stage; 0 where
  // none was.
  double fresh_ess_fraction = 0;
  bool resampled = false;
  double acceptance_rate = 0;
  double step_size = 0;
  double log_evidence = 0;  // log Z_t so far
  EvaluationCounts counts;
};

// One thing that the engine doubts, with a stable code such as "LOW_ESS".
struct Warning {
  std::string code;
  std::string message;
};

// log Z as another route of the same run found it.
struct RouteEvidence {
  std::string name;  // for people: "the path"
  double log_evidence = 0;
  double standard_error = 0;
};

struct CoordinateSummary {
  double mean = 0;
  double standard_deviation = 0;
  // Weighted quantiles at 5, 25, 50, 75 and 95 %.
  std::vector<double> quantiles;
};
inline constexpr double kSummaryQuantiles[] = {0.05, 0.25, 0.5, 0.75, 0.95};

// A local minimum of the energy, and the share of the target about it.
struct ModeSummary {
  Vector position;    // [d]
  double energy = 0;  // nats
  double weight = 0;  // in [0, 1]; those of all modes sum to one
  double weight_standard_error = 0;
};

enum class EvidenceEstimator { kSmcProduct, kFrozenBatches, kImportance };
// "smc_product", "frozen_batches", "importance".
const char* EvidenceEstimatorName(EvidenceEstimator estimator);

struct SampleResult {
  Matrix samples;      // [num_samples, d], equally weighted
  Matrix particles;    // [N, d], the cloud before the last resampling
  Vector log_weights;  // [N], unnormalised
  double log_evidence = 0;
  double log_evidence_standard_error = 0;
  EvidenceEstimator estimator = EvidenceEstimator::kSmcProduct;
  double weight_ess_fraction = 0;  // of that cloud
  EvaluationCounts counts;
  std::vector<CoordinateSummary> coordinates;  // [d]
  // Heaviest first; empty where modes were not looked for or are countless.
  std::vector<ModeSummary> modes;
  std::vector<Warning> warnings;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_SUMMARY_H_
