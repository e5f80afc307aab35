#include "core/transport/train_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "core/als/als_solver.h"
#include "core/als/rank_adaptation.h"
#include "core/basis/basis_table.h"
#include "core/basis/h2_orthonormal.h"
#include "core/basis/reexpansion.h"
#include "core/foundation/status_macros.h"
#include "core/tensor_train/arithmetic.h"
#include "core/tensor_train/factories.h"
#include "core/transport/continuity_problem.h"
#include "core/transport/prepared_potential.h"

namespace ttflow {
namespace {

// Relative to trace / p of the local systems.
constexpr std::array kRidges = {1e-1, 1e-2, 1e-4};
// Half sweeps of the trial that chooses the ridge and sees whether a train can
// help at all.
constexpr int kTrialHalfSweeps = 2;
// What the linear parts must leave of Var(h).
constexpr double kLeastLeft = 0.01;
// Of the held-out risk: least relative fall, and least fall in standard errors.
constexpr double kLeastGain = 0.01;
constexpr double kLeastSignificance = 2;

// A product of factors near one, in random directions, of value near zero: the
// functions of every coordinate can grow from there in any company. Plain
// random factors would multiply to something wild in many dimensions.
TensorTrain NearConstantStart(const std::vector<BasisSpec>& basis,
                              const std::vector<Index>& sizes,
                              const RandomKey& key) {
  const double spread = 1 / std::sqrt(static_cast<double>(sizes.size()));
  std::vector<Vector> factors;
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    Vector factor = ConstantCoefficients(basis[k]);
    const double one = factor[0];
    RandomStream random =
        key.Stream(Purpose::kFit, static_cast<std::uint32_t>(k), 1);
    for (Index j = 1; j < factor.size(); ++j) {
      factor[j] = one * spread * random.Normal();
    }
    if (k == 0) factor *= 1e-6;
    factors.push_back(std::move(factor));
  }
  return MakeRankOneTrain(factors);
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
              const LinearFit& linear,
              const FitOptions& options,
              const FitResult* previous,
              const RandomKey& key,
              const Executor& executor,
              Interrupter& interrupter)
      : rows_(rows),
        options_(options),
        key_(key),
        executor_(executor),
        interrupter_(interrupter) {
    basis_ = linear.potential.additive_basis;
    for (BasisSpec& spec : basis_) spec.size = options.train_basis_size;
    const auto bases = MakeBases(basis_);
    std::vector<Index> sizes;
    for (const auto& one : bases) sizes.push_back(one->size());
    table_ =
        ComputeContinuityTable(bases, rows.position, rows.gradient, executor);
    const TensorTrain start = NearConstantStart(basis_, sizes, key);
    for (int model = 0; model < 3; ++model) {
      const Potential& parts =
          model < 2 ? linear.fold_potential[model] : linear.potential;
      problems_.push_back(std::make_unique<ContinuityProblem>(
          table_,
          rows.weights,
          rows.energy_difference -
              ApplyContinuityOperator(
                  parts, rows.position, rows.gradient, executor)));
      if (previous != nullptr) {
        previous_[model] = CarryOver(
            model < 2 ? previous->fold_potential[model] : previous->potential,
            basis_,
            sizes);
      }
      starts_[model] = previous_[model].value_or(start);
      roles_[model].resize(static_cast<std::size_t>(rows.size()));
      for (Index i = 0; i < rows.size(); ++i) {
        roles_[model][i] =
            rows.fold[i] == model ? RowRole::kHeldOut : RowRole::kTraining;
      }
    }
    const Vector nothing = Vector::Zero(rows.size());
    base_errors_ = Errors({nothing, nothing});
  }

  absl::StatusOr<std::optional<TrainFit>> Run() {
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
      predictions[f] = ApplyProblem(*problems_[f], result.train, executor_);
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

  // Tries every ridge with few half sweeps and sets ridge_ to the best; false
  // if none lowers the held-out risk at all.
  absl::StatusOr<bool> ChooseRidge() {
    double best = std::numeric_limits<double>::infinity();
    bool promising = false;
    std::array<TensorTrain, 2> best_trains;
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
        predictions[f] = ApplyProblem(*problems_[f], result.train, executor_);
        trains[f] = std::move(result.train);
      }
      const Vector errors = Errors(predictions);
      const double risk = rows_.weights.dot(errors);
      if (risk >= best) break;
      best = risk;
      best_ridge = ridge;
      best_trains = std::move(trains);
      promising = promising || Improves(errors, 0, 1e-3);
    }
    ridge_ = best_ridge;
    for (int f = 0; f < 2 && promising; ++f) starts_[f] = best_trains[f];
    return promising;
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
  return TrainFitter(
             rows, linear, options, previous, key, executor, interrupter)
      .Run();
}

}  // namespace ttflow
