#include "core/sampler/importance_pass.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "core/evidence/importance.h"
#include "core/foundation/check.h"
#include "core/foundation/status_macros.h"
#include "core/particles/resampling.h"
#include "core/particles/weights.h"
#include "core/sampler/result_summary.h"

namespace ttflow {

ImportancePass::ImportancePass(std::shared_ptr<const Density> density,
                               Index num_draws,
                               const RandomKey& key)
    : density_(std::move(density)),
      key_(key),
      position_(num_draws, density_->dimension()),
      log_weight_(num_draws) {}

Index ImportancePass::NextBatch() const {
  return std::min(kBatch, position_.rows() - filled_);
}

double ImportancePass::progress() const {
  return static_cast<double>(filled_) / static_cast<double>(position_.rows());
}

double ImportancePass::StandardError() const {
  return EstimateImportanceEvidence(log_weight_.head(filled_)).standard_error;
}

void ImportancePass::Extend(Index count) {
  TTFLOW_CHECK(count >= 0);
  position_.conservativeResize(position_.rows() + count, Eigen::NoChange);
  log_weight_.conservativeResize(log_weight_.size() + count);
}

void ImportancePass::Stop() {
  TTFLOW_CHECK(filled_ > 0);
  position_.conservativeResize(filled_, Eigen::NoChange);
  log_weight_.conservativeResize(filled_);
}

absl::Status ImportancePass::Step(CountingEnergy& energy,
                                  const Executor& executor,
                                  Interrupter& interrupter,
                                  StageInfo& info) {
  const Index count = NextBatch();
  const Matrix x = density_->Sample(count, key_, executor, filled_);
  Vector target_energy;
  TTFLOW_RETURN_IF_ERROR(
      energy.Evaluate(x, target_energy, nullptr, interrupter));
  Vector log_density;
  density_->LogDensity(x, executor, log_density, nullptr);
  for (Index i = 0; i < count; ++i) {
    const double log_weight = -target_energy[i] - log_density[i];
    log_weight_[filled_ + i] = std::isfinite(log_weight)
                                   ? log_weight
                                   : -std::numeric_limits<double>::infinity();
  }
  position_.middleRows(filled_, count) = x;
  info.stage = batch_++;
  info.t = 1;
  info.fresh_ess_fraction =
      WeightEssFraction(log_weight_.segment(filled_, count));
  info.conditional_ess = info.fresh_ess_fraction;
  filled_ += count;
  info.log_evidence =
      EstimateImportanceEvidence(log_weight_.head(filled_)).log_evidence;
  info.weight_ess_fraction = WeightEssFraction(log_weight_.head(filled_));
  return absl::OkStatus();
}

absl::Status ImportancePass::Finish(Index num_samples,
                                    SampleResult& result) && {
  const ImportanceEvidence evidence = EstimateImportanceEvidence(log_weight_);
  if (!(evidence.ess_fraction > 0)) {
    return absl::FailedPreconditionError(
        "no draw of the fitted density has a positive weight: the energy is "
        "not "
        "finite where the density is; check the target");
  }
  result.log_evidence = evidence.log_evidence;
  result.log_evidence_standard_error = evidence.standard_error;
  result.estimator = EvidenceEstimator::kImportance;
  result.weight_ess_fraction = evidence.ess_fraction;
  const std::vector<Index> chosen = DrawAncestors(
      ResamplingScheme::kSystematic, log_weight_, num_samples, key_);
  std::vector<Index> order(chosen.size());
  std::iota(order.begin(), order.end(), Index{0});
  RandomStream stream = key_.Stream(Purpose::kSample, 0, 0);
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[stream.Below(i)]);
  }
  result.samples.resize(num_samples, position_.cols());
  for (Index i = 0; i < num_samples; ++i) {
    result.samples.row(i) = position_.row(chosen[order[i]]);
  }
  WeightedCloud cloud;
  cloud.position = std::move(position_);
  cloud.log_weight = std::move(log_weight_);
  result.coordinates = SummarizeCoordinates(cloud);
  result.particles = std::move(cloud.position);
  result.log_weights = std::move(cloud.log_weight);
  return absl::OkStatus();
}

}  // namespace ttflow
