// Result summary: what a finished run says about its cloud, and its doubts.

#ifndef TTFLOW_CORE_SAMPLER_RESULT_SUMMARY_H_
#define TTFLOW_CORE_SAMPLER_RESULT_SUMMARY_H_

#include <vector>

#include "core/sampler/execute_stage.h"
#include "core/sampler/summary.h"

namespace ttflow {

// One finished pass as far as evidence goes.
struct PassEvidence {
  double log_evidence = 0;
  double standard_error = 0;  // Lee and Whiteley, of this pass alone
  Index num_particles = 0;
  Index num_ancestors = 0;  // first ancestors with descendants at the end
};

// Reads log Z and its error off a pass that has reached t = 1. `before` is the
// cloud before the last resampling.
PassEvidence SummarizePass(const PassState& state, const WeightedCloud& before);

// Weighted mean, standard deviation and quantiles of each coordinate.
std::vector<CoordinateSummary> SummarizeCoordinates(const WeightedCloud& cloud);

// Sets log evidence, its error and the estimator from the passes that trained
// (none or one) and the frozen ones. From 8 frozen passes on, the mean of their
// Z and its jackknife error; else the mean of all Z, with the passes' own
// errors.
void CombineEvidence(const std::vector<PassEvidence>& training,
                     const std::vector<PassEvidence>& frozen,
                     SampleResult& result);

// Returns what the engine has reason to doubt, with codes and in words: uneven
// final weights, few ancestors, energies that are not finite, moves that are
// not accepted, and a transport that was used though its held-out R^2 was below
// .75 where the ESS fraction of the weights then fell below a half.
std::vector<Warning> FindDoubts(const std::vector<PassEvidence>& passes,
                                const std::vector<StageInfo>& stages,
                                const SampleResult& result);

// All doubts below and those of FindDoubts that apply to `result`, added to its
// warnings; may widen its error.
void AddDoubts(const std::vector<PassEvidence>& passes,
               const std::vector<StageInfo>& stages,
               const std::vector<RouteEvidence>& routes,
               SampleResult& result);

// Doubts about independent weighted draws: a heavy tail of the weights (tail
// index above 0.7, Vehtari et al. 2024; above 0.5 where the ESS fraction is
// below a half) beyond whose largest weight more of Z may lie than the standard
// error says.
std::vector<Warning> FindTailDoubts(const SampleResult& result);

// The doubt that another route of the same run disagrees with log Z by more
// than four standard errors (and .02). It widens the standard error of `result`
// by half of the largest disagreement.
std::vector<Warning> FindRouteDoubts(const std::vector<RouteEvidence>& routes,
                                     SampleResult& result);

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_RESULT_SUMMARY_H_
