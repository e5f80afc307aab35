// Standard errors of log Z.

#ifndef TTFLOW_CORE_EVIDENCE_STANDARD_ERROR_H_
#define TTFLOW_CORE_EVIDENCE_STANDARD_ERROR_H_

#include <cstdint>
#include <vector>

#include "core/foundation/types.h"

namespace ttflow {

struct LeeWhiteleyError {
  double standard_error = 0;  // of log Z, nats
  Index num_ancestors = 0;    // first ancestors that still have descendants
};

// Estimates the error of the log of an adaptive pass's product estimator from
// the genealogy of one run: V = 1 - (N/(N-1))^(n+1) (1 - sum_e S_e^2), S_e the
// final weight of the descendants of first ancestor e. With multinomial
// resampling n is the number of resamplings, what their chance adds to the sum.
// Other schemes add less: n is the sum of their ResamplingNoise. (With the
// number of resamplings instead, an error of systematic resampling at every
// stage is ten times too small.)
//
// V estimates the relative variance of Z, taken as the variance of log Z. Never
// above 1, which says "all from one ancestor". V is unbiased but can be small
// or negative by chance; it is kept above (N sum W^2 - 1) / (N - 1), the part
// of the last weights alone. Infinite where no weight is finite.
//
// Shapes: log_weight [N], eve [N] in [0, num_first); num_first >= 2.
// Source: Lee and Whiteley (2018), Variance estimation in the particle filter.
LeeWhiteleyError LeeWhiteley(const ConstVectorRef& log_weight,
                             const std::vector<std::int32_t>& eve,
                             Index num_first,
                             double resampling_noise);

struct BatchEvidence {
  double log_evidence = 0;    // log of the mean of the Z estimates
  double standard_error = 0;  // jackknife over the batches
};

// Combines independent unbiased estimates of Z (given as logs) on the Z scale
// with equal weights; the error by the jackknife of the log of their mean (for
// two batches half their difference). At least 2 batches; -inf (a batch whose
// weights were all zero) is allowed; the error is infinite where only one batch
// is finite.
BatchEvidence CombineBatches(const std::vector<double>& log_evidence);

}  // namespace ttflow

#endif  // TTFLOW_CORE_EVIDENCE_STANDARD_ERROR_H_
