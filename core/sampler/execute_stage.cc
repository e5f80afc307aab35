#include "core/sampler/execute_stage.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "core/foundation/status_macros.h"
#include "core/math/log_sum_exp.h"
#include "core/particles/resampling.h"
#include "core/particles/weights.h"
#include "core/transport/sequential_step.h"

namespace ttflow {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Moves the rows of `u` whose fold is `fold` by the velocity of that fold.
void MoveFold(const Transport& transport,
              int fold,
              double dt,
              const std::vector<std::int8_t>& folds,
              const Executor& executor,
              Matrix& u,
              Vector& log_determinant) {
  std::vector<Index> rows;
  for (Index i = 0; i < u.rows(); ++i) {
    if (folds[i] == fold) rows.push_back(i);
  }
  if (rows.empty()) return;
  Matrix part = u(rows, Eigen::all);
  Vector part_log_determinant;
  SequentialStep(transport.fold_velocity[fold],
                 dt,
                 transport.substeps,
                 executor,
                 part,
                 part_log_determinant);
  u(rows, Eigen::all) = part;
  log_determinant(rows) = part_log_determinant;
}

void AddIncrement(const Vector& increment, Particles& particles) {
  for (Index i = 0; i < increment.size(); ++i) {
    // A particle that is dead, or that lands where the energy is not finite,
    // has weight zero from then on.
    const double value = particles.log_weight[i] + increment[i];
    particles.log_weight[i] = std::isnan(value) ? -kInfinity : value;
  }
}

}  // namespace

double PassState::LogEvidence() const {
  return log_evidence_at_resampling + LogMeanExp(particles.log_weight);
}

absl::StatusOr<PassState> StartPass(Index count,
                                    TemperedEnergy& energy,
                                    const RandomKey& key) {
  PassState state;
  state.num_first_ancestors = count;
  Particles& particles = state.particles;
  particles.position = energy.base().Sample(count, key, energy.executor(), 0);
  TemperedBatch batch;
  TTFLOW_RETURN_IF_ERROR(energy.Evaluate(particles.position, batch));
  particles.base_energy = std::move(batch.base_energy);
  particles.target_energy = std::move(batch.target_energy);
  particles.base_gradient = std::move(batch.base_gradient);
  particles.target_gradient = std::move(batch.target_gradient);
  particles.log_weight = Vector::Zero(count);
  particles.eve.resize(count);
  particles.fold.resize(count);
  for (Index i = 0; i < count; ++i) {
    particles.eve[i] = static_cast<std::int32_t>(i);
    particles.fold[i] =
        static_cast<std::int8_t>(key.Stream(Purpose::kFold, 0, i).Bits() & 1);
  }
  return state;
}

absl::StatusOr<double> AdvanceParticles(const StageModel& stage,
                                        StageMode mode,
                                        TemperedEnergy& energy,
                                        PassState& state) {
  Particles& particles = state.particles;
  const double dt = stage.t_to - stage.t_from;
  const Vector weights = NormalizedWeights(particles.log_weight);
  Vector increment;
  if (!stage.transport.has_value()) {
    increment = dt * (particles.base_energy - particles.target_energy);
  } else {
    const Transport& transport = *stage.transport;
    Matrix u = transport.coordinates.ToLocal(particles.position);
    Vector log_determinant = Vector::Zero(u.rows());
    if (mode == StageMode::kTraining) {
      for (int fold = 0; fold < 2; ++fold) {
        MoveFold(transport,
                 fold,
                 dt,
                 particles.fold,
                 energy.executor(),
                 u,
                 log_determinant);
      }
    } else {
      SequentialStep(transport.velocity,
                     dt,
                     transport.substeps,
                     energy.executor(),
                     u,
                     log_determinant);
    }
    const Vector energy_before = EnergyAt(particles, stage.t_from);
    particles.position = transport.coordinates.ToGlobal(u);
    TemperedBatch batch;
    TTFLOW_RETURN_IF_ERROR(energy.Evaluate(particles.position, batch));
    increment = energy_before - batch.EnergyAt(stage.t_to) + log_determinant;
    particles.base_energy = std::move(batch.base_energy);
    particles.target_energy = std::move(batch.target_energy);
    particles.base_gradient = std::move(batch.base_gradient);
    particles.target_gradient = std::move(batch.target_gradient);
  }
  AddIncrement(increment, particles);
  for (Index i = 0; i < increment.size(); ++i) {
    if (std::isnan(increment[i])) increment[i] = -kInfinity;
  }
  state.t = stage.t_to;
  return ConditionalEss(weights, increment);
}

absl::StatusOr<RepairInfo> RepairParticles(const StageModel& stage,
                                           TemperedEnergy& energy,
                                           const RandomKey& key,
                                           PassState& state,
                                           WeightedCloud* before) {
  Particles& particles = state.particles;
  RepairInfo info;
  info.weight_ess_fraction = WeightEssFraction(particles.log_weight);
  if (!(info.weight_ess_fraction > 0)) {
    return absl::FailedPreconditionError(
        "no particle has a positive weight: the energy is not finite where the "
        "particles are; check the target or give a base (base.mean, "
        "base.scale)");
  }
  if (before != nullptr) {
    *before = {particles.position, particles.log_weight, particles.eve};
  }
  if (stage.resampling.always ||
      info.weight_ess_fraction < stage.resampling.ess_threshold) {
    const double log_mean_weight = LogMeanExp(particles.log_weight);
    state.resampling_noise += state.last_resampling_noise;
    state.last_resampling_noise = ResamplingNoise(stage.resampling.scheme,
                                                  particles.log_weight,
                                                  particles.eve,
                                                  particles.num_particles());
    SelectAncestors(DrawAncestors(stage.resampling.scheme,
                                  particles.log_weight,
                                  particles.num_particles(),
                                  key),
                    particles);
    state.log_evidence_at_resampling += log_mean_weight;

    info.resampled = true;
  }
  if (stage.moves.count > 0) {
    TTFLOW_ASSIGN_OR_RETURN(
        info.moves,
        GetMove(stage.moves.kind)
            .Apply(stage.moves, state.t, energy, key, 0, particles));
  }
  return info;
}

}  // namespace ttflow
