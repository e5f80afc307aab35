// TemperedPass: one cloud's way from a base at t = 0 to the target at t = 1.

#ifndef TTFLOW_CORE_SAMPLER_TEMPERED_PASS_H_
#define TTFLOW_CORE_SAMPLER_TEMPERED_PASS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/density/density.h"
#include "core/energy/counting_energy.h"
#include "core/foundation/executor.h"
#include "core/foundation/interrupter.h"
#include "core/foundation/random.h"
#include "core/sampler/evaluation_budget.h"
#include "core/sampler/execute_stage.h"
#include "core/sampler/stage_model.h"
#include "core/sampler/stage_planner.h"
#include "core/sampler/summary.h"

namespace ttflow {

// Executes stages that a planner makes or that a model has recorded; which of
// them, and what follows the pass, is the caller's.
//
// Random: the streams of AtStage(number, 0) of the run's key for the base, of
//         AtStage(number, 1 + stage) for each stage.
class TemperedPass {
 public:
  // `number` is StageInfo::pass; `key` that of the run. `base`, `energy` and
  // `executor` must outlive the object.
  TemperedPass(int number,
               const Density& base,
               CountingEnergy& energy,
               const EvaluationBudget& budget,
               const RandomKey& key,
               const Executor& executor);

  // Draws and evaluates `count` particles of the base. Call first, once.
  // Errors: the energy's and the interrupter's.
  absl::Status Start(Index count, Interrupter& interrupter);

  // Plans a stage and executes it, again with a shorter step where a flow's
  // falls short; tells the planner how it went. Returns the stage's model, the
  // potentials of both folds in it, and describes it in `info`.
  // Errors: as Start, the budget's, and kFailedPrecondition if no particle has
  //         a positive weight.
  absl::StatusOr<StageModel> PlanAndExecute(StagePlanner& planner,
                                            Interrupter& interrupter,
                                            StageInfo& info);

  // Executes a recorded stage: the same map for all particles. Errors: as
  // PlanAndExecute.
  absl::Status Execute(const StageModel& stage,
                       Interrupter& interrupter,
                       StageInfo& info);

  int number() const { return number_; }
  int num_stages() const { return num_stages_; }  // executed
  double t() const { return state_.t; }
  bool done() const { return state_.t == 1; }
  const PassState& state() const { return state_; }
  // The cloud as it was before the last stage's resampling.
  const WeightedCloud& before() const { return before_; }

 private:
  absl::Status CheckBudget(const StageModel& stage) const;
  void Describe(const StageModel& stage,
                const RepairInfo& repair,
                StageInfo& info) const;

  int number_;
  const Density& base_;
  CountingEnergy& energy_;
  EvaluationBudget budget_;
  RandomKey key_;
  const Executor& executor_;
  int num_stages_ = 0;
  PassState state_;
  WeightedCloud before_;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_TEMPERED_PASS_H_
