// DrawPlan: how many draws of a found density a run makes.

#ifndef TTFLOW_CORE_SAMPLER_DRAW_PLAN_H_
#define TTFLOW_CORE_SAMPLER_DRAW_PLAN_H_

#include <cstdint>

#include "absl/status/status.h"
#include "core/foundation/interrupter.h"
#include "core/sampler/sampler_options.h"
#include "core/sampler/summary.h"

namespace ttflow {

// Returns how many draws give a standard error of log Z of about `wanted_error`
// at an ESS fraction of `ess_fraction`, within [least, most], and at least as
// many as `num_samples` equally weighted samples need.
Index ChooseNumDraws(double wanted_error,
                     double ess_fraction,
                     Index least,
                     Index most,
                     Index num_samples);

// Decides on draws by the wanted error of log Z, what samples need, and the
// limits in evaluations and time; remembers what limits cut off, for the
// warnings.
class DrawPlan {
 public:
  explicit DrawPlan(const SamplerOptions& options) : options_(options) {}

  // Draws of a density that a search has found with `ess_fraction`; `remaining`
  // are the evaluations that the budget leaves.
  Index First(double ess_fraction, std::int64_t remaining);

  // Further draws after `count` of them gave log Z with `standard_error`; 0
  // where the wanted error is reached, none was given, or no more are allowed.
  Index More(Index count, double standard_error, std::int64_t remaining);

  // kFailedPrecondition once the time of the run (max_seconds) is over, with a
  // message for a user who gets no result.
  absl::Status CheckTime(Interrupter& interrupter);

  // Adds BUDGET_REACHED and ERROR_NOT_REACHED to the warnings of `result` where
  // they apply.
  void AddDoubts(SampleResult& result) const;

 private:
  Index MostDraws() const;

  SamplerOptions options_;
  bool shortened_ = false;  // by the evaluations
  bool out_of_time_ = false;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_DRAW_PLAN_H_
