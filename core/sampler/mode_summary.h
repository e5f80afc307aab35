// ModeSummary: the modes of a target in a result, with their weights.

#ifndef TTFLOW_CORE_SAMPLER_MODE_SUMMARY_H_
#define TTFLOW_CORE_SAMPLER_MODE_SUMMARY_H_

#include <vector>

#include "core/sampler/mode_search.h"
#include "core/sampler/summary.h"

namespace ttflow {

// Weighs modes by a weighted cloud of the target: each particle belongs to the
// mode under whose normal density, times its mass by Laplace's method, it is
// most likely. Weights sum to one; their errors are those of a ratio of
// weighted means, sqrt(sum_i w_i^2 (1[i in k] - weight_k)^2), for independent
// particles. Heaviest first; nothing without modes or weights.
std::vector<ModeSummary> SummarizeModes(const std::vector<Mode>& modes,
                                        const ConstMatrixRef& position,
                                        const ConstVectorRef& log_weight);

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_MODE_SUMMARY_H_
