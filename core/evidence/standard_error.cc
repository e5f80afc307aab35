#include "core/evidence/standard_error.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/foundation/check.h"
#include "core/math/log_sum_exp.h"
#include "core/particles/weights.h"

namespace ttflow {

namespace {

// Log of the mean of exp(values) without element `skipped` (-1: of all).
double LogMean(const std::vector<double>& values, Index skipped) {
  Vector kept(static_cast<Index>(values.size()) - (skipped >= 0 ? 1 : 0));
  Index size = 0;
  for (Index i = 0; i < static_cast<Index>(values.size()); ++i) {
    if (i != skipped) kept[size++] = values[static_cast<size_t>(i)];
  }
  return LogSumExp(kept) - std::log(static_cast<double>(size));
}

}  // namespace

LeeWhiteleyError LeeWhiteley(const ConstVectorRef& log_weight,
                             const std::vector<std::int32_t>& eve,
                             Index num_first,
                             double resampling_noise) {
  TTFLOW_CHECK(log_weight.size() == static_cast<Index>(eve.size()));
  TTFLOW_CHECK(num_first >= 2 && resampling_noise >= 0);
  const Vector weights = NormalizedWeights(log_weight);
  Vector share = Vector::Zero(num_first);
  for (Index i = 0; i < weights.size(); ++i) {
    const std::int32_t e = eve[static_cast<size_t>(i)];
    TTFLOW_CHECK(e >= 0 && e < num_first);
    share[e] += weights[i];
  }
  LeeWhiteleyError error;
  error.num_ancestors = (share.array() > 0).count();
  if (error.num_ancestors == 0) {
    error.standard_error = std::numeric_limits<double>::infinity();
    return error;
  }
  const double first = static_cast<double>(num_first);
  const double inflation =
      std::exp(-(resampling_noise + 1) * std::log1p(-1 / first));
  const double variance = 1 - inflation * (1 - share.squaredNorm());
  // Unbiased, but noisy, and negative by chance where the true variance is
  // small; the part of the last weights alone never is.
  const double number = static_cast<double>(weights.size());
  const double last_part =
      number > 1 ? (number * weights.squaredNorm() - 1) / (number - 1) : 0;
  error.standard_error = std::sqrt(std::max({0.0, variance, last_part}));
  return error;
}

BatchEvidence CombineBatches(const std::vector<double>& log_evidence) {
  const Index count = static_cast<Index>(log_evidence.size());
  TTFLOW_CHECK(count >= 2);
  BatchEvidence combined;
  combined.log_evidence = LogMean(log_evidence, -1);
  Vector left_out(count);
  for (Index i = 0; i < count; ++i) left_out[i] = LogMean(log_evidence, i);
  if (!left_out.allFinite()) {
    // One batch carries everything: its spread cannot be told.
    combined.standard_error = std::numeric_limits<double>::infinity();
    return combined;
  }
  const double n = static_cast<double>(count);
  combined.standard_error = std::sqrt(
      (n - 1) / n * (left_out.array() - left_out.mean()).square().sum());
  return combined;
}

}  // namespace ttflow
