#include "core/sampler/sampler.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/density/density.h"
#include "core/foundation/check.h"
#include "core/foundation/status_macros.h"
#include "core/math/weighted_moments.h"
#include "core/particles/weights.h"
#include "core/sampler/density_search.h"
#include "core/sampler/execute_stage.h"
#include "core/sampler/importance_pass.h"
#include "core/sampler/result_summary.h"
#include "core/sampler/stage_planner.h"
#include "core/sampler/wide_base.h"

namespace ttflow {
namespace {

constexpr int kPilotPass = 0;
constexpr int kTrainingPass = 1;
constexpr int kFirstFrozenPass = 2;

// The pilot only has to find where the mass is.
constexpr Index kPilotParticles = 512;
constexpr double kPilotEss = 0.6;
// The fitted base is wider than the pilot's cloud by this factor.
constexpr double kBaseWidening = 1.25;

// A found density whose draws have a smaller ESS fraction is not worth drawing
// from: the path is then carried on with a flow.
constexpr double kUsableEss = 0.03;
constexpr Index kLeastDraws = 8192;

// Rough shares of the work, for the progress figure alone.
constexpr double kPilotShare = 0.05;
constexpr double kSearchShare = 0.8;

class TemperedSampler final : public Sampler {
 public:
  TemperedSampler(std::shared_ptr<const Energy> energy,
                  const SamplerOptions& options,
                  std::shared_ptr<const Model> trained,
                  Index num_frozen,
                  const Executor& executor)
      : executor_(executor),
        options_(options),
        energy_(std::move(energy), executor),
        key_(options.seed),
        num_frozen_(num_frozen),
        training_(trained == nullptr),
        model_(trained != nullptr ? std::move(trained) : nullptr) {}

  absl::Status Step(Interrupter& interrupter) override {
    TTFLOW_CHECK(!finished_);
    absl::Status status = RunStage(interrupter);
    if (!status.ok()) finished_ = true;
    return status;
  }

  bool done() const override { return finished_; }
  const std::vector<StageInfo>& stages() const override { return stages_; }
  std::shared_ptr<const Model> model() const override { return model_; }

  double progress() const override {
    if (finished_) return 1;
    if (draws_.has_value()) {
      const double first = training_ ? kSearchShare : 0;
      return first + (1 - first) * draws_->progress();
    }
    if (search_.has_value()) return kSearchShare * search_->t();
    if (!state_.has_value()) return 0;
    if (pass_ == kPilotPass) return kPilotShare * state_->t;
    const double passes =
        static_cast<double>(num_frozen_) + (training_ ? 1 : 0);
    const double passed =
        pass_ - (training_ ? kTrainingPass : kFirstFrozenPass);
    const double first = training_ ? kPilotShare : 0;
    return first + (1 - first) * (passed + state_->t) / passes;
  }

  SampleResult TakeResult() override {
    TTFLOW_CHECK(finished_ && result_.has_value());
    SampleResult result = *std::move(result_);
    result_.reset();
    return result;
  }

 private:
  absl::Status RunStage(Interrupter& interrupter) {
    if (!started_) TTFLOW_RETURN_IF_ERROR(StartRun(interrupter));
    if (draws_.has_value()) return RunDraws(interrupter);
    if (search_.has_value()) return RunSearch(interrupter);
    TemperedEnergy energy(*base_, energy_, executor_, interrupter);
    const RandomKey key = key_.AtStage(pass_, stage_ + 1);
    StageInfo info;
    if (planner_.has_value()) {
      TTFLOW_RETURN_IF_ERROR(PlanAndExecute(energy, key, info));
    } else {
      const StageModel& stage = model_->stages[stage_];
      TTFLOW_RETURN_IF_ERROR(CheckBudget(stage));
      TTFLOW_ASSIGN_OR_RETURN(
          info.conditional_ess,
          AdvanceParticles(stage, StageMode::kFrozen, energy, *state_));
      TTFLOW_ASSIGN_OR_RETURN(
          const RepairInfo repair,
          RepairParticles(stage, energy, key, *state_, &before_));
      Describe(stage, repair, info);
    }
    stages_.push_back(std::move(info));
    ++stage_;
    if (state_->t == 1) return FinishPass(interrupter);
    if (planner_.has_value() && stage_ >= options_.schedule.max_stages) {
      return absl::FailedPreconditionError(
          absl::StrCat("no end after ",
                       stage_,
                       " stages, t = ",
                       state_->t,
                       "; raise schedule.max_stages, lower "
                       "schedule.conditional_ess, or give a base"));
    }
    return absl::OkStatus();
  }

  // Finds the base (a run that trains) and starts the first pass.
  absl::Status StartRun(Interrupter& interrupter) {
    started_ = true;
    if (!training_ && model_->density != nullptr) {
      StartDraws(ChooseNumDraws(model_->density_ess_fraction,
                                options_.num_particles,
                                options_.num_particles,
                                options_.num_samples));
      return absl::OkStatus();
    }
    if (!training_) {
      base_ = MakeBase(model_->base);
      return StartPassNumber(
          kFirstFrozenPass, options_.num_particles, interrupter);
    }
    TTFLOW_ASSIGN_OR_RETURN(
        base_parameters_,
        FindWideBase(
            energy_, options_.base, key_.AtStage(kPilotPass, 0), interrupter));
    base_ = MakeBase(base_parameters_);
    if (options_.density.mode == DensityMode::kOn) {
      search_.emplace(options_.density, *base_, energy_, key_, executor_);
      return absl::OkStatus();
    }
    if (!options_.base.scale.empty()) {
      return StartTraining(interrupter);
    }
    SamplerOptions pilot = options_;
    pilot.flow.mode = FlowMode::kOff;
    pilot.schedule.conditional_ess =
        std::min(kPilotEss, options_.schedule.conditional_ess);
    pilot.moves.count = 1;
    pilot.moves.final_count = 0;
    planner_.emplace(pilot, energy_.dimension());
    return StartPassNumber(kPilotPass,
                           std::min(kPilotParticles, options_.num_particles),
                           interrupter);
  }

  absl::Status RunSearch(Interrupter& interrupter) {
    TTFLOW_RETURN_IF_ERROR(CheckBudget(search_->NextEvaluations()));
    StageInfo info;
    TTFLOW_RETURN_IF_ERROR(search_->Step(interrupter, info));
    info.pass = kPilotPass;
    info.counts = energy_.counts();
    stages_.push_back(std::move(info));
    if (!search_->done()) return absl::OkStatus();
    const FoundDensity& found = search_->found();
    if (found.ess_fraction >= kUsableEss) {
      auto model = std::make_shared<Model>();
      model->base = base_parameters_;
      model->num_particles = options_.num_particles;
      model->density = found.density;
      model->density_ess_fraction = found.ess_fraction;
      routes_ = found.routes;
      model_ = std::move(model);
      StartDraws(
          ChooseNumDraws(found.ess_fraction,
                         std::min(kLeastDraws, options_.density.num_draws),
                         options_.density.num_draws,
                         options_.num_samples));
      search_.reset();
      return absl::OkStatus();
    }
    before_.position = search_->position();
    before_.log_weight = Vector::Zero(before_.position.rows());
    search_.reset();
    FitBaseToPilot();
    return StartTraining(interrupter);
  }

  void StartDraws(Index num_draws) {
    draws_.emplace(
        model_->density, num_draws, key_.AtStage(kFirstFrozenPass, 0));
  }

  absl::Status RunDraws(Interrupter& interrupter) {
    TTFLOW_RETURN_IF_ERROR(CheckBudget(draws_->NextBatch()));
    StageInfo info;
    TTFLOW_RETURN_IF_ERROR(draws_->Step(energy_, executor_, interrupter, info));
    info.pass = kFirstFrozenPass;
    info.counts = energy_.counts();
    stages_.push_back(std::move(info));
    if (!draws_->done()) return absl::OkStatus();
    SampleResult result;
    TTFLOW_RETURN_IF_ERROR(
        (*std::move(draws_)).Finish(options_.num_samples, result));
    result.counts = energy_.counts();
    result.warnings = FindDoubts({}, stages_, result);
    for (Warning& doubt : FindImportanceDoubts(routes_, result)) {
      result.warnings.push_back(std::move(doubt));
    }
    result_ = std::move(result);
    finished_ = true;
    return absl::OkStatus();
  }

  absl::Status StartTraining(Interrupter& interrupter) {
    planner_.emplace(options_, energy_.dimension());
    growing_ = std::make_shared<Model>();
    growing_->base = base_parameters_;
    growing_->num_particles = options_.num_particles;
    return StartPassNumber(kTrainingPass, options_.num_particles, interrupter);
  }

  absl::Status StartPassNumber(int pass,
                               Index count,
                               Interrupter& interrupter) {
    pass_ = pass;
    stage_ = 0;
    TemperedEnergy energy(*base_, energy_, executor_, interrupter);
    TTFLOW_ASSIGN_OR_RETURN(state_,
                            StartPass(count, energy, key_.AtStage(pass, 0)));
    return absl::OkStatus();
  }

  absl::Status PlanAndExecute(TemperedEnergy& energy,
                              const RandomKey& key,
                              StageInfo& info) {
    TTFLOW_ASSIGN_OR_RETURN(
        StagePlan plan,
        planner_->Plan(*state_, key, executor_, energy.interrupter()));
    for (;;) {
      TTFLOW_RETURN_IF_ERROR(CheckBudget(plan.model));
      // A flow's step is tentative: only the accepted model is recorded.
      PassState trial = *state_;
      TTFLOW_ASSIGN_OR_RETURN(
          info.conditional_ess,
          AdvanceParticles(plan.model, StageMode::kTraining, energy, trial));
      std::optional<StagePlan> shorter =
          planner_->Replan(*state_, plan, info.conditional_ess);
      if (!shorter.has_value()) {
        *state_ = std::move(trial);
        break;
      }
      plan = *std::move(shorter);
    }
    TTFLOW_ASSIGN_OR_RETURN(
        const RepairInfo repair,
        RepairParticles(plan.model, energy, key, *state_, &before_));
    planner_->Observe(plan, info.conditional_ess, repair);
    info.dt_without_flow = plan.dt_without_flow;
    info.validation_r2 = plan.validation_r2;
    info.ranks = plan.ranks;
    Describe(plan.model, repair, info);
    if (pass_ == kTrainingPass) {
      if (plan.model.transport.has_value())
        plan.model.transport->fold_potential = {};
      growing_->stages.push_back(std::move(plan.model));
    }
    return absl::OkStatus();
  }

  void Describe(const StageModel& stage,
                const RepairInfo& repair,
                StageInfo& info) const {
    info.pass = pass_;
    info.stage = stage_;
    info.t = stage.t_to;
    info.dt = stage.t_to - stage.t_from;
    info.flow_used = stage.transport.has_value();
    info.weight_ess_fraction = repair.weight_ess_fraction;
    info.resampled = repair.resampled;
    info.acceptance_rate = repair.moves.acceptance_rate;
    info.step_size = stage.moves.step_size;
    info.log_evidence = state_->LogEvidence();
    info.counts = energy_.counts();
  }

  absl::Status CheckBudget(const StageModel& stage) const {
    const std::int64_t per_move =
        stage.moves.kind == MoveKind::kHmc ? stage.moves.num_leapfrog_steps : 1;
    return CheckBudget(
        state_->particles.num_particles() *
        (per_move * stage.moves.count + (stage.transport.has_value() ? 1 : 0)));
  }

  absl::Status CheckBudget(std::int64_t needed) const {
    if (options_.max_energy_evaluations == 0) return absl::OkStatus();
    const std::int64_t spent = energy_.counts().num_energy_evaluations;
    if (spent + needed <= options_.max_energy_evaluations)
      return absl::OkStatus();
    return absl::FailedPreconditionError(
        absl::StrCat("max_energy_evaluations = ",
                     options_.max_energy_evaluations,
                     " does not suffice: ",
                     spent,
                     " are spent and the next stage needs ",
                     needed));
  }

  absl::Status FinishPass(Interrupter& interrupter) {
    if (pass_ == kPilotPass) {
      FitBaseToPilot();
      return StartTraining(interrupter);
    }
    const PassEvidence evidence = SummarizePass(*state_, before_);
    clouds_.push_back(state_->particles.position);
    if (pass_ == kTrainingPass) {
      training_evidence_.push_back(evidence);
      model_ = std::exchange(growing_, nullptr);
      planner_.reset();
    } else {
      frozen_evidence_.push_back(evidence);
    }
    if (!first_cloud_.has_value()) first_cloud_ = std::move(before_);
    if (static_cast<Index>(frozen_evidence_.size()) < num_frozen_) {
      return StartPassNumber(
          kFirstFrozenPass + static_cast<int>(frozen_evidence_.size()),
          model_->num_particles > 0 && training_ ? model_->num_particles
                                                 : options_.num_particles,
          interrupter);
    }
    MakeResult();
    finished_ = true;
    return absl::OkStatus();
  }

  // A Gaussian base about the wide centre, wider than the pilot's weighted
  // cloud. Second moments about the *wide* centre: where the pilot has lost all
  // modes of a coordinate but one, its own mean and variance would lose them
  // for good.
  void FitBaseToPilot() {
    const Vector weights = NormalizedWeights(before_.log_weight);
    const Vector deviation =
        ((before_.position.rowwise() - base_parameters_.mean.transpose())
             .array()
             .square()
             .matrix()
             .transpose() *
         weights)
            .cwiseSqrt();
    // A coordinate on which the pilot has collapsed keeps the wide scale.
    for (Index k = 0; k < deviation.size(); ++k) {
      if (deviation[k] > 1e-6 * base_parameters_.scale[k]) {
        base_parameters_.scale[k] = kBaseWidening * deviation[k];
      }
    }
    base_ = MakeBase(base_parameters_);
  }

  void MakeResult() {
    SampleResult result;
    result.samples = SelectSamples();
    result.coordinates = SummarizeCoordinates(*first_cloud_);
    result.weight_ess_fraction = WeightEssFraction(first_cloud_->log_weight);
    result.particles = std::move(first_cloud_->position);
    result.log_weights = std::move(first_cloud_->log_weight);
    result.counts = energy_.counts();
    CombineEvidence(training_evidence_, frozen_evidence_, result);
    std::vector<PassEvidence> passes = training_evidence_;
    passes.insert(
        passes.end(), frozen_evidence_.begin(), frozen_evidence_.end());
    result.warnings = FindDoubts(passes, stages_, result);
    result_ = std::move(result);
  }

  // The wanted number of samples, without replacement, evenly from all clouds.
  Matrix SelectSamples() const {
    Matrix samples(options_.num_samples, energy_.dimension());
    const auto num_clouds = static_cast<Index>(clouds_.size());
    Index filled = 0;
    for (Index c = 0; c < num_clouds; ++c) {
      const Matrix& cloud = clouds_[c];
      const Index wanted = (options_.num_samples - filled) / (num_clouds - c);
      // The last cloud takes the remainder of the division.
      const Index take =
          std::min(c + 1 == num_clouds ? options_.num_samples - filled : wanted,
                   cloud.rows());
      std::vector<Index> order(cloud.rows());
      for (Index i = 0; i < cloud.rows(); ++i) order[i] = i;
      RandomStream stream = key_.Stream(Purpose::kSample, 0, c);
      for (Index i = 0; i < take; ++i) {
        std::swap(
            order[i],
            order[i + static_cast<Index>(stream.Below(cloud.rows() - i))]);
        samples.row(filled + i) = cloud.row(order[i]);
      }
      filled += take;
    }
    TTFLOW_CHECK(filled == options_.num_samples);
    return samples;
  }

  const Executor& executor_;
  SamplerOptions options_;
  CountingEnergy energy_;
  RandomKey key_;
  Index num_frozen_;
  bool training_;
  BaseParameters base_parameters_;
  std::unique_ptr<Density> base_;
  bool started_ = false;
  std::optional<DensitySearch> search_;
  std::vector<RouteEvidence> routes_;
  std::optional<ImportancePass> draws_;
  std::optional<StagePlanner> planner_;
  std::shared_ptr<Model> growing_;
  std::shared_ptr<const Model> model_;
  int pass_ = kPilotPass;
  int stage_ = 0;
  std::optional<PassState> state_;
  WeightedCloud before_;
  std::optional<WeightedCloud> first_cloud_;
  std::vector<Matrix> clouds_;
  std::vector<StageInfo> stages_;
  std::vector<PassEvidence> training_evidence_;
  std::vector<PassEvidence> frozen_evidence_;
  std::optional<SampleResult> result_;
  bool finished_ = false;
};

Index DivideRoundUp(Index a, Index b) { return (a + b - 1) / b; }

}  // namespace

absl::StatusOr<std::unique_ptr<Sampler>> Sampler::Create(
    std::shared_ptr<const Energy> energy,
    const SamplerOptions& options,
    const Executor& executor) {
  const Violations violations = ValidateOptions(options, energy->dimension());
  if (!violations.empty()) {
    const Violation& first = violations.items().front();
    return absl::InvalidArgumentError(
        absl::StrCat(first.field, " ", first.description));
  }
  const SamplerOptions effective =
      EffectiveOptions(options, energy->dimension());
  const Index num_frozen = std::max<Index>(
      effective.evidence.frozen_batches,
      DivideRoundUp(effective.num_samples, effective.num_particles) - 1);
  return std::make_unique<TemperedSampler>(
      std::move(energy), effective, nullptr, num_frozen, executor);
}

absl::StatusOr<std::unique_ptr<Sampler>> Sampler::CreateDraw(
    std::shared_ptr<const Energy> energy,
    std::shared_ptr<const Model> model,
    const DrawOptions& options,
    const Executor& executor) {
  if (energy->dimension() != model->dimension()) {
    return absl::InvalidArgumentError(absl::StrCat("the flow has dimension ",
                                                   model->dimension(),
                                                   ", the target ",
                                                   energy->dimension()));
  }
  SamplerOptions run;
  run.num_samples = options.num_samples;
  run.num_particles =
      options.num_particles > 0 ? options.num_particles : model->num_particles;
  run.seed = options.seed;
  if (run.num_samples < 1 || run.num_particles < 1 ||
      (model->stages.empty() && model->density == nullptr)) {
    return absl::InvalidArgumentError(
        "a draw needs at least one sample, one particle and a trained flow");
  }
  const Index num_frozen = DivideRoundUp(run.num_samples, run.num_particles);
  return std::make_unique<TemperedSampler>(
      std::move(energy), run, std::move(model), num_frozen, executor);
}

}  // namespace ttflow
