#include "core/sampler/tempered_pass.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "core/foundation/status_macros.h"
#include "core/path/tempered_energy.h"

namespace ttflow {

TemperedPass::TemperedPass(int number,
                           const Density& base,
                           CountingEnergy& energy,
                           const EvaluationBudget& budget,
                           const RandomKey& key,
                           const Executor& executor)
    : number_(number),
      base_(base),
      energy_(energy),
      budget_(budget),
      key_(key),
      executor_(executor) {}

absl::Status TemperedPass::Start(Index count, Interrupter& interrupter) {
  TemperedEnergy energy(base_, energy_, executor_, interrupter);
  TTFLOW_ASSIGN_OR_RETURN(state_,
                          StartPass(count, energy, key_.AtStage(number_, 0)));
  return absl::OkStatus();
}

absl::StatusOr<StageModel> TemperedPass::PlanAndExecute(
    StagePlanner& planner, Interrupter& interrupter, StageInfo& info) {
  TemperedEnergy energy(base_, energy_, executor_, interrupter);
  const RandomKey key = key_.AtStage(number_, num_stages_ + 1);
  TTFLOW_ASSIGN_OR_RETURN(StagePlan plan,
                          planner.Plan(state_, key, executor_, interrupter));
  for (;;) {
    TTFLOW_RETURN_IF_ERROR(CheckBudget(plan.model));
    // A flow's step is tentative: only the accepted model is returned.
    PassState trial = state_;
    TTFLOW_ASSIGN_OR_RETURN(
        info.conditional_ess,
        AdvanceParticles(plan.model, StageMode::kTraining, energy, trial));
    std::optional<StagePlan> shorter =
        planner.Replan(state_, plan, info.conditional_ess);
    if (!shorter.has_value()) {
      state_ = std::move(trial);
      break;
    }
    plan = *std::move(shorter);
  }
  TTFLOW_ASSIGN_OR_RETURN(
      const RepairInfo repair,
      RepairParticles(plan.model, energy, key, state_, &before_));
  planner.Observe(plan, info.conditional_ess, repair);
  info.dt_without_flow = plan.dt_without_flow;
  info.validation_r2 = plan.validation_r2;
  info.ranks = std::move(plan.ranks);
  Describe(plan.model, repair, info);
  ++num_stages_;
  return std::move(plan.model);
}

absl::Status TemperedPass::Execute(const StageModel& stage,
                                   Interrupter& interrupter,
                                   StageInfo& info) {
  TTFLOW_RETURN_IF_ERROR(CheckBudget(stage));
  TemperedEnergy energy(base_, energy_, executor_, interrupter);
  TTFLOW_ASSIGN_OR_RETURN(
      info.conditional_ess,
      AdvanceParticles(stage, StageMode::kFrozen, energy, state_));
  TTFLOW_ASSIGN_OR_RETURN(
      const RepairInfo repair,
      RepairParticles(stage,
                      energy,
                      key_.AtStage(number_, num_stages_ + 1),
                      state_,
                      &before_));
  Describe(stage, repair, info);
  ++num_stages_;
  return absl::OkStatus();
}

absl::Status TemperedPass::CheckBudget(const StageModel& stage) const {
  const std::int64_t per_move =
      stage.moves.kind == MoveKind::kHmc ? stage.moves.num_leapfrog_steps : 1;
  return budget_.Check(
      state_.particles.num_particles() *
      (per_move * stage.moves.count + (stage.transport.has_value() ? 1 : 0)));
}

void TemperedPass::Describe(const StageModel& stage,
                            const RepairInfo& repair,
                            StageInfo& info) const {
  info.pass = number_;
  info.stage = num_stages_;
  info.t = stage.t_to;
  info.dt = stage.t_to - stage.t_from;
  info.flow_used = stage.transport.has_value();
  info.weight_ess_fraction = repair.weight_ess_fraction;
  info.resampled = repair.resampled;
  info.acceptance_rate = repair.moves.acceptance_rate;
  info.step_size = stage.moves.step_size;
  info.log_evidence = state_.LogEvidence();
  info.counts = energy_.counts();
}

}  // namespace ttflow
