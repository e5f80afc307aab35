#include "core/sampler/point_set.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/foundation/check.h"
#include "core/foundation/status_macros.h"
#include "core/math/log_sum_exp.h"
#include "core/particles/weights.h"

namespace ttflow {
namespace {

constexpr Index kCutWeights = 5;
constexpr std::size_t kNumRecent = 3;

// Log weights of exp(power * log_weight); what has no weight keeps none.
Vector Flattened(Vector log_weight, double power) {
  for (double& value : log_weight) {
    if (std::isfinite(value)) value *= power;
  }
  return log_weight;
}

}  // namespace

Vector PointSet::LogWeightsAt(double t) const {
  Vector log_weight = -batch.EnergyAt(t) - log_proposal;
  for (double& value : log_weight) {
    if (!std::isfinite(value)) value = -std::numeric_limits<double>::infinity();
  }
  return log_weight;
}

absl::StatusOr<PointSet> DrawPoints(const Density& density,
                                    Index count,
                                    const RandomKey& key,
                                    Index first,
                                    TemperedEnergy& energy) {
  PointSet set;
  set.position = density.Sample(count, key, energy.executor(), first);
  TTFLOW_RETURN_IF_ERROR(energy.Evaluate(set.position, set.batch));
  density.LogDensity(
      set.position, energy.executor(), set.log_proposal, nullptr);
  return set;
}

Particles AsParticles(const PointSet& set) {
  Particles particles;
  particles.position = set.position;
  particles.base_energy = set.batch.base_energy;
  particles.target_energy = set.batch.target_energy;
  particles.base_gradient = set.batch.base_gradient;
  particles.target_gradient = set.batch.target_gradient;
  particles.log_weight = Vector::Zero(set.size());
  particles.fold.assign(set.size(), 0);
  particles.eve.assign(set.size(), 0);
  return particles;
}

Vector ReweightedTo(const Particles& particles, double at, double t) {
  Vector log_weight = particles.log_weight;
  for (Index i = 0; i < log_weight.size(); ++i) {
    const double h = particles.target_energy[i] - particles.base_energy[i];
    log_weight[i] = std::isfinite(h) ? log_weight[i] - (t - at) * h
                                     : -std::numeric_limits<double>::infinity();
  }
  return log_weight;
}

PooledPoints PoolPoints(const std::vector<const PointSet*>& sets,
                        const std::vector<Vector>& log_weights) {
  TTFLOW_CHECK(!sets.empty() && sets.size() == log_weights.size());
  Index total = 0;
  for (const PointSet* set : sets) total += set->size();
  const Index d = sets.front()->position.cols();
  PooledPoints pool;
  pool.position.resize(total, d);
  pool.batch.base_energy.resize(total);
  pool.batch.target_energy.resize(total);
  pool.batch.base_gradient.resize(total, d);
  pool.batch.target_gradient.resize(total, d);
  pool.weights.resize(total);
  Index first = 0;
  for (std::size_t s = 0; s < sets.size(); ++s) {
    const PointSet& set = *sets[s];
    const Index n = set.size();
    pool.position.middleRows(first, n) = set.position;
    pool.batch.base_energy.segment(first, n) = set.batch.base_energy;
    pool.batch.target_energy.segment(first, n) = set.batch.target_energy;
    pool.batch.base_gradient.middleRows(first, n) = set.batch.base_gradient;
    pool.batch.target_gradient.middleRows(first, n) = set.batch.target_gradient;
    pool.weights.segment(first, n) = NormalizedWeights(log_weights[s]) *
                                     WeightEssFraction(log_weights[s]) *
                                     static_cast<double>(n);
    first += n;
  }
  if (total > kCutWeights) {
    Vector sorted = pool.weights;
    std::nth_element(sorted.data(),
                     sorted.data() + (total - kCutWeights),
                     sorted.data() + total);
    const double cut = sorted[total - kCutWeights];
    if (cut > 0) pool.weights = pool.weights.cwiseMin(cut);
  }
  const double sum = pool.weights.sum();
  if (sum > 0) pool.weights /= sum;
  return pool;
}

double FlatteningPower(const ConstVectorRef& log_weight, double ess) {
  if (WeightEssFraction(log_weight) >= ess) return 1;
  double low = 0;
  double high = 1;
  for (int step = 0; step < 40; ++step) {
    const double middle = 0.5 * (low + high);
    const Vector scaled = Flattened(log_weight, middle);
    (WeightEssFraction(scaled) >= ess ? low : high) = middle;
  }
  return low;
}

void RecentPoints::Keep(PointSet set) {
  sets_.push_back(std::move(set));
  if (sets_.size() > kNumRecent) sets_.pop_front();
}

void RecentPoints::Collect(double t,
                           std::vector<const PointSet*>& sets,
                           std::vector<Vector>& log_weights) const {
  for (const PointSet& set : sets_) {
    sets.push_back(&set);
    log_weights.push_back(set.LogWeightsAt(t));
  }
}

PooledPoints RecentPoints::Pool(double t) const {
  std::vector<const PointSet*> sets;
  std::vector<Vector> log_weights;
  Collect(t, sets, log_weights);
  return PoolPoints(sets, log_weights);
}

PooledPoints RecentPoints::PoolWith(const Particles& particles,
                                    double at,
                                    double t) const {
  PointSet current;
  current.position = particles.position;
  current.batch = {particles.base_energy,
                   particles.target_energy,
                   particles.base_gradient,
                   particles.target_gradient};
  std::vector<const PointSet*> sets = {&current};
  std::vector<Vector> log_weights = {ReweightedTo(particles, at, t)};
  Collect(t, sets, log_weights);
  return PoolPoints(sets, log_weights);
}

PooledPoints RecentPoints::FlattenedPool(double ess) const {
  std::vector<const PointSet*> sets;
  std::vector<Vector> log_weights;
  Collect(1, sets, log_weights);
  for (Vector& log_weight : log_weights) {
    log_weight = Flattened(log_weight, FlatteningPower(log_weight, ess));
  }
  return PoolPoints(sets, log_weights);
}

}  // namespace ttflow
