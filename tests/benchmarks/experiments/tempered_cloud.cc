#include "tests/benchmarks/experiments/tempered_cloud.h"

#include <cmath>

#include "core/density/gaussian.h"
#include "core/energy/counting_energy.h"
#include "core/foundation/check.h"
#include "core/foundation/interrupter.h"
#include "core/moves/move.h"
#include "core/particles/resampling.h"
#include "core/path/tempered_energy.h"

namespace ttflow::benchmarks {
namespace {

constexpr Index kPoolFactor = 16;
constexpr int kNumMoves = 60;

double Variance(const Vector& values) {
  return (values.array() - values.mean()).square().mean();
}

struct HalfCloud {
  Particles particles;
  double pool_ess = 0;
};

HalfCloud DrawHalf(const Target& target,
                   TemperedEnergy& energy,
                   double t,
                   Index count,
                   const RandomKey& key) {
  const Index half = kPoolFactor * count / 2;
  const Executor& executor = energy.executor();
  Matrix pool(2 * half, target.dimension());
  pool.topRows(half) = *target.SampleExactly(half, key);
  pool.bottomRows(half) = energy.base().Sample(half, key, executor, half);
  TemperedBatch batch;
  TTFLOW_CHECK(energy.Evaluate(pool, batch).ok());
  const double log_evidence = *target.LogEvidence();
  Vector log_weight(pool.rows());
  for (Index i = 0; i < pool.rows(); ++i) {
    const double log_base = -batch.base_energy[i];
    const double log_target = -batch.target_energy[i] - log_evidence;
    const double most = std::max(log_base, log_target);
    const double log_proposal =
        most + std::log(0.5 * std::exp(log_base - most) +
                        0.5 * std::exp(log_target - most));
    log_weight[i] = (1 - t) * log_base + t * log_target - log_proposal;
  }
  const Vector weight = (log_weight.array() - log_weight.maxCoeff()).exp();
  HalfCloud out;
  out.pool_ess = weight.sum() * weight.sum() / weight.squaredNorm();
  const std::vector<Index> chosen =
      DrawAncestors(ResamplingScheme::kSystematic, log_weight, count, key);
  Particles& particles = out.particles;
  particles.position = pool(chosen, Eigen::all);
  particles.base_energy = batch.base_energy(chosen);
  particles.target_energy = batch.target_energy(chosen);
  particles.base_gradient = batch.base_gradient(chosen, Eigen::all);
  particles.target_gradient = batch.target_gradient(chosen, Eigen::all);
  particles.log_weight = Vector::Zero(count);
  particles.fold.assign(static_cast<std::size_t>(count), 0);
  particles.eve.assign(static_cast<std::size_t>(count), 0);

  MoveSettings settings;
  settings.count = kNumMoves;
  settings.step_size =
      0.7 / std::cbrt(std::sqrt(static_cast<double>(target.dimension())));
  settings.log_step_spread = 1;
  const Matrix centred =
      particles.position.rowwise() - particles.position.colwise().mean();
  settings.scale =
      (centred.colwise().squaredNorm() / static_cast<double>(count))
          .cwiseSqrt()
          .transpose();
  TTFLOW_CHECK(GetMove(MoveKind::kMala)
                   .Apply(settings, t, energy, key, 0, particles)
                   .ok());
  return out;
}

}  // namespace

CloudPair MakeCloudPair(const std::shared_ptr<const Target>& target,
                        double base_scale,
                        double t,
                        Index count,
                        std::uint64_t seed,
                        const Executor& executor) {
  const Index d = target->dimension();
  const GaussianDensity base(Vector::Zero(d), Vector::Constant(d, base_scale));
  CountingEnergy counting(target, executor);
  NullInterrupter interrupter;
  TemperedEnergy energy(base, counting, executor, interrupter);
  const RandomKey key(seed);
  CloudPair pair;
  Eigen::RowVectorXd mean;
  Eigen::RowVectorXd scale;
  for (TemperedCloud* cloud : {&pair.training, &pair.validation}) {
    const std::uint32_t number = cloud == &pair.training ? 1 : 2;
    Matrix position(count, d);
    cloud->gradient.resize(count, d);
    cloud->energy_difference.resize(count);
    cloud->weights = Vector::Constant(count, 1 / static_cast<double>(count));
    Index begin = 0;
    for (std::uint32_t fold = 0; fold < 2; ++fold) {
      const Index size = fold == 0 ? count / 2 : count - count / 2;
      const HalfCloud half =
          DrawHalf(*target, energy, t, size, key.AtStage(number, fold));
      position.middleRows(begin, size) = half.particles.position;
      cloud->gradient.middleRows(begin, size) = GradientAt(half.particles, t);
      cloud->energy_difference.segment(begin, size) =
          half.particles.target_energy - half.particles.base_energy;
      cloud->fold.insert(cloud->fold.end(),
                         static_cast<std::size_t>(size),
                         static_cast<std::int8_t>(fold));
      cloud->pool_ess += half.pool_ess;
      begin += size;
    }
    if (cloud == &pair.training) {
      mean = position.colwise().mean();
      scale = ((position.rowwise() - mean).colwise().squaredNorm() /
               static_cast<double>(count))
                  .cwiseSqrt();
    }
    cloud->position =
        (position.rowwise() - mean).array().rowwise() / scale.array();
    cloud->gradient.array().rowwise() *= scale.array();
    cloud->mean = mean;
    cloud->scale = scale;
  }
  return pair;
}

double ContinuityR2(const Velocity& velocity,
                    const TemperedCloud& cloud,
                    const Executor& executor) {
  NullInterrupter interrupter;
  const auto image = ApplyContinuityOperator(
      velocity, cloud.position, cloud.gradient, executor, interrupter);
  TTFLOW_CHECK(image.ok());
  const double value = 1 - Variance(cloud.energy_difference - *image) /
                               Variance(cloud.energy_difference);
  return value > -1 ? value : -1;  // NaN too
}

}  // namespace ttflow::benchmarks
