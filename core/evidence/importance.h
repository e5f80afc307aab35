// Importance evidence: log Z from independent weighted draws.

#ifndef TTFLOW_CORE_EVIDENCE_IMPORTANCE_H_
#define TTFLOW_CORE_EVIDENCE_IMPORTANCE_H_

#include "core/foundation/types.h"

namespace ttflow {

struct ImportanceEvidence {
  double log_evidence = 0;    // log of the mean weight; its exp is unbiased
  double standard_error = 0;  // of that log, from the weights' variance
  double ess_fraction = 0;
};

// Estimates log Z by draws of a normalised density, log_weight = log p~ - log
// pi [n], n >= 2, -infinity where the target has no mass. The standard error is
// sqrt(1 / (n ESS) - 1 / n) (delta method), infinite where no weight is finite;
// it is believable only where the weights' tail is light
// (ParetoTailIndex).
// Source: docs/method.md, estimators (b).
ImportanceEvidence EstimateImportanceEvidence(const ConstVectorRef& log_weight);

// Relative variance of the mean of n independent weights, (1 / ESS - 1) / n;
// 1 where no weight is finite.
double MeanWeightVariance(const ConstVectorRef& log_weight);

}  // namespace ttflow

#endif  // TTFLOW_CORE_EVIDENCE_IMPORTANCE_H_
