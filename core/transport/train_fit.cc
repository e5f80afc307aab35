#include "core/transport/train_fit.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <utility>

#include "core/als/als_solver.h"
#include "core/als/rank_adaptation.h"
#include "core/basis/basis_table.h"
#include "core/foundation/status_macros.h"
#include "core/transport/continuity_problem.h"
#include "core/transport/fold_errors.h"
#include "core/transport/train_start.h"
#include "core/transport/velocity.h"

namespace ttflow {
namespace {

// Relative to trace / p of the local systems. A train that is all of phi has
// the large and noiseless part of it to fit too, and may go further.
constexpr std::array kRidges = {1.0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6};
constexpr std::size_t kInteractionRidges = 4;
// Half sweeps at every ridge of the trial that chooses one and sees whether a
// train can help at all, and the relative fall of the risk that a ridge needs.
constexpr int kTrialHalfSweeps = 4;
constexpr double kLeastTrialGain = 1e-3;
// What the linear parts must leave of Var(h).
constexpr double kLeastLeft = 0.01;
// Of the held-out risk: least relative fall, and least fall in standard errors.
constexpr double kLeastGain = 0.01;
constexpr double kLeastSignificance = 2;

// The problems of the three models and what their fits share.
class TrainFitter {
 public:
  TrainFitter(const FitRows& rows,
              const FitOptions& options,
              const RandomKey& key,
              const Executor& executor,
              Interrupter& interrupter)
      : rows_(rows),
        options_(options),
        key_(key),
        executor_(executor),
        interrupter_(interrupter) {}

  absl::StatusOr<std::optional<TrainFit>> Run(const LinearFit& linear,
                                              const FitResult* previous) {
    TTFLOW_RETURN_IF_ERROR(Prepare(linear, previous));
    TTFLOW_ASSIGN_OR_RETURN(const bool promising, ChooseRidge());
    if (!promising) return std::nullopt;
    RankAdaptationOptions rank_options;
    rank_options.max_rank = options_.max_rank;
    rank_options.relative_tolerance = options_.relative_tolerance;
    rank_options.max_unknowns =
        std::max(options_.train_basis_size,
                 rows_.UnknownBudget(options_.rows_per_unknown));
    rank_options.ema_rate = options_.ema_rate;
    rank_options.als = SolverOptions(2 * options_.num_sweeps);
    const auto rule = MakeRankAdaptation(options_.rank_rule, rank_options);
    TrainFit fit;
    std::array<Vector, 2> predictions;
    std::array<double, 2> gains{};
    for (int f = 0; f < 2; ++f) {
      TTFLOW_ASSIGN_OR_RETURN(AlsResult result, Adapt(*rule, f));
      TTFLOW_ASSIGN_OR_RETURN(
          predictions[f],
          ApplyProblem(*problems_[f], result.train, executor_, interrupter_));
      fit.num_unknowns = std::max(fit.num_unknowns, result.num_unknowns);
      fit.fold_train[f] = std::move(result.train);
      gains[f] = 1 - result.heldout_risk / FoldRisk(rows_, f, base_errors_);
    }
    if (!Improves(rows_,
                  base_errors_,
                  Errors(predictions),
                  kLeastSignificance,
                  kLeastGain)) {
      return std::nullopt;
    }
    TTFLOW_ASSIGN_OR_RETURN(
        AlsResult all,
        FitAllRows(*rule, fit.fold_train[gains[0] >= gains[1] ? 0 : 1]));
    fit.train = std::move(all.train);
    fit.num_unknowns = std::max(fit.num_unknowns, all.num_unknowns);
    fit.basis = basis_;
    fit.ridge = ridge_;
    return std::optional<TrainFit>(std::move(fit));
  }

 private:
  // Sets the problems of the three models and where their fits start.
  absl::Status Prepare(const LinearFit& linear, const FitResult* previous) {
    basis_ = linear.potential.additive_basis;
    for (BasisSpec& spec : basis_) spec.size = options_.train_basis_size;
    const auto bases = MakeBases(basis_);
    std::vector<Index> sizes;
    for (const auto& one : bases) sizes.push_back(one->size());
    TTFLOW_ASSIGN_OR_RETURN(
        table_,
        ComputeContinuityTable(
            bases, rows_.position, rows_.gradient, executor_, interrupter_));
    const TensorTrain start =
        is_whole() ? AdditiveStart(basis_, sizes, options_.max_rank, key_, 0)
                   : LocalStart(basis_, sizes, options_.max_rank, key_);
    for (int model = 0; model < 3; ++model) {
      const Potential& parts =
          model < 2 ? linear.fold_potential[model] : linear.potential;
      TTFLOW_ASSIGN_OR_RETURN(const Vector image,
                              ApplyContinuityOperator(Velocity{parts},
                                                      rows_.position,
                                                      rows_.gradient,
                                                      executor_,
                                                      interrupter_));
      problems_.push_back(std::make_unique<ContinuityProblem>(
          table_, rows_.weights, rows_.energy_difference - image));
      if (previous != nullptr) {
        const Potential& old = model < 2
                                   ? previous->fold_velocity[model].potential
                                   : previous->velocity.potential;
        previous_[model] = CarryOver(old.train, old.train_basis, basis_, sizes);
      }
      starts_[model] = previous_[model].value_or(start);
      roles_[model].resize(static_cast<std::size_t>(rows_.size()));
      for (Index i = 0; i < rows_.size(); ++i) {
        roles_[model][i] =
            rows_.fold[i] == model ? RowRole::kHeldOut : RowRole::kTraining;
      }
    }
    const Vector nothing = Vector::Zero(rows_.size());
    base_errors_ = Errors({nothing, nothing});
    return absl::OkStatus();
  }

  AlsOptions SolverOptions(int num_half_sweeps) const {
    AlsOptions options;
    options.num_half_sweeps = num_half_sweeps;
    options.ridges = {ridge_};
    options.profile_constant = true;
    return options;
  }

  absl::StatusOr<AlsResult> Adapt(const RankAdaptation& rule, int model) {
    return rule.Fit(*problems_[model],
                    roles_[model],
                    starts_[model],
                    previous_[model] ? &*previous_[model] : nullptr,
                    key_,
                    executor_,
                    interrupter_);
  }

  // Held-out squared errors of both folds, each by its own prediction.
  Vector Errors(const std::array<Vector, 2>& predictions) const {
    return FoldSquaredErrors(rows_, 0, predictions[0] - problems_[0]->rhs()) +
           FoldSquaredErrors(rows_, 1, predictions[1] - problems_[1]->rhs());
  }

  // Whether the train is all of phi.
  bool is_whole() const { return options_.velocity == VelocityForm::kTrain; }

  // Lowers the ridge step by step, a few half sweeps each from the trains so
  // far, while the held-out risk falls: a strong ridge finds the directions, a
  // weak one would follow the noise of a random start. Sets ridge_ and starts_;
  // false if the risk fell so little that more sweeps are not worth their time.
  absl::StatusOr<bool> ChooseRidge() {
    const double start = rows_.weights.dot(base_errors_);
    double best = start;
    double best_ridge = kRidges[0];
    const std::size_t count = is_whole() ? kRidges.size() : kInteractionRidges;
    for (const double ridge : std::span(kRidges).first(count)) {
      ridge_ = ridge;
      std::array<Vector, 2> predictions;
      std::array<TensorTrain, 2> trains;
      for (int f = 0; f < 2; ++f) {
        TTFLOW_ASSIGN_OR_RETURN(AlsResult result,
                                SolveAls(*problems_[f],
                                         roles_[f],
                                         starts_[f],
                                         SolverOptions(kTrialHalfSweeps),
                                         executor_,
                                         interrupter_));
        TTFLOW_ASSIGN_OR_RETURN(
            predictions[f],
            ApplyProblem(*problems_[f], result.train, executor_, interrupter_));
        trains[f] = std::move(result.train);
      }
      const double risk = rows_.weights.dot(Errors(predictions));
      if (!(risk < (1 - kLeastTrialGain) * best)) break;
      best = risk;
      best_ridge = ridge;
      for (int f = 0; f < 2; ++f) starts_[f] = std::move(trains[f]);
    }
    ridge_ = best_ridge;
    return best < (1 - 0.5 * kLeastGain) * start;
  }

  // The `ema` rule runs on all rows as on the folds. Otherwise ranks, which
  // nothing is held out to judge by, are taken over from a fold.
  absl::StatusOr<AlsResult> FitAllRows(const RankAdaptation& rule,
                                       const TensorTrain& fold_train) {
    starts_[2] = fold_train;
    if (options_.rank_rule == RankRule::kEma) return Adapt(rule, 2);
    return SolveAls(*problems_[2],
                    roles_[2],
                    starts_[2],
                    SolverOptions(2 * options_.num_sweeps),
                    executor_,
                    interrupter_);
  }

  const FitRows& rows_;
  const FitOptions& options_;
  const RandomKey& key_;
  const Executor& executor_;
  Interrupter& interrupter_;
  std::vector<BasisSpec> basis_;
  ContinuityTable table_;
  std::vector<std::unique_ptr<ContinuityProblem>> problems_;
  std::array<std::vector<RowRole>, 3> roles_;
  std::array<TensorTrain, 3> starts_;
  std::array<std::optional<TensorTrain>, 3> previous_;
  Vector base_errors_;
  double ridge_ = 0;
};

}  // namespace

absl::StatusOr<std::optional<TrainFit>> FitInteractionTrain(
    const FitRows& rows,
    const LinearFit& linear,
    const FitOptions& options,
    const FitResult* previous,
    const RandomKey& key,
    const Executor& executor,
    Interrupter& interrupter) {
  const bool is_whole = options.velocity == VelocityForm::kTrain;
  if (options.max_rank < 1 || (rows.dimension() < 2 && !is_whole) ||
      options.train_basis_size < 2 || 1 - linear.heldout_r2 < kLeastLeft) {
    return std::nullopt;
  }
  return TrainFitter(rows, options, key, executor, interrupter)
      .Run(linear, previous);
}

}  // namespace ttflow
