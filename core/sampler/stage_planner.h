// StagePlanner: looks at the particles and decides everything about the next
// stage.

#ifndef TTFLOW_CORE_SAMPLER_STAGE_PLANNER_H_
#define TTFLOW_CORE_SAMPLER_STAGE_PLANNER_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "core/foundation/executor.h"
#include "core/foundation/interrupter.h"
#include "core/foundation/random.h"
#include "core/sampler/execute_stage.h"
#include "core/sampler/sampler_options.h"
#include "core/sampler/stage_model.h"

namespace ttflow {

// A decision and what it rests on.
struct StagePlan {
  StageModel model;
  double dt_without_flow = 0;  // the step that the bare weights allow
  double predicted_ess =
      0;  // conditional ESS expected, without the discretisation's loss
  bool flow_fitted = false;
  double validation_r2 = 0;  // of the fit, 0 where none was made
  std::vector<Index> ranks;  // of its train
};

// Adapts between stages from what it observes, never inside one. Deterministic:
// the same particles, options and key give the same plan.
//
// A step is chosen for the wanted conditional ESS: without a flow from the bare
// increments -dt h; with a flow from the cross-fitted residual -dt rho times a
// discretisation term 1 / (1 + kappa (dt / dt_bare)^4) learned from the last
// shortfall (docs/method.md section 3).
class StagePlanner {
 public:
  // `options` are effective ones (EffectiveOptions).
  StagePlanner(const SamplerOptions& options, Index dimension);

  // Plans the stage that starts at state.t. Errors: the interrupter's.
  absl::StatusOr<StagePlan> Plan(const PassState& state,
                                 const RandomKey& key,
                                 const Executor& executor,
                                 Interrupter& interrupter);

  // Plans the same stage again after a tentative step with `plan` reached only
  // `conditional_ess`: half the flow's step, or none where that gains nothing.
  // nullopt: the step is good enough, keep it.
  std::optional<StagePlan> Replan(const PassState& state,
                                  const StagePlan& plan,
                                  double conditional_ess);

  // Learns from an executed stage.
  void Observe(const StagePlan& plan,
               double conditional_ess,
               const RepairInfo& repair);

 private:
  struct Fitted {
    Coordinates coordinates;
    FitResult result;
    double hessian = 0;  // largest |H v| / |v| along the field, 99.9 % quantile
    Vector weights;      // at the time of the fit, sum 1
  };

  // The weighted particles looked ahead to the time at which the field is
  // fitted.
  absl::StatusOr<std::optional<Fitted>> FitFlow(const PassState& state,
                                                double t_fit,
                                                const Vector& weights,
                                                CoordinateKind kind,
                                                const RandomKey& key,
                                                const Executor& executor,
                                                Interrupter& interrupter);
  // Fits in the present kind of coordinates and, now and then, in the other.
  absl::StatusOr<std::optional<Fitted>> FitInBestCoordinates(
      const PassState& state,
      double t_fit,
      const Vector& weights,
      const RandomKey& key,
      const Executor& executor,
      Interrupter& interrupter);
  // The largest step that the fitted flow allows.
  double FlowStep(const Fitted& fitted,
                  double dt_bare,
                  double limit,
                  double& predicted_ess) const;
  bool FlowPays(double dt_flow, double dt_bare) const;
  void SetTime(StageModel& stage, double t_from, double dt) const;
  MoveSettings PlanMoves(const PassState& state,
                         double dt,
                         bool transported,
                         bool last) const;

  SamplerOptions options_;
  Index dimension_;
  double step_size_;
  // The flow's step in units of the bare one: its discretisation term, its
  // longest allowed value and its last.
  double kappa_ = 0;
  double longest_ratio_ = 4;
  double last_ratio_ = 1;
  CoordinateKind coordinates_ = CoordinateKind::kDiagonal;
  int fits_since_comparison_ = 0;
  bool compared_ = false;
  std::optional<FitResult> previous_fit_;
  // `auto`: stages to pass over before the next fit, and how many next time.
  int stages_to_skip_ = 0;
  int next_skip_ = 1;
  // The same for the interaction train, in fits.
  int train_pause_ = 0;
  int next_train_pause_ = 1;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_STAGE_PLANNER_H_
