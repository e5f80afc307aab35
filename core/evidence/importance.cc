#include "core/evidence/importance.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/math/log_sum_exp.h"
#include "core/particles/weights.h"

namespace ttflow {

ImportanceEvidence EstimateImportanceEvidence(
    const ConstVectorRef& log_weight) {
  ImportanceEvidence evidence;
  const auto n = static_cast<double>(log_weight.size());
  evidence.log_evidence = LogMeanExp(log_weight);
  const double square = NormalizedExp(log_weight).squaredNorm();
  if (!(square > 0)) {
    evidence.standard_error = std::numeric_limits<double>::infinity();
    return evidence;
  }
  evidence.ess_fraction = 1 / (n * square);
  evidence.standard_error = std::sqrt(std::max(square - 1 / n, 0.0));
  return evidence;
}

double MeanWeightVariance(const ConstVectorRef& log_weight) {
  const double ess = WeightEssFraction(log_weight);
  return ess > 0 ? (1 / ess - 1) / static_cast<double>(log_weight.size()) : 1;
}

}  // namespace ttflow
