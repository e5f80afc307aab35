#include "core/transport/train_fit.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "core/als/als_solver.h"
#include "core/als/rank_adaptation.h"
#include "core/basis/basis_table.h"
#include "core/basis/h2_orthonormal.h"
#include "core/basis/reexpansion.h"
#include "core/foundation/status_macros.h"
#include "core/tensor_train/arithmetic.h"
#include "core/transport/continuity_problem.h"
#include "core/transport/prepared_potential.h"

namespace ttflow {
namespace {

// Relative to trace / p of the local systems.
constexpr std::array kRidges = {1.0, 1e-1, 1e-2, 1e-3};
// Half sweeps at every ridge of the trial that chooses one and sees whether a
// train can help at all, and the relative fall of the risk that a ridge needs.
constexpr int kTrialHalfSweeps = 4;
constexpr double kLeastTrialGain = 1e-3;
// What the linear parts must leave of Var(h).
constexpr double kLeastLeft = 0.01;
// Of the held-out risk: least relative fall, and least fall in standard errors.
constexpr double kLeastGain = 0.01;
constexpr double kLeastSignificance = 2;

// A sum of products of few random functions near each other,
//   sum_{i < j} a_i(u_i) decay^(j - i - 1) b_j(u_j),
// of value near zero: rank three, the middle channel open between i and j.
// Interactions of any coordinates can grow from there in any number of
// dimensions, where a product of d random functions would be wild. With a
// bound of fewer ranks a product of factors near one.
TensorTrain LocalStart(const std::vector<BasisSpec>& basis,
                       const std::vector<Index>& sizes,
                       Index max_rank,
                       const RandomKey& key) {
  constexpr double kDecay = 0.2;
  constexpr double kValue = 1e-6;
  const Index d = static_cast<Index>(sizes.size());
  const bool local = max_rank >= 3 && d >= 3;
  const Index rank = local ? 3 : 1;
  TensorTrain train;
  for (Index k = 0; k < d; ++k) {
    const Vector one = ConstantCoefficients(basis[k]);
    RandomStream random =
        key.Stream(Purpose::kFit, static_cast<std::uint32_t>(k), 1);
    const auto random_function = [&] {
      Vector function = Vector::Zero(sizes[k]);
      for (Index j = 1; j < sizes[k]; ++j) {
        function[j] = one[0] * random.Normal();
      }
      return function;
    };
    TrainCore core;
    core.size = sizes[k];
    core.left_rank = k == 0 ? 1 : rank;
    core.right_rank = k + 1 == d ? 1 : rank;
    core.unfolding = Matrix::Zero(core.left_rank * core.size, core.right_rank);
    const auto set = [&](Index a, Index b, const Vector& function) {
      // The first core has the first channel alone, the last core the last.
      const Index row = k == 0 ? 0 : a, column = k + 1 == d ? 0 : b;
      for (Index j = 0; j < core.size; ++j) {
        core.slice(j)(row, column) = function[j];
      }
    };
    const bool first = k == 0, last = k + 1 == d;
    if (local) {
      if (!last) set(0, 0, one);
      if (!last) set(0, 1, random_function());
      if (!first && !last) set(1, 1, kDecay * one);
      if (!first) set(1, 2, random_function());
      if (!first) set(2, 2, one);
    } else {
      const double spread = 1 / std::sqrt(static_cast<double>(d));
      set(0, 0, one + spread * random_function());
    }
    if (first) core.unfolding *= kValue;
    train.cores.push_back(std::move(core));
  }
  return train;
}

// The train of `old` in the bases of `basis`; nothing if it has none.
std::optional<TensorTrain> CarryOver(const Potential& old,
                                     const std::vector<BasisSpec>& basis,
                                     const std::vector<Index>& sizes) {
  if (!old.has_train() || old.train_basis.size() != basis.size()) {
    return std::nullopt;
  }
  TensorTrain train = old.train;
  for (std::size_t k = 0; k < basis.size(); ++k) {
    if (old.train_basis[k] == basis[k]) continue;
    const Index coordinate = static_cast<Index>(k);
    train =
        TransformCoordinate(std::move(train),
                            coordinate,
                            ReexpansionMatrix(old.train_basis[k], basis[k]));
  }
  for (std::size_t k = 0; k < basis.size(); ++k) {
    if (train.cores[k].size != sizes[k]) return std::nullopt;
  }
  return train;
}

// Squared errors of `prediction` about its mean error over the rows of fold f;
// zero elsewhere.
Vector SquaredErrors(const FitRows& rows,
                     int f,
                     const Vector& prediction,
                     const Vector& rhs) {
  double weight = 0, sum = 0;
  for (Index i = 0; i < rows.size(); ++i) {
    if (rows.fold[i] != f) continue;
    weight += rows.weights[i];
    sum += rows.weights[i] * (prediction[i] - rhs[i]);
  }
  const double mean = sum / weight;
  Vector errors = Vector::Zero(rows.size());
  for (Index i = 0; i < rows.size(); ++i) {
    if (rows.fold[i] != f) continue;
    const double error = prediction[i] - rhs[i] - mean;
    errors[i] = error * error;
  }
  return errors;
}

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
    const auto rule = options_.rank_rule == RankRule::kEma
                          ? MakeEmaRankAdaptation(rank_options)
                          : MakeResidualRankAdaptation(rank_options);
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
      gains[f] = 1 - result.heldout_risk / BaseRisk(f);
    }
    if (!Improves(Errors(predictions), kLeastSignificance, kLeastGain)) {
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
        LocalStart(basis_, sizes, options_.max_rank, key_);
    for (int model = 0; model < 3; ++model) {
      const Potential& parts =
          model < 2 ? linear.fold_potential[model] : linear.potential;
      TTFLOW_ASSIGN_OR_RETURN(
          const Vector image,
          ApplyContinuityOperator(
              parts, rows_.position, rows_.gradient, executor_, interrupter_));
      problems_.push_back(std::make_unique<ContinuityProblem>(
          table_, rows_.weights, rows_.energy_difference - image));
      if (previous != nullptr) {
        previous_[model] = CarryOver(
            model < 2 ? previous->fold_potential[model] : previous->potential,
            basis_,
            sizes);
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
    return SquaredErrors(rows_, 0, predictions[0], problems_[0]->rhs()) +
           SquaredErrors(rows_, 1, predictions[1], problems_[1]->rhs());
  }

  double BaseRisk(int f) const {
    double weight = 0, sum = 0;
    for (Index i = 0; i < rows_.size(); ++i) {
      if (rows_.fold[i] != f) continue;
      weight += rows_.weights[i];
      sum += rows_.weights[i] * base_errors_[i];
    }
    return sum / weight;
  }

  bool Improves(const Vector& errors, double significance, double gain) const {
    const Vector fall = base_errors_ - errors;
    const double mean = rows_.weights.dot(fall);
    const double noise =
        rows_.weights.cwiseProduct((fall.array() - mean).matrix()).norm();
    return mean > significance * noise &&
           mean > gain * rows_.weights.dot(base_errors_);
  }

  // Lowers the ridge step by step, a few half sweeps each from the trains so
  // far, while the held-out risk falls: a strong ridge finds the directions, a
  // weak one would follow the noise of a random start. Sets ridge_ and starts_;
  // false if the risk fell so little that more sweeps are not worth their time.
  absl::StatusOr<bool> ChooseRidge() {
    const double start = rows_.weights.dot(base_errors_);
    double best = start;
    double best_ridge = kRidges[0];
    for (const double ridge : kRidges) {
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
  if (options.max_rank < 1 || rows.dimension() < 2 ||
      options.train_basis_size < 2 || 1 - linear.heldout_r2 < kLeastLeft) {
    return std::nullopt;
  }
  return TrainFitter(rows, options, key, executor, interrupter)
      .Run(linear, previous);
}

}  // namespace ttflow
