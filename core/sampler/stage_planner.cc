#include "core/sampler/stage_planner.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/foundation/status_macros.h"
#include "core/math/weighted_moments.h"
#include "core/moves/step_size_adaptation.h"
#include "core/particles/weights.h"
#include "core/path/tempered_energy.h"

namespace ttflow {
namespace {

// A step may fall this far short of the wanted conditional ESS before it is
// planned again.
constexpr double kShortfall = 0.9;
// A flow must lengthen the step at least so much to be worth the risk (`on`).
constexpr double kLeastGain = 0.1;
// Conditional ESS down to which the fit looks ahead on reweighted particles.
constexpr double kLookAheadEss = 0.7;
// A fit is made again where the step's middle lies so much further ahead.
constexpr double kRefitShift = 1.5;
// Longest step of a flow in bare steps: at first, and its growth a stage.
constexpr double kFirstRatio = 4;
constexpr double kRatioGrowth = 2;
constexpr int kFitsBetweenComparisons = 6;
constexpr int kLongestSkip = 8;

Vector EnergyDifference(const Particles& particles) {
  return particles.target_energy - particles.base_energy;
}

// The positive-weight particles' weights times exp(-dt h), normalised.
Vector LookAhead(const Particles& particles, double dt) {
  const Vector h = EnergyDifference(particles);
  Vector log_weight = particles.log_weight;
  for (Index i = 0; i < h.size(); ++i) {
    log_weight[i] -= dt > 0 || std::isfinite(h[i]) ? dt * h[i] : 0;
  }
  return NormalizedWeights(log_weight);
}

// 99.9 % quantile of |H v| / |v|, H the Jacobian of the velocity, by a
// one-sided difference of the field along itself: how far the field is from
// constant along its own way.
double HessianAlongField(const Velocity& velocity, const Matrix& u) {
  Matrix field;
  EvaluateVelocity(velocity, u, &field, nullptr);
  const Vector speed = field.rowwise().norm();
  constexpr double kStep = 1e-4;
  Matrix shifted = u;
  for (Index i = 0; i < u.rows(); ++i) {
    if (speed[i] > 0) shifted.row(i) += (kStep / speed[i]) * field.row(i);
  }
  Matrix shifted_field;
  EvaluateVelocity(velocity, shifted, &shifted_field, nullptr);
  Vector size = (shifted_field - field).rowwise().norm() / kStep;
  const Index rank = std::min<Index>(
      size.size() - 1,
      static_cast<Index>(0.999 * static_cast<double>(size.size())));
  std::nth_element(size.data(), size.data() + rank, size.data() + size.size());
  return size[rank];
}

}  // namespace

StagePlanner::StagePlanner(const SamplerOptions& options, Index dimension)
    : options_(options),
      dimension_(dimension),
      step_size_(
          (options.moves.kind == MoveChoice::kHmc ? 0.5 : 1.0) *
          std::pow(static_cast<double>(dimension),
                   options.moves.kind == MoveChoice::kHmc ? -0.25 : -1.0 / 6)) {
  if (options.flow.coordinates == CoordinateKind::kWhitened) {
    coordinates_ = CoordinateKind::kWhitened;
  }
}

absl::StatusOr<std::optional<StagePlanner::Fitted>> StagePlanner::FitFlow(
    const PassState& state,
    double t_fit,
    const Vector& weights,
    CoordinateKind kind,
    const RandomKey& key,
    const Executor& executor,
    Interrupter& interrupter) {
  const Particles& particles = state.particles;
  Fitted fitted;
  fitted.weights = weights;
  fitted.coordinates = kind == CoordinateKind::kWhitened
                           ? WhitenedCoordinates(particles.position, weights)
                           : DiagonalCoordinates(particles.position, weights);
  const Matrix u = fitted.coordinates.ToLocal(particles.position);
  const Matrix gradient =
      fitted.coordinates.GradientToLocal(GradientAt(particles, t_fit));
  const Vector h = EnergyDifference(particles);
  const FitProblem problem{u, weights, gradient, h, particles.fold};
  const FitResult* previous = previous_fit_.has_value() && kind == coordinates_
                                  ? &*previous_fit_
                                  : nullptr;
  absl::StatusOr<FitResult> result = FitVelocity(
      problem, options_.flow.fit, previous, key, executor, interrupter);
  if (absl::IsFailedPrecondition(result.status()))
    return std::optional<Fitted>();
  TTFLOW_RETURN_IF_ERROR(result.status());
  fitted.result = *std::move(result);
  fitted.hessian = HessianAlongField(fitted.result.velocity, u);
  return std::optional<Fitted>(std::move(fitted));
}

absl::StatusOr<std::optional<StagePlanner::Fitted>>
StagePlanner::FitInBestCoordinates(const PassState& state,
                                   double t_fit,
                                   const Vector& weights,
                                   const RandomKey& key,
                                   const Executor& executor,
                                   Interrupter& interrupter) {
  TTFLOW_ASSIGN_OR_RETURN(
      std::optional<Fitted> best,
      FitFlow(state, t_fit, weights, coordinates_, key, executor, interrupter));
  const bool choose =
      options_.flow.coordinates == CoordinateKind::kAuto && dimension_ > 1 &&
      (!compared_ || ++fits_since_comparison_ >= kFitsBetweenComparisons);
  if (choose && best.has_value()) {
    compared_ = true;
    fits_since_comparison_ = 0;
    const CoordinateKind other_kind = coordinates_ == CoordinateKind::kWhitened
                                          ? CoordinateKind::kDiagonal
                                          : CoordinateKind::kWhitened;
    TTFLOW_ASSIGN_OR_RETURN(
        std::optional<Fitted> other,
        FitFlow(state, t_fit, weights, other_kind, key, executor, interrupter));
    // Hysteresis: a change costs the warm start of the train.
    if (other.has_value() && 1 - other->result.validation_r2 <
                                 0.8 * (1 - best->result.validation_r2)) {
      best = std::move(other);
      coordinates_ = other_kind;
    }
  }
  if (best.has_value()) {
    previous_fit_ = best->result;
    // A train is the dearest part of a fit: one that was not worth keeping is
    // tried again ever more seldom.
    if (!best->result.ranks.empty()) {
      next_train_pause_ = 1;
    } else if (train_pause_ > 0) {
      --train_pause_;
    } else {
      train_pause_ = next_train_pause_;
      next_train_pause_ = std::min(2 * next_train_pause_, kLongestSkip);
    }
  }
  return best;
}

double StagePlanner::FlowStep(const Fitted& fitted,
                              double dt_bare,
                              double limit,
                              double& predicted_ess) const {
  const double wanted = options_.schedule.conditional_ess;
  double cap = std::min(limit, longest_ratio_ * dt_bare);
  if (fitted.hessian > 0) {
    cap = std::min(cap,
                   options_.flow.max_substeps * options_.flow.max_displacement /
                       fitted.hessian);
  }
  double dt = LargestStep(fitted.weights, fitted.result.residual, wanted, cap);
  // The residual alone is blind to the discretisation; shrink until both fit.
  for (;;) {
    predicted_ess =
        ConditionalEss(fitted.weights, -dt * fitted.result.residual);
    const double loss = kappa_ * std::pow(dt / dt_bare, 4);
    if (predicted_ess / (1 + loss) >= wanted * (1 - 1e-9) || loss < 1e-6) break;
    dt *= 0.95;
  }
  return dt;
}

bool StagePlanner::FlowPays(double dt_flow, double dt_bare) const {
  const double gain = options_.flow.mode == FlowMode::kAuto
                          ? std::max(options_.flow.min_gain, kLeastGain)
                          : kLeastGain;
  return dt_flow > (1 + gain) * dt_bare;
}

void StagePlanner::SetTime(StageModel& stage, double t_from, double dt) const {
  stage.t_from = t_from;
  const double t_to = t_from + dt;
  stage.t_to = 1 - t_to < 1e-9 ? 1 : t_to;
  stage.resampling.scheme = options_.resampling.scheme;
  stage.resampling.ess_threshold = options_.resampling.ess_threshold;
  stage.resampling.always = stage.t_to == 1;
}

MoveSettings StagePlanner::PlanMoves(const PassState& state,
                                     double dt,
                                     bool transported,
                                     bool last) const {
  MoveSettings moves;
  moves.kind = options_.moves.kind == MoveChoice::kHmc ? MoveKind::kHmc
                                                       : MoveKind::kMala;
  moves.count = options_.moves.count + (last ? options_.moves.final_count : 0);
  moves.step_size = step_size_;
  moves.num_leapfrog_steps = options_.moves.num_leapfrog_steps;
  moves.log_step_spread = options_.moves.log_step_spread;
  const Vector weights = LookAhead(state.particles, transported ? 0 : dt);
  moves.scale = DiagonalCoordinates(state.particles.position, weights).scale;
  return moves;
}

absl::StatusOr<StagePlan> StagePlanner::Plan(const PassState& state,
                                             const RandomKey& key,
                                             const Executor& executor,
                                             Interrupter& interrupter) {
  TTFLOW_RETURN_IF_ERROR(interrupter.Check());
  const Particles& particles = state.particles;
  const double limit = 1 - state.t;
  const double wanted = options_.schedule.conditional_ess;
  const Vector weights = NormalizedWeights(particles.log_weight);
  const Vector h = EnergyDifference(particles);
  StagePlan plan;
  plan.dt_without_flow = LargestStep(weights, h, wanted, limit);
  if (!(plan.dt_without_flow > 0)) {
    // Particles without finite energy alone: the smallest step drops them.
    plan.dt_without_flow = std::min(limit, 1e-6);
  }
  double dt = plan.dt_without_flow;
  plan.predicted_ess = ConditionalEss(weights, -dt * h);

  const bool consider_flow = options_.flow.mode != FlowMode::kOff &&
                             dt < limit && stages_to_skip_ == 0;
  if (stages_to_skip_ > 0) --stages_to_skip_;
  if (consider_flow) {
    // The field is fitted for the middle of the step, on the particles
    // reweighted to it as far as their weights carry: second order in time for
    // nothing.
    const double look_ahead = LargestStep(weights, h, kLookAheadEss, limit);
    const double guess = std::min(limit, std::max(1.0, last_ratio_) * dt);
    double ahead = std::min(look_ahead, 0.5 * guess);
    TTFLOW_ASSIGN_OR_RETURN(std::optional<Fitted> fitted,
                            FitInBestCoordinates(state,
                                                 state.t + ahead,
                                                 LookAhead(particles, ahead),
                                                 key,
                                                 executor,
                                                 interrupter));
    double predicted = 0;
    double dt_flow =
        fitted.has_value() ? FlowStep(*fitted, dt, limit, predicted) : 0;
    const double middle = std::min(look_ahead, 0.5 * dt_flow);
    if (fitted.has_value() && FlowPays(dt_flow, dt) &&
        middle > kRefitShift * ahead) {
      // The guess was far too short: once more at the middle of the real step.
      ahead = middle;
      TTFLOW_ASSIGN_OR_RETURN(fitted,
                              FitFlow(state,
                                      state.t + ahead,
                                      LookAhead(particles, ahead),
                                      coordinates_,
                                      key,
                                      executor,
                                      interrupter));
      dt_flow =
          fitted.has_value() ? FlowStep(*fitted, dt, limit, predicted) : 0;
    }
    bool used = false;
    if (fitted.has_value()) {
      plan.flow_fitted = true;
      plan.validation_r2 = fitted->result.validation_r2;
      plan.ranks = fitted->result.ranks;
      if (FlowPays(dt_flow, dt)) {
        used = true;
        dt = dt_flow;
        plan.predicted_ess = predicted;
        Transport transport;
        transport.substeps = std::clamp(
            static_cast<int>(std::ceil(dt * fitted->hessian /
                                       options_.flow.max_displacement)),
            1,
            options_.flow.max_substeps);
        transport.coordinates = std::move(fitted->coordinates);
        transport.fold_velocity = std::move(fitted->result.fold_velocity);
        transport.velocity = std::move(fitted->result.velocity);
        plan.model.transport = std::move(transport);
      }
    }
    if (used) {
      next_skip_ = 1;
    } else if (options_.flow.mode == FlowMode::kAuto) {
      stages_to_skip_ = next_skip_;
      next_skip_ = std::min(2 * next_skip_, kLongestSkip);
    }
  }
  SetTime(plan.model, state.t, dt);
  plan.model.moves = PlanMoves(
      state, dt, plan.model.transport.has_value(), plan.model.t_to == 1);
  return plan;
}

std::optional<StagePlan> StagePlanner::Replan(const PassState& state,
                                              const StagePlan& plan,
                                              double conditional_ess) {
  if (!plan.model.transport.has_value() ||
      conditional_ess >= kShortfall * options_.schedule.conditional_ess) {
    return std::nullopt;
  }
  StagePlan shorter = plan;
  double dt = 0.5 * (plan.model.t_to - plan.model.t_from);
  // The loss that the residual predicts is of second order in the step.
  shorter.predicted_ess = 1 - 0.25 * (1 - plan.predicted_ess);
  longest_ratio_ = std::max(1.0, dt / plan.dt_without_flow);
  if (!FlowPays(dt, plan.dt_without_flow)) {
    shorter.model.transport.reset();
    dt = plan.dt_without_flow;
  }
  SetTime(shorter.model, state.t, dt);
  shorter.model.moves = PlanMoves(
      state, dt, shorter.model.transport.has_value(), shorter.model.t_to == 1);
  return shorter;
}

void StagePlanner::Observe(const StagePlan& plan,
                           double conditional_ess,
                           const RepairInfo& repair) {
  const StageModel& stage = plan.model;
  const double dt = stage.t_to - stage.t_from;
  if (stage.transport.has_value()) {
    last_ratio_ = dt / plan.dt_without_flow;
    longest_ratio_ = std::max(kFirstRatio, kRatioGrowth * last_ratio_);
    const double shortfall =
        plan.predicted_ess > 0 ? 1 - conditional_ess / plan.predicted_ess : 1;
    kappa_ = std::max(0.0, shortfall) / std::pow(last_ratio_, 4);
  } else {
    // What was learned of the discretisation grows stale.
    last_ratio_ = 1;
    longest_ratio_ = kFirstRatio;
    kappa_ *= 0.5;
  }
  if (stage.moves.count > 0) {
    step_size_ = AdaptStepSize(step_size_,
                               repair.moves.acceptance_rate,
                               options_.moves.target_acceptance,
                               1.0);
  }
}

}  // namespace ttflow
