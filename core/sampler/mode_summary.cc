#include "core/sampler/mode_summary.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/particles/weights.h"

namespace ttflow {
namespace {

// log of mass times normal density of a mode at the rows of x, but for what all
// modes share.
Vector LogShare(const Mode& mode, const ConstMatrixRef& x) {
  Matrix z = x.rowwise() - mode.position.transpose();
  mode.root.triangularView<Eigen::Lower>()
      .transpose()
      .solveInPlace<Eigen::OnTheRight>(z);
  const double log_peak =
      mode.log_mass - mode.root.diagonal().array().log().sum();
  return log_peak - 0.5 * z.rowwise().squaredNorm().array();
}

}  // namespace

std::vector<ModeSummary> SummarizeModes(const std::vector<Mode>& modes,
                                        const ConstMatrixRef& position,
                                        const ConstVectorRef& log_weight) {
  if (modes.empty() || !log_weight.array().isFinite().any()) return {};
  const Index n = position.rows();
  const Vector weights = NormalizedWeights(log_weight);
  Vector best = Vector::Constant(n, -std::numeric_limits<double>::infinity());
  std::vector<std::size_t> owner(static_cast<std::size_t>(n), 0);
  for (std::size_t k = 0; k < modes.size(); ++k) {
    const Vector share = LogShare(modes[k], position);
    for (Index i = 0; i < n; ++i) {
      if (share[i] > best[i]) {
        best[i] = share[i];
        owner[i] = k;
      }
    }
  }
  std::vector<ModeSummary> summaries;
  for (const Mode& mode : modes) {
    summaries.push_back({mode.position, mode.energy, 0, 0});
  }
  for (Index i = 0; i < n; ++i) summaries[owner[i]].weight += weights[i];
  for (std::size_t k = 0; k < modes.size(); ++k) {
    ModeSummary& summary = summaries[k];
    double variance = 0;
    for (Index i = 0; i < n; ++i) {
      const double deviation = (owner[i] == k ? 1 : 0) - summary.weight;
      variance += weights[i] * weights[i] * deviation * deviation;
    }
    summary.weight_standard_error = std::sqrt(variance);
  }
  std::stable_sort(summaries.begin(),
                   summaries.end(),
                   [](const ModeSummary& a, const ModeSummary& b) {
                     return a.weight > b.weight;
                   });
  return summaries;
}

}  // namespace ttflow
