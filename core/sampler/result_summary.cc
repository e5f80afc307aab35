#include "core/sampler/result_summary.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/evidence/standard_error.h"
#include "core/math/log_sum_exp.h"
#include "core/math/pareto_tail.h"
#include "core/math/weighted_moments.h"
#include "core/particles/weights.h"

namespace ttflow {
namespace {

constexpr int kTrainingPass = 1;
constexpr std::size_t kLeastBatches = 8;
constexpr Index kFewAncestors = 20;
constexpr double kLowEss = 0.1;
constexpr double kLowAcceptance = 0.05;
// A transport whose residual has more than half of the standard deviation of
// the bare weights leaves most of the work to the weights ...
constexpr double kWeakR2 = 0.75;
// ... which tells where they have become this uneven.
constexpr double kUnevenEss = 0.5;
// Tail index of weights that is too heavy, and the stricter one where few
// draws carry them.
constexpr double kHeavyTail = 0.7;
constexpr double kModerateTail = 0.5;
constexpr double kModerateEss = 0.5;
// A larger index is no better known than as that.
constexpr double kTrustedTail = 0.8;
constexpr double kDisagreement = 4;
constexpr double kLeastDisagreement = 0.02;

// The doubt that the weights, not the transport, have carried the particles:
// stages that used a transport of low held-out R^2, and weights that have
// become uneven at one of them or later, before they were next evened out.
std::vector<Warning> FindTransportDoubts(const std::vector<StageInfo>& stages) {
  int num_weak = 0;
  int num_used = 0;
  double least_r2 = 1;
  double least_r2_t = 0;
  double least_ess = 1;
  bool weak_since_resampling = false;
  for (const StageInfo& stage : stages) {
    // The pilot's particles end with it; a frozen pass repeats what is known.
    if (stage.pass != kTrainingPass) continue;
    num_used += stage.flow_used;
    if (stage.flow_used && stage.validation_r2 < kWeakR2) {
      ++num_weak;
      weak_since_resampling = true;
      if (stage.validation_r2 < least_r2) {
        least_r2 = stage.validation_r2;
        least_r2_t = stage.t;
      }
    }
    if (weak_since_resampling) {
      least_ess = std::min(least_ess, stage.weight_ess_fraction);
    }
    if (stage.resampled) weak_since_resampling = false;
  }
  if (num_weak == 0 || least_ess >= kUnevenEss) return {};
  return {{"FLOW_DISTRUSTED",
           absl::StrFormat(
               "at %d of the %d stages that used the transport it explains "
               "less than %.0f %% of the change of the energy (held-out R^2 "
               "down to %.2f at t = %.2g), and the effective sample size of "
               "the weights fell to %.0f %%: mass that it could not carry, "
               "between separated modes for instance, was carried by weights; "
               "compare with --flow off, or use more particles",
               num_weak,
               num_used,
               100 * kWeakR2,
               least_r2,
               least_r2_t,
               100 * least_ess)}};
}

// What was spent before the first pass or draw that the result rests on: a look
// from far outside may well meet energies that overflow.
EvaluationCounts CountsOfTheSearch(const std::vector<StageInfo>& stages) {
  EvaluationCounts counts;
  for (const StageInfo& stage : stages) {
    if (stage.pass == 0) counts = stage.counts;
  }
  return counts;
}

}  // namespace

const char* EvidenceEstimatorName(EvidenceEstimator estimator) {
  switch (estimator) {
    case EvidenceEstimator::kSmcProduct:
      return "smc_product";
    case EvidenceEstimator::kFrozenBatches:
      return "frozen_batches";
    case EvidenceEstimator::kImportance:
      return "importance";
  }
  return "unknown";
}

PassEvidence SummarizePass(const PassState& state,
                           const WeightedCloud& before) {
  PassEvidence pass;
  // At t = 1 every pass resamples, so the product is complete; that resampling
  // comes after the weights that the error reads.
  pass.log_evidence = state.log_evidence_at_resampling;
  pass.num_particles = before.log_weight.size();
  const LeeWhiteleyError error = LeeWhiteley(before.log_weight,
                                             before.eve,
                                             state.num_first_ancestors,
                                             state.resampling_noise);
  pass.standard_error = error.standard_error;
  pass.num_ancestors = error.num_ancestors;
  return pass;
}

std::vector<CoordinateSummary> SummarizeCoordinates(
    const WeightedCloud& cloud) {
  const Vector weights = NormalizedWeights(cloud.log_weight);
  const Eigen::Map<const Vector> probabilities(kSummaryQuantiles,
                                               std::size(kSummaryQuantiles));
  const Vector mean = WeightedMean(cloud.position, weights);
  const Vector variance = WeightedVariance(cloud.position, weights);
  std::vector<CoordinateSummary> coordinates;
  for (Index k = 0; k < cloud.position.cols(); ++k) {
    const Vector quantiles =
        WeightedQuantiles(cloud.position.col(k), weights, probabilities);
    coordinates.push_back(
        {mean[k],
         std::sqrt(variance[k]),
         std::vector<double>(quantiles.begin(), quantiles.end())});
  }
  return coordinates;
}

void CombineEvidence(const std::vector<PassEvidence>& training,
                     const std::vector<PassEvidence>& frozen,
                     SampleResult& result) {
  if (frozen.size() >= kLeastBatches) {
    std::vector<double> batches;
    for (const PassEvidence& pass : frozen)
      batches.push_back(pass.log_evidence);
    const BatchEvidence combined = CombineBatches(batches);
    result.log_evidence = combined.log_evidence;
    result.log_evidence_standard_error = combined.standard_error;
    result.estimator = EvidenceEstimator::kFrozenBatches;
    return;
  }
  std::vector<PassEvidence> passes = training;
  passes.insert(passes.end(), frozen.begin(), frozen.end());
  Vector log_evidence(static_cast<Index>(passes.size()));
  for (std::size_t i = 0; i < passes.size(); ++i) {
    log_evidence[static_cast<Index>(i)] = passes[i].log_evidence;
  }
  result.log_evidence = LogMeanExp(log_evidence);
  // Error of the mean of Z, each with weight 1 / n fixed in advance.
  double variance = 0;
  for (const PassEvidence& pass : passes) {
    const double share = std::exp(pass.log_evidence - result.log_evidence) /
                         static_cast<double>(passes.size());
    variance += share * share * pass.standard_error * pass.standard_error;
  }
  result.log_evidence_standard_error = std::sqrt(variance);
  result.estimator = EvidenceEstimator::kSmcProduct;
}

std::vector<Warning> FindDoubts(const std::vector<PassEvidence>& passes,
                                const std::vector<StageInfo>& stages,
                                const SampleResult& result) {
  std::vector<Warning> warnings;
  if (result.weight_ess_fraction < kLowEss) {
    warnings.push_back(
        {"LOW_ESS",
         absl::StrFormat(
             "the final weights have an effective sample size of %.1f %%; "
             "use more particles (density.num_particles for a search) or a "
             "higher schedule.conditional_ess",
             100 * result.weight_ess_fraction)});
  }
  const auto fewest =
      std::min_element(passes.begin(),
                       passes.end(),
                       [](const PassEvidence& a, const PassEvidence& b) {
                         return a.num_ancestors < b.num_ancestors;
                       });
  if (fewest != passes.end() && fewest->num_ancestors < kFewAncestors) {
    warnings.push_back({"FEW_ANCESTORS",
                        absl::StrCat("all particles of a pass descend from ",
                                     fewest->num_ancestors,
                                     " first draws: the error of log Z is "
                                     "itself uncertain; use more particles "
                                     "or more moves")});
  }
  const EvaluationCounts looked = CountsOfTheSearch(stages);
  const std::int64_t lost = result.counts.num_nonfinite - looked.num_nonfinite;
  if (lost > 0) {
    warnings.push_back(
        {"NONFINITE_ENERGIES",
         absl::StrCat(
             lost,
             " of ",
             result.counts.num_energy_evaluations -
                 looked.num_energy_evaluations,
             " energies were not finite; those points have weight zero")});
  }
  double lowest = 1;
  for (const StageInfo& stage : stages) {
    // The pilot's only task is to find where the mass is.
    if (stage.pass > 0 && stage.acceptance_rate > 0)
      lowest = std::min(lowest, stage.acceptance_rate);
  }
  if (lowest < kLowAcceptance) {
    warnings.push_back(
        {"LOW_ACCEPTANCE",
         absl::StrFormat(
             "moves were accepted at a rate of only %.1f %% at one stage",
             100 * lowest)});
  }
  for (Warning& warning : FindTransportDoubts(stages)) {
    warnings.push_back(std::move(warning));
  }
  return warnings;
}

std::vector<Warning> FindTailDoubts(const SampleResult& result) {
  const double tail_index = ParetoTailIndex(result.log_weights);
  const double most =
      result.weight_ess_fraction < kModerateEss ? kModerateTail : kHeavyTail;
  if (!(tail_index > most)) return {};
  // The mass beyond the largest weight, if the tail goes on as it is fitted: a
  // mean excess of the size of that weight over 1 - k, once in all draws.
  const double beyond = NormalizedWeights(result.log_weights).maxCoeff() /
                        (1 - std::min(tail_index, kTrustedTail));
  if (beyond < result.log_evidence_standard_error) return {};
  return {{"HEAVY_TAIL",
           absl::StrFormat(
               "the tail of the weights is heavy (index %.2f): the fitted "
               "density misses some of the target, log Z may be too low and "
               "its error too small",
               tail_index)}};
}

std::vector<Warning> FindRouteDoubts(const std::vector<RouteEvidence>& routes,
                                     SampleResult& result) {
  const double error = result.log_evidence_standard_error;
  const RouteEvidence* worst = nullptr;
  double largest = kLeastDisagreement;
  for (const RouteEvidence& route : routes) {
    const double difference =
        std::abs(route.log_evidence - result.log_evidence);
    if (difference > kDisagreement * std::hypot(error, route.standard_error) &&
        difference > largest) {
      largest = difference;
      worst = &route;
    }
  }
  if (worst == nullptr) return {};
  result.log_evidence_standard_error = std::hypot(error, 0.5 * largest);
  return {{"ROUTES_DISAGREE",
           absl::StrFormat(
               "log Z by %s is %.4g +- %.2g, in the end %.4g +- %.2g: one of "
               "them has missed modes or tails; run again with another seed "
               "and a larger density.num_particles",
               worst->name,
               worst->log_evidence,
               worst->standard_error,
               result.log_evidence,
               error)}};
}

void AddDoubts(const std::vector<PassEvidence>& passes,
               const std::vector<StageInfo>& stages,
               const std::vector<RouteEvidence>& routes,
               SampleResult& result) {
  const auto add = [&](std::vector<Warning> warnings) {
    std::move(
        warnings.begin(), warnings.end(), std::back_inserter(result.warnings));
  };
  add(FindDoubts(passes, stages, result));
  if (result.estimator == EvidenceEstimator::kImportance) {
    add(FindTailDoubts(result));
  }
  add(FindRouteDoubts(routes, result));
}

}  // namespace ttflow
