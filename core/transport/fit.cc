#include "core/transport/fit.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <utility>

#include "core/basis/basis_table.h"
#include "core/foundation/status_macros.h"
#include "core/transport/component_fit.h"
#include "core/transport/fit_rows.h"
#include "core/transport/linear_fit.h"
#include "core/transport/train_fit.h"

namespace ttflow {
namespace {

// Held-out R^2 of the linear parts beyond which a train is not worth its time.
constexpr double kLinearSuffices = 0.98;

// h - (div v - grad f_t . v) of the velocity that moves each particle; NaN
// where the problem is not finite. [N]
absl::StatusOr<Vector> CrossFittedResidual(
    const FitProblem& problem,
    const std::array<Velocity, 2>& fold_velocity,
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
            fold_velocity[f], position, gradient, executor, interrupter));
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

// phi = 0 in bases of the trains' size: what a train that is all of phi, or
// component trains, are fitted beside.
LinearFit NoLinearParts(const FitRows& rows,
                        const FitOptions& options,
                        std::span<const BasisSpec> previous,
                        const Executor& executor) {
  LinearFit none;
  Potential& zero = none.potential;
  zero.additive_basis =
      ChooseBases(rows, options, options.train_basis_size, previous, executor);
  for (const auto& basis : MakeBases(zero.additive_basis)) {
    zero.additive.push_back(Vector::Zero(basis->size()));
  }
  none.fold_potential = {zero, zero};
  return none;
}

void AddTrain(TrainFit train, FitResult& result) {
  result.ridge = train.ridge;
  result.num_unknowns = std::max(result.num_unknowns, train.num_unknowns);
  result.ranks = train.train.ranks();
  for (int f = 0; f < 2; ++f) {
    Potential& potential = result.fold_velocity[f].potential;
    potential.train_basis = train.basis;
    potential.train = std::move(train.fold_train[f]);
  }
  result.velocity.potential.train_basis = std::move(train.basis);
  result.velocity.potential.train = std::move(train.train);
}

void AddComponents(ComponentFit fit, FitResult& result) {
  result.ridge = fit.ridge;
  result.num_unknowns = fit.num_unknowns;
  result.ranks.assign(fit.basis.size() + 1, 1);
  for (const TensorTrain& train : fit.components) {
    const std::vector<Index> ranks = train.ranks();
    for (std::size_t k = 0; k < ranks.size(); ++k) {
      result.ranks[k] = std::max(result.ranks[k], ranks[k]);
    }
  }
  for (int f = 0; f < 2; ++f) {
    result.fold_velocity[f].component_basis = fit.basis;
    result.fold_velocity[f].components = std::move(fit.fold_components[f]);
  }
  result.velocity.component_basis = std::move(fit.basis);
  result.velocity.components = std::move(fit.components);
}

}  // namespace

absl::StatusOr<FitResult> FitVelocity(const FitProblem& problem,
                                      const FitOptions& options,
                                      const FitResult* previous,
                                      const RandomKey& key,
                                      const Executor& executor,
                                      Interrupter& interrupter) {
  TTFLOW_RETURN_IF_ERROR(interrupter.Check());
  TTFLOW_ASSIGN_OR_RETURN(const FitRows rows, GatherFitRows(problem));
  std::span<const BasisSpec> previous_basis;
  if (previous != nullptr) {
    previous_basis = previous->velocity.potential.additive_basis;
  }
  LinearFit linear;
  if (options.velocity == VelocityForm::kParts) {
    TTFLOW_ASSIGN_OR_RETURN(
        linear,
        FitLinearParts(rows, options, previous_basis, executor, interrupter));
  } else {
    linear = NoLinearParts(rows, options, previous_basis, executor);
  }
  TTFLOW_RETURN_IF_ERROR(interrupter.Check());
  std::optional<TrainFit> train;
  std::optional<ComponentFit> components;
  if (options.velocity == VelocityForm::kComponents) {
    TTFLOW_ASSIGN_OR_RETURN(components,
                            FitComponents(rows,
                                          linear.potential.additive_basis,
                                          options,
                                          previous,
                                          key,
                                          executor,
                                          interrupter));
  } else if (linear.heldout_r2 < kLinearSuffices) {
    TTFLOW_ASSIGN_OR_RETURN(
        train,
        FitInteractionTrain(
            rows, linear, options, previous, key, executor, interrupter));
  }

  FitResult result;
  for (int f = 0; f < 2; ++f) {
    result.fold_velocity[f].potential = std::move(linear.fold_potential[f]);
  }
  result.velocity.potential = std::move(linear.potential);
  result.ridge = linear.ridge;
  result.num_unknowns = linear.num_unknowns;
  result.additive_r2 = linear.additive_r2;
  if (train.has_value()) AddTrain(*std::move(train), result);
  if (components.has_value()) AddComponents(*std::move(components), result);
  TTFLOW_ASSIGN_OR_RETURN(
      result.residual,
      CrossFittedResidual(
          problem, result.fold_velocity, executor, interrupter));
  const double variance = CentreResidual(problem.weights, result.residual);
  result.validation_r2 = 1 - variance / rows.variance;
  return result;
}

}  // namespace ttflow
