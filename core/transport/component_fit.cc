#include "core/transport/component_fit.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/als/als_solver.h"
#include "core/als/rank_adaptation.h"
#include "core/als/regression_problem.h"
#include "core/basis/basis_table.h"
#include "core/foundation/status_macros.h"
#include "core/transport/fold_errors.h"
#include "core/transport/train_start.h"

namespace ttflow {
namespace {

// Relative to trace / p of the local systems.
constexpr std::array kRidges = {1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6};
// Half sweeps over one component before the next has its turn.
constexpr int kHalfSweeps = 2;
// Relative fall of the risk that a ridge, and another round, need.
constexpr double kLeastRidgeGain = 1e-3;
constexpr double kLeastRoundGain = 0.01;
// Of the held-out risk: least relative fall, and least fall in standard errors.
constexpr double kLeastGain = 0.01;
constexpr double kLeastSignificance = 2;

// All components of one model, and D_k T_k of each at all rows [n, d].
struct Field {
  std::vector<TensorTrain> trains;
  Matrix images;
};

class ComponentFitter {
 public:
  ComponentFitter(const FitRows& rows,
                  const std::vector<BasisSpec>& basis,
                  const FitOptions& options,
                  const RandomKey& key,
                  const Executor& executor,
                  Interrupter& interrupter)
      : rows_(rows),
        basis_(basis),
        options_(options),
        key_(key),
        executor_(executor),
        interrupter_(interrupter) {}

  absl::StatusOr<std::optional<ComponentFit>> Run(const FitResult* previous) {
    TTFLOW_RETURN_IF_ERROR(Prepare(previous));
    TTFLOW_ASSIGN_OR_RETURN(const bool promising, ChooseRidge());
    if (!promising) return std::nullopt;
    const std::unique_ptr<const RankAdaptation> rule = MakeRule();
    for (int f = 0; f < 2; ++f) {
      TTFLOW_RETURN_IF_ERROR(AdaptField(*rule, f));
    }
    if (!Improves(
            rows_, base_errors_, Errors(), kLeastSignificance, kLeastGain)) {
      return std::nullopt;
    }
    TTFLOW_RETURN_IF_ERROR(FitAllRows(*rule));
    ComponentFit fit;
    fit.basis = basis_;
    for (int f = 0; f < 2; ++f) {
      fit.fold_components[f] = std::move(fields_[f].trains);
    }
    fit.components = std::move(fields_[kAll].trains);
    fit.ridge = ridge_;
    fit.num_unknowns = num_unknowns_;
    return std::optional<ComponentFit>(std::move(fit));
  }

 private:
  static constexpr int kAll = 2;  // the model of all rows

  Index dimension() const { return rows_.dimension(); }

  // Sets tables, roles and where the fits start.
  absl::Status Prepare(const FitResult* previous) {
    const auto bases = MakeBases(basis_);
    std::vector<Index> sizes;
    for (const auto& one : bases) sizes.push_back(one->size());
    table_ =
        ComputeBasisTable(bases, rows_.position, TableOrder::kFirst, executor_);
    TTFLOW_RETURN_IF_ERROR(interrupter_.Check());
    for (Index k = 0; k < dimension(); ++k) {
      divergences_.push_back(table_.first[k] -
                             rows_.gradient.col(k).asDiagonal() *
                                 table_.values[k]);
    }
    table_.first.clear();
    for (int model = 0; model < 3; ++model) {
      std::vector<RowRole>& roles = roles_[model];
      for (Index i = 0; i < rows_.size(); ++i) {
        roles.push_back(rows_.fold[i] == model ? RowRole::kHeldOut
                                               : RowRole::kTraining);
      }
      fields_[model].images = Matrix::Zero(rows_.size(), dimension());
    }
    base_errors_ = Errors();
    for (int f = 0; f < 2; ++f) {
      for (Index k = 0; k < dimension(); ++k) {
        std::optional<TensorTrain> old;
        if (previous != nullptr &&
            previous->fold_velocity[f].has_components()) {
          const Velocity& velocity = previous->fold_velocity[f];
          old = CarryOver(
              velocity.components[k], velocity.component_basis, basis_, sizes);
        }
        fields_[f].trains.push_back(
            old ? *std::move(old)
                : AdditiveStart(basis_,
                                sizes,
                                options_.max_rank,
                                key_,
                                static_cast<std::uint32_t>(k)));
        TTFLOW_RETURN_IF_ERROR(UpdateImage(f, k));
      }
    }
    return absl::OkStatus();
  }

  AlsOptions SolverOptions() const {
    AlsOptions options;
    options.num_half_sweeps = kHalfSweeps;
    options.ridges = {ridge_};
    options.profile_constant = true;
    return options;
  }

  std::unique_ptr<const RankAdaptation> MakeRule() const {
    RankAdaptationOptions options;
    options.max_rank = options_.max_rank;
    options.relative_tolerance = options_.relative_tolerance;
    options.max_unknowns =
        std::max(options_.train_basis_size,
                 rows_.UnknownBudget(options_.rows_per_unknown));
    options.ema_rate = options_.ema_rate;
    options.als = SolverOptions();
    return MakeRankAdaptation(options_.rank_rule, options);
  }

  // What is left for component k: h without what the others explain.
  RegressionProblem ProblemOf(int model, Index k) const {
    const Field& field = fields_[model];
    return {table_,
            rows_.weights,
            rows_.energy_difference - field.images.rowwise().sum() +
                field.images.col(k)};
  }

  // In the table's rows, D_k b_k stands for b_k while component k is at work.
  void SwapOperator(Index k) { table_.values[k].swap(divergences_[k]); }

  absl::Status UpdateImage(int model, Index k) {
    SwapOperator(k);
    auto image = ApplyProblem(
        ProblemOf(model, k), fields_[model].trains[k], executor_, interrupter_);
    SwapOperator(k);
    TTFLOW_RETURN_IF_ERROR(image.status());
    fields_[model].images.col(k) = *std::move(image);
    return absl::OkStatus();
  }

  // Fits component k to what the others leave: ranks as they are, or by a rule.
  absl::Status Update(int model, Index k, const RankAdaptation* rule) {
    const RegressionProblem problem = ProblemOf(model, k);
    TensorTrain& train = fields_[model].trains[k];
    SwapOperator(k);
    absl::StatusOr<AlsResult> result = rule == nullptr
                                           ? SolveAls(problem,
                                                      roles_[model],
                                                      train,
                                                      SolverOptions(),
                                                      executor_,
                                                      interrupter_)
                                           : rule->Fit(problem,
                                                       roles_[model],
                                                       train,
                                                       &train,
                                                       key_,
                                                       executor_,
                                                       interrupter_);
    SwapOperator(k);
    TTFLOW_RETURN_IF_ERROR(result.status());
    num_unknowns_ = std::max(num_unknowns_, result->num_unknowns);
    train = std::move(result->train);
    return UpdateImage(model, k);
  }

  absl::Status Round(int model, const RankAdaptation* rule) {
    for (Index k = 0; k < dimension(); ++k) {
      TTFLOW_RETURN_IF_ERROR(Update(model, k, rule));
    }
    return absl::OkStatus();
  }

  Vector Residual(int model) const {
    return rows_.energy_difference - fields_[model].images.rowwise().sum();
  }
  Vector Errors() const {
    return FoldSquaredErrors(rows_, 0, Residual(0)) +
           FoldSquaredErrors(rows_, 1, Residual(1));
  }
  double RiskOf(int f) const {
    return FoldRisk(rows_, f, FoldSquaredErrors(rows_, f, Residual(f)));
  }

  // Lowers the ridge step by step, a round at each, while the held-out risk
  // falls; false if it fell too little for more rounds.
  absl::StatusOr<bool> ChooseRidge() {
    const double start = rows_.weights.dot(base_errors_);
    double best = start;
    double best_ridge = kRidges[0];
    std::array<Field, 2> best_fields = {fields_[0], fields_[1]};
    for (const double ridge : kRidges) {
      ridge_ = ridge;
      for (int f = 0; f < 2; ++f) {
        TTFLOW_RETURN_IF_ERROR(Round(f, nullptr));
      }
      const double risk = rows_.weights.dot(Errors());
      if (!(risk < (1 - kLeastRidgeGain) * best)) break;
      best = risk;
      best_ridge = ridge;
      for (int f = 0; f < 2; ++f) best_fields[f] = fields_[f];
    }
    ridge_ = best_ridge;
    for (int f = 0; f < 2; ++f) fields_[f] = std::move(best_fields[f]);
    return best < (1 - 0.5 * kLeastGain) * start;
  }

  // Rounds with growing ranks while the risk on the fold's own rows falls.
  absl::Status AdaptField(const RankAdaptation& rule, int f) {
    for (int round = 0; round < options_.num_sweeps; ++round) {
      const double before = RiskOf(f);
      TTFLOW_RETURN_IF_ERROR(Round(f, &rule));
      if (RiskOf(f) > (1 - kLeastRoundGain) * before) break;
    }
    return absl::OkStatus();
  }

  // On all rows nothing is held out: ranks are those of the better fold.
  absl::Status FitAllRows(const RankAdaptation& rule) {
    const auto left = [&](int f) {
      return RiskOf(f) / FoldRisk(rows_, f, base_errors_);
    };
    fields_[kAll] = fields_[left(0) <= left(1) ? 0 : 1];
    if (options_.rank_rule == RankRule::kEma) return Round(kAll, &rule);
    for (int round = 0; round < options_.num_sweeps; ++round) {
      TTFLOW_RETURN_IF_ERROR(Round(kAll, nullptr));
    }
    return absl::OkStatus();
  }

  const FitRows& rows_;
  const std::vector<BasisSpec>& basis_;
  const FitOptions& options_;
  const RandomKey& key_;
  const Executor& executor_;
  Interrupter& interrupter_;
  BasisTable table_;                 // b_k
  std::vector<Matrix> divergences_;  // D_k b_k, [d], each [n, m_k]
  std::array<std::vector<RowRole>, 3> roles_;
  std::array<Field, 3> fields_;
  Vector base_errors_;
  double ridge_ = 0;
  Index num_unknowns_ = 0;
};

}  // namespace

absl::StatusOr<std::optional<ComponentFit>> FitComponents(
    const FitRows& rows,
    const std::vector<BasisSpec>& basis,
    const FitOptions& options,
    const FitResult* previous,
    const RandomKey& key,
    const Executor& executor,
    Interrupter& interrupter) {
  if (options.max_rank < 1) return std::nullopt;
  return ComponentFitter(rows, basis, options, key, executor, interrupter)
      .Run(previous);
}

}  // namespace ttflow
