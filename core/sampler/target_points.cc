#include "core/sampler/target_points.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/density/density_sum.h"
#include "core/math/log_sum_exp.h"
#include "core/particles/weights.h"

namespace ttflow {
namespace {

// Densities of an ESS fraction so far below the best are left out of a mixture.
constexpr double kFairShare = 0.5;
constexpr double kEqualShare = 0.05;
constexpr int kIterations = 50;

// Appends the rows of `more`.
void Append(const ConstVectorRef& more, Vector& values) {
  const Index before = values.size();
  values.conservativeResize(before + more.size());
  values.tail(more.size()) = more;
}

void Append(const ConstMatrixRef& more, Matrix& values) {
  const Index before = values.rows();
  values.conservativeResize(before + more.rows(), more.cols());
  values.bottomRows(more.rows()) = more;
}

// log(exp(a) + exp(b)) entry by entry, into a.
void AddExp(const ConstVectorRef& b, VectorRef a) {
  for (Index i = 0; i < a.size(); ++i) a[i] = LogAddExp(a[i], b[i]);
}

}  // namespace

void TargetPoints::Add(const PointSet& set,
                       std::shared_ptr<const Density> density,
                       const Executor& executor) {
  Source added = {std::move(density),
                  static_cast<double>(set.size()),
                  WeightEssFraction(set.LogWeightsAt(1)),
                  {}};
  if (all_.size() > 0) {
    added.density->LogDensity(
        all_.position, executor, added.log_density, nullptr);
  }
  Append(set.log_proposal, added.log_density);
  for (Source& source : sources_) {
    Vector log_density;
    source.density->LogDensity(set.position, executor, log_density, nullptr);
    Append(log_density, source.log_density);
  }
  sources_.push_back(std::move(added));
  Append(set.position, all_.position);
  Append(set.batch.base_energy, all_.batch.base_energy);
  Append(set.batch.target_energy, all_.batch.target_energy);
  Append(set.batch.base_gradient, all_.batch.base_gradient);
  Append(set.batch.target_gradient, all_.batch.target_gradient);
  const auto total = static_cast<double>(all_.position.rows());
  Vector share(static_cast<Index>(sources_.size()));
  for (Index s = 0; s < share.size(); ++s) share[s] = sources_[s].count / total;
  all_.log_proposal = LogMixture(share);
}

Vector TargetPoints::LogMixture(const ConstVectorRef& share) const {
  Vector log_mixture = Vector::Constant(
      all_.position.rows(), -std::numeric_limits<double>::infinity());
  for (Index s = 0; s < share.size(); ++s) {
    if (share[s] > 0) {
      AddExp(sources_[s].log_density.array() + std::log(share[s]), log_mixture);
    }
  }
  return log_mixture;
}

std::shared_ptr<const Density> TargetPoints::BestMixture() const {
  const auto count = static_cast<Index>(sources_.size());
  double best = 0;
  for (const Source& source : sources_) {
    best = std::max(best, source.ess_fraction);
  }
  Vector share(count);
  for (Index s = 0; s < count; ++s) {
    share[s] = sources_[s].ess_fraction >= kFairShare * best ? 1 : 0;
  }
  share /= share.sum();
  const Vector equal = share;
  const Vector log_moment =
      NormalizedWeights(all_.LogWeightsAt(1)).array().log() -
      all_.batch.target_energy.array();
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    // The second moment of weights p / q is the mean of p / q under p, each
    // density's part in it that of q_s / q.
    const Vector log_mixture = LogMixture(share);
    const Vector moment = NormalizedExp(log_moment - log_mixture);
    for (Index s = 0; s < count; ++s) {
      if (share[s] == 0) continue;
      share[s] *= moment.dot(
          (sources_[s].log_density - log_mixture).array().exp().matrix());
    }
    share /= share.sum();
  }
  share = (1 - kEqualShare) * share + kEqualShare * equal;
  std::vector<DensitySum::Component> components;
  for (Index s = 0; s < count; ++s) {
    if (share[s] > 0) components.push_back({share[s], sources_[s].density});
  }
  return std::make_shared<const DensitySum>(std::move(components));
}

}  // namespace ttflow
