#include "core/moves/leapfrog.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/foundation/check.h"
#include "core/foundation/status_macros.h"
#include "core/particles/weights.h"

namespace ttflow {

namespace {

// The trajectories of one application, all particles side by side.
struct Trajectories {
  Matrix position;   // [N, d]
  Matrix momentum;   // [N, d], in units of 1 / scale
  Vector step_size;  // [N], dimensionless
  Vector uniform;    // [N], of the acceptance
  // [N], f_t + |r|^2 / 2 at the start; |r|^2 / 2 alone where f_t is infinite.
  Vector start;
  std::vector<char> cut_off;  // [N], left the finite numbers
};

// Gradient of f_t for rows [begin, begin + rows) of coordinate k. Gradients are
// finite by contract, so no coefficient needs care.
auto TemperedColumn(double t,
                    const Matrix& base,
                    const Matrix& target,
                    Index k,
                    Index begin,
                    Index rows) {
  return LinearPath::BaseCoefficient(t) *
             base.col(k).segment(begin, rows).array() +
         LinearPath::TargetCoefficient(t) *
             target.col(k).segment(begin, rows).array();
}

// Half a momentum step of the rows of a block.
void KickBlock(const MoveSettings& settings,
               double t,
               const Matrix& base_gradient,
               const Matrix& target_gradient,
               double factor,
               Index begin,
               Index end,
               Trajectories& trajectories) {
  const Index rows = end - begin;
  const auto step = trajectories.step_size.segment(begin, rows).array();
  for (Index k = 0; k < settings.scale.size(); ++k) {
    trajectories.momentum.col(k).segment(begin, rows).array() -=
        factor * settings.scale[k] * step *
        TemperedColumn(t, base_gradient, target_gradient, k, begin, rows);
  }
}

// A position step of the rows of a block. A particle that leaves the finite
// numbers goes back to its start, so that no NaN reaches an energy.
void DriftBlock(const MoveSettings& settings,
                const Matrix& start,
                Index begin,
                Index end,
                Trajectories& trajectories) {
  const Index rows = end - begin;
  const auto step = trajectories.step_size.segment(begin, rows).array();
  Eigen::ArrayXd probe = Eigen::ArrayXd::Zero(rows);
  for (Index k = 0; k < settings.scale.size(); ++k) {
    auto x = trajectories.position.col(k).segment(begin, rows).array();
    x += settings.scale[k] * step *
         trajectories.momentum.col(k).segment(begin, rows).array();
    probe += 0 * x;  // NaN where any coordinate is infinite or NaN
  }
  for (Index i = begin; i < end; ++i) {
    if (probe[i - begin] == 0) continue;
    trajectories.cut_off[static_cast<size_t>(i)] = 1;
    trajectories.position.row(i) = start.row(i);
    trajectories.momentum.row(i).setZero();
  }
}

// Draws what the rows of a block need, and records their initial energy.
void StartBlock(const MoveSettings& settings,
                double t,
                const RandomKey& key,
                std::uint32_t index,
                const Particles& particles,
                const Vector& energy,
                Index begin,
                Index end,
                Trajectories& trajectories) {
  const Index dimension = particles.dimension();
  for (Index i = begin; i < end; ++i) {
    RandomStream stream =
        key.Stream(Purpose::kMove, index, static_cast<std::uint64_t>(i));
    trajectories.step_size[i] =
        settings.step_size *
        std::exp(settings.log_step_spread * (2 * stream.Uniform() - 1));
    double kinetic = 0;
    for (Index k = 0; k < dimension; ++k) {
      const double r = stream.Normal();
      trajectories.momentum(i, k) = r;
      kinetic += r * r;
    }
    trajectories.uniform[i] = stream.Uniform();
    trajectories.start[i] = energy[i] + 0.5 * kinetic;
    trajectories.cut_off[static_cast<size_t>(i)] = 0;
  }
  trajectories.position.middleRows(begin, end - begin) =
      particles.position.middleRows(begin, end - begin);
  KickBlock(settings,
            t,
            particles.base_gradient,
            particles.target_gradient,
            0.5,
            begin,
            end,
            trajectories);
}

// Accepts or rejects the rows of a block. acceptance [N]: probability; jump
// [N]: acceptance times squared jump in units of scale, per coordinate.
void DecideBlock(const MoveSettings& settings,
                 const TemperedBatch& proposal,
                 const Vector& proposal_energy,
                 Index begin,
                 Index end,
                 const Trajectories& trajectories,
                 Particles& particles,
                 Vector& acceptance,
                 Vector& jump) {
  const Index dimension = particles.dimension();
  const Index rows = end - begin;
  Eigen::ArrayXd kinetic = Eigen::ArrayXd::Zero(rows);
  Eigen::ArrayXd distance = Eigen::ArrayXd::Zero(rows);
  for (Index k = 0; k < dimension; ++k) {
    kinetic +=
        0.5 *
        trajectories.momentum.col(k).segment(begin, rows).array().square();
    distance += ((trajectories.position.col(k).segment(begin, rows) -
                  particles.position.col(k).segment(begin, rows))
                     .array() /
                 settings.scale[k])
                    .square();
  }
  Eigen::Array<bool, Eigen::Dynamic, 1> accepted(rows);
  for (Index i = begin; i < end; ++i) {
    const double end_energy = proposal_energy[i] + kinetic[i - begin];
    double probability = 0;
    if (trajectories.cut_off[static_cast<size_t>(i)] == 0 &&
        std::isfinite(end_energy)) {
      // exp(+inf - finite): any finite end is accepted from an infinite start.
      probability = std::min(1.0, std::exp(trajectories.start[i] - end_energy));
    }
    acceptance[i] = probability;
    jump[i] = probability > 0 ? probability * distance[i - begin] /
                                    static_cast<double>(dimension)
                              : 0;
    accepted[i - begin] = trajectories.uniform[i] < probability;
  }
  const auto keep = [&](auto& field, const auto& proposed) {
    for (Index k = 0; k < field.cols(); ++k) {
      auto current = field.col(k).segment(begin, rows);
      current = accepted.select(proposed.col(k).segment(begin, rows), current);
    }
  };
  keep(particles.position, trajectories.position);
  keep(particles.base_energy, proposal.base_energy);
  keep(particles.target_energy, proposal.target_energy);
  keep(particles.base_gradient, proposal.base_gradient);
  keep(particles.target_gradient, proposal.target_gradient);
}

}  // namespace

absl::StatusOr<MoveInfo> ApplyLeapfrog(const MoveSettings& settings,
                                       int num_steps,
                                       double t,
                                       TemperedEnergy& energy,
                                       const RandomKey& key,
                                       std::uint32_t first_index,
                                       Particles& particles) {
  const Index num_particles = particles.num_particles();
  const Index dimension = particles.dimension();
  TTFLOW_CHECK(settings.scale.size() == dimension);
  TTFLOW_CHECK(num_steps >= 1 && settings.step_size > 0);
  MoveInfo info;
  if (settings.count <= 0 || num_particles == 0) return info;

  const Executor& executor = energy.executor();
  const Vector weights = NormalizedWeights(particles.log_weight);
  Trajectories trajectories;
  trajectories.position.resize(num_particles, dimension);
  trajectories.momentum.resize(num_particles, dimension);
  trajectories.step_size.resize(num_particles);
  trajectories.uniform.resize(num_particles);
  trajectories.start.resize(num_particles);
  trajectories.cut_off.resize(static_cast<size_t>(num_particles));
  TemperedBatch batch;
  Vector acceptance(num_particles);
  Vector jump(num_particles);

  for (int application = 0; application < settings.count; ++application) {
    const std::uint32_t index =
        first_index + static_cast<std::uint32_t>(application);
    const Vector start_energy = EnergyAt(particles, t);
    executor.ForBlocks(num_particles, [&](Index begin, Index end) {
      StartBlock(settings,
                 t,
                 key,
                 index,
                 particles,
                 start_energy,
                 begin,
                 end,
                 trajectories);
    });
    for (int step = 0; step < num_steps; ++step) {
      executor.ForBlocks(num_particles, [&](Index begin, Index end) {
        // The two half kicks between drifts are one.
        if (step > 0) {
          KickBlock(settings,
                    t,
                    batch.base_gradient,
                    batch.target_gradient,
                    1,
                    begin,
                    end,
                    trajectories);
        }
        DriftBlock(settings, particles.position, begin, end, trajectories);
      });
      TTFLOW_RETURN_IF_ERROR(energy.Evaluate(trajectories.position, batch));
      info.num_evaluations += num_particles;
    }
    const Vector end_energy = batch.EnergyAt(t);
    executor.ForBlocks(num_particles, [&](Index begin, Index end) {
      KickBlock(settings,
                t,
                batch.base_gradient,
                batch.target_gradient,
                0.5,
                begin,
                end,
                trajectories);
      DecideBlock(settings,
                  batch,
                  end_energy,
                  begin,
                  end,
                  trajectories,
                  particles,
                  acceptance,
                  jump);
    });
    info.acceptance_rate += weights.dot(acceptance);
    info.mean_squared_jump += weights.dot(jump);
  }
  info.acceptance_rate /= settings.count;
  info.mean_squared_jump /= settings.count;
  return info;
}

}  // namespace ttflow
