#include "core/sampler/tempered_sampler.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/density/density.h"
#include "core/foundation/check.h"
#include "core/foundation/status_macros.h"
#include "core/particles/weights.h"
#include "core/sampler/draw_plan.h"
#include "core/sampler/evaluation_budget.h"
#include "core/sampler/importance_pass.h"
#include "core/sampler/mode_summary.h"
#include "core/sampler/pilot.h"
#include "core/sampler/result_summary.h"
#include "core/sampler/sample_selection.h"
#include "core/sampler/stage_planner.h"
#include "core/sampler/target_search.h"
#include "core/sampler/tempered_pass.h"
#include "core/sampler/wide_base.h"

namespace ttflow {
namespace {

constexpr int kPilotPass = 0;
constexpr int kTrainingPass = 1;
constexpr int kFirstFrozenPass = 2;

// A found density whose draws have a smaller ESS fraction is not worth drawing
// from: the path is then carried on with a flow.
constexpr double kUsableEss = 0.03;
constexpr Index kFewestDraws = 512;  // what a budget must leave for them

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
        budget_(options.max_energy_evaluations, energy_),
        plan_(options),
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
    if (!pass_.has_value()) return 0;
    if (pass_->number() == kPilotPass) return kPilotShare * pass_->t();
    const double passes =
        static_cast<double>(num_frozen_) + (training_ ? 1 : 0);
    const double passed =
        pass_->number() - (training_ ? kTrainingPass : kFirstFrozenPass);
    const double first = training_ ? kPilotShare : 0;
    return first + (1 - first) * (passed + pass_->t()) / passes;
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
    StageInfo info;
    // Frozen passes are left out where time is up, all else has to end.
    if (const absl::Status time = plan_.CheckTime(interrupter); !time.ok()) {
      if (!first_cloud_.has_value()) return time;
      MakeResult();
      finished_ = true;
      return absl::OkStatus();
    }
    if (planner_.has_value()) {
      TTFLOW_ASSIGN_OR_RETURN(
          StageModel stage,
          pass_->PlanAndExecute(*planner_, interrupter, info));
      if (growing_ != nullptr) {
        // A frozen pass moves all particles by the one velocity.
        if (stage.transport.has_value()) stage.transport->fold_velocity = {};
        growing_->stages.push_back(std::move(stage));
      }
    } else {
      TTFLOW_RETURN_IF_ERROR(pass_->Execute(
          model_->stages[pass_->num_stages()], interrupter, info));
    }
    stages_.push_back(std::move(info));
    if (pass_->done()) return FinishPass(interrupter);
    return planner_.has_value() ? CheckStages(pass_->num_stages())
                                : absl::OkStatus();
  }

  absl::Status CheckStages(int num_stages) const {
    if (num_stages < options_.schedule.max_stages) return absl::OkStatus();
    return absl::FailedPreconditionError(
        absl::StrCat("no end after ",
                     num_stages,
                     " stages; raise schedule.max_stages, lower "
                     "schedule.conditional_ess, or give a base"));
  }

  // Starts the draws or the first pass of a trained model; else finds the base
  // and starts the search or the first pass.
  absl::Status StartRun(Interrupter& interrupter) {
    started_ = true;
    if (!training_ && model_->density != nullptr) {
      // Particles and samples say how many; no error is aimed at.
      draws_.emplace(model_->density,
                     ChooseNumDraws(1,
                                    model_->density_ess_fraction,
                                    options_.num_particles,
                                    options_.num_particles,
                                    options_.num_samples),
                     key_.AtStage(kFirstFrozenPass, 0));
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
    const bool searches = options_.density.mode == DensityMode::kOn;
    if (searches && options_.base.scale.empty()) {
      TTFLOW_RETURN_IF_ERROR(WidenToModes(
          energy_, key_.AtStage(kPilotPass, 0), interrupter, base_parameters_));
    }
    base_ = MakeBase(base_parameters_);
    if (searches) {
      search_.emplace(options_.density,
                      base_parameters_,
                      energy_,
                      budget_,
                      key_,
                      executor_);
      return absl::OkStatus();
    }
    if (!options_.base.scale.empty()) {
      return StartTraining(interrupter);
    }
    const SamplerOptions pilot = PilotOptions(options_);
    planner_.emplace(pilot, energy_.dimension());
    return StartPassNumber(kPilotPass, pilot.num_particles, interrupter);
  }

  absl::Status RunSearch(Interrupter& interrupter) {
    absl::Status affordable = budget_.Check(search_->NextEvaluations());
    affordable.Update(plan_.CheckTime(interrupter));
    if (!affordable.ok()) {
      // What is left goes to draws, if there is something to draw from.
      if (search_->Found().ess_fraction < kUsableEss ||
          budget_.Remaining() < kFewestDraws) {
        return affordable;
      }
      return FinishSearch(interrupter);
    }
    StageInfo info;
    TTFLOW_RETURN_IF_ERROR(search_->Step(interrupter, info));
    info.pass = kPilotPass;
    info.counts = energy_.counts();
    stages_.push_back(std::move(info));
    if (!search_->done()) return CheckStages(search_->num_stages());
    return FinishSearch(interrupter);
  }

  // Goes on with draws of the density that was found, or else with the path.
  absl::Status FinishSearch(Interrupter& interrupter) {
    const FoundDensity found = search_->Found();
    routes_ = found.routes;
    modes_ = found.modes;
    if (found.ess_fraction >= kUsableEss) {
      auto model = std::make_shared<Model>();
      model->base = base_parameters_;
      model->num_particles = options_.num_particles;
      model->density = found.density;
      model->density_ess_fraction = found.ess_fraction;
      model_ = std::move(model);
      draws_.emplace(model_->density,
                     plan_.First(found.ess_fraction, budget_.Remaining()),
                     key_.AtStage(kFirstFrozenPass, 0));
      search_.reset();
      return absl::OkStatus();
    }
    // A base that the user gave stays.
    if (options_.base.scale.empty()) {
      const Matrix position = search_->Position();
      FitBase({position, Vector::Zero(position.rows()), {}});
    }
    search_.reset();
    return StartTraining(interrupter);
  }

  absl::Status RunDraws(Interrupter& interrupter) {
    TTFLOW_RETURN_IF_ERROR(budget_.Check(draws_->NextBatch()));
    StageInfo info;
    TTFLOW_RETURN_IF_ERROR(draws_->Step(energy_, executor_, interrupter, info));
    info.pass = kFirstFrozenPass;
    info.counts = energy_.counts();
    stages_.push_back(std::move(info));
    if (!plan_.CheckTime(interrupter).ok()) {
      draws_->Stop();
    } else if (draws_->done() && training_) {
      const Index more = plan_.More(
          draws_->num_draws(), draws_->StandardError(), budget_.Remaining());
      if (more > 0) draws_->Extend(more);
    }
    if (!draws_->done()) return absl::OkStatus();
    SampleResult result;
    TTFLOW_RETURN_IF_ERROR(
        (*std::move(draws_)).Finish(options_.num_samples, result));
    result.counts = energy_.counts();
    result.modes = SummarizeModes(modes_, result.particles, result.log_weights);
    AddDoubts({}, stages_, routes_, result);
    plan_.AddDoubts(result);
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
    pass_.emplace(pass, *base_, energy_, budget_, key_, executor_);
    return pass_->Start(count, interrupter);
  }

  absl::Status FinishPass(Interrupter& interrupter) {
    if (pass_->number() == kPilotPass) {
      FitBase(pass_->before());
      return StartTraining(interrupter);
    }
    const PassEvidence evidence =
        SummarizePass(pass_->state(), pass_->before());
    clouds_.push_back(pass_->state().particles.position);
    if (pass_->number() == kTrainingPass) {
      training_evidence_.push_back(evidence);
      model_ = std::exchange(growing_, nullptr);
      planner_.reset();
    } else {
      frozen_evidence_.push_back(evidence);
    }
    if (!first_cloud_.has_value()) first_cloud_ = pass_->before();
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

  void FitBase(const WeightedCloud& cloud) {
    FitBaseToCloud(cloud, base_parameters_);
    base_ = MakeBase(base_parameters_);
  }

  void MakeResult() {
    SampleResult result;
    result.samples = SelectSamples(clouds_, options_.num_samples, key_);
    result.coordinates = SummarizeCoordinates(*first_cloud_);
    result.weight_ess_fraction = WeightEssFraction(first_cloud_->log_weight);
    result.modes = SummarizeModes(
        modes_, first_cloud_->position, first_cloud_->log_weight);
    result.particles = std::move(first_cloud_->position);
    result.log_weights = std::move(first_cloud_->log_weight);
    result.counts = energy_.counts();
    CombineEvidence(training_evidence_, frozen_evidence_, result);
    std::vector<PassEvidence> passes = training_evidence_;
    passes.insert(
        passes.end(), frozen_evidence_.begin(), frozen_evidence_.end());
    AddDoubts(passes, stages_, routes_, result);
    plan_.AddDoubts(result);
    result_ = std::move(result);
  }

  const Executor& executor_;
  SamplerOptions options_;
  CountingEnergy energy_;
  EvaluationBudget budget_;
  DrawPlan plan_;
  RandomKey key_;
  Index num_frozen_;
  bool training_;
  BaseParameters base_parameters_;
  std::unique_ptr<Density> base_;
  bool started_ = false;
  std::optional<TargetSearch> search_;
  std::vector<RouteEvidence> routes_;
  std::vector<Mode> modes_;
  std::optional<ImportancePass> draws_;
  std::optional<StagePlanner> planner_;
  std::shared_ptr<Model> growing_;  // while the pass that trains runs
  std::shared_ptr<const Model> model_;
  std::optional<TemperedPass> pass_;
  std::optional<WeightedCloud> first_cloud_;
  std::vector<Matrix> clouds_;
  std::vector<StageInfo> stages_;
  std::vector<PassEvidence> training_evidence_;
  std::vector<PassEvidence> frozen_evidence_;
  std::optional<SampleResult> result_;
  bool finished_ = false;
};

}  // namespace

std::unique_ptr<Sampler> MakeTemperedSampler(
    std::shared_ptr<const Energy> energy,
    const SamplerOptions& options,
    std::shared_ptr<const Model> trained,
    Index num_frozen,
    const Executor& executor) {
  return std::make_unique<TemperedSampler>(
      std::move(energy), options, std::move(trained), num_frozen, executor);
}

}  // namespace ttflow
