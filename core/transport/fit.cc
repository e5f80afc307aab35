#include "core/transport/fit.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <utility>

#include "core/foundation/status_macros.h"
#include "core/transport/fit_rows.h"
#include "core/transport/linear_fit.h"
#include "core/transport/prepared_potential.h"
#include "core/transport/train_fit.h"

namespace ttflow {
namespace {

// Held-out R^2 of the linear parts beyond which a train is not worth its time.
constexpr double kLinearSuffices = 0.98;

// h - L phi of the potential that moves each particle; NaN where the problem is
// not finite. [N]
absl::StatusOr<Vector> CrossFittedResidual(
    const FitProblem& problem,
    const std::array<Potential, 2>& fold_potential,
    const Executor& executor,
    Interrupter& interrupter) {
  Vector residual = Vector::Constant(problem.position.rows(), std::nan(""));
  for (int f = 0; f < 2; ++f) {
    std::vector<Index> members;
    for (Index i = 0; i < problem.position.rows(); ++i) {
      const bool in_fold = (problem.fold[i] == 0 ? 0 : 1) == f;
      if (in_fold && IsFinite(problem, i)) members.push_back(i);
    }
    const Matrix position = problem.position(members, Eigen::all);
    const Matrix gradient = problem.gradient(members, Eigen::all);
    TTFLOW_ASSIGN_OR_RETURN(
        const Vector image,
        ApplyContinuityOperator(
            fold_potential[f], position, gradient, executor, interrupter));
    residual(members) = problem.energy_difference(members) - image;
  }
  return residual;
}

// Sets the constant c, zeroes what is not finite and returns Var(rho).
double CentreResidual(const ConstVectorRef& weights, Vector& residual) {
  double weight = 0, sum = 0;
  for (Index i = 0; i < residual.size(); ++i) {
    if (weights[i] > 0 && std::isfinite(residual[i])) {
      weight += weights[i];
      sum += weights[i] * residual[i];
    }
  }
  const double mean = sum / weight;
  double variance = 0;
  for (Index i = 0; i < residual.size(); ++i) {
    if (std::isfinite(residual[i])) {
      residual[i] -= mean;
      if (weights[i] > 0) variance += weights[i] * residual[i] * residual[i];
    } else {
      residual[i] = 0;
    }
  }
  return variance / weight;
}

void AddTrain(TrainFit train, FitResult& result) {
  result.ridge = train.ridge;
  result.num_unknowns = std::max(result.num_unknowns, train.num_unknowns);
  result.ranks = train.train.ranks();
  for (int f = 0; f < 2; ++f) {
    result.fold_potential[f].train_basis = train.basis;
    result.fold_potential[f].train = std::move(train.fold_train[f]);
  }
  result.potential.train_basis = std::move(train.basis);
  result.potential.train = std::move(train.train);
}

}  // namespace

absl::StatusOr<FitResult> FitPotential(const FitProblem& problem,
                                       const FitOptions& options,
                                       const FitResult* previous,
                                       const RandomKey& key,
                                       const Executor& executor,
                                       Interrupter& interrupter) {
  TTFLOW_RETURN_IF_ERROR(interrupter.Check());
  TTFLOW_ASSIGN_OR_RETURN(const FitRows rows, GatherFitRows(problem));
  std::span<const BasisSpec> previous_basis;
  if (previous != nullptr) previous_basis = previous->potential.additive_basis;
  TTFLOW_ASSIGN_OR_RETURN(
      LinearFit linear,
      FitLinearParts(rows, options, previous_basis, executor, interrupter));
  TTFLOW_RETURN_IF_ERROR(interrupter.Check());
  std::optional<TrainFit> train;
  if (linear.heldout_r2 < kLinearSuffices) {
    TTFLOW_ASSIGN_OR_RETURN(
        train,
        FitInteractionTrain(
            rows, linear, options, previous, key, executor, interrupter));
  }

  FitResult result;
  result.fold_potential = std::move(linear.fold_potential);
  result.potential = std::move(linear.potential);
  result.ridge = linear.ridge;
  result.num_unknowns = linear.num_unknowns;
  result.additive_r2 = linear.additive_r2;
  if (train.has_value()) AddTrain(*std::move(train), result);
  TTFLOW_ASSIGN_OR_RETURN(
      result.residual,
      CrossFittedResidual(
          problem, result.fold_potential, executor, interrupter));
  const double variance = CentreResidual(problem.weights, result.residual);
  result.validation_r2 = 1 - variance / rows.variance;
  return result;
}

}  // namespace ttflow
