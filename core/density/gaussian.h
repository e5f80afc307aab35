// GaussianDensity: independent normal coordinates.

#ifndef TTFLOW_CORE_DENSITY_GAUSSIAN_H_
#define TTFLOW_CORE_DENSITY_GAUSSIAN_H_

#include "core/density/density.h"

namespace ttflow {

// p(x) = prod_k N(x_k; mean_k, scale_k^2).
class GaussianDensity final : public Density {
 public:
  // Shapes: mean [d]; scale [d], positive standard deviations in units of x.
  GaussianDensity(Vector mean, Vector scale);

  Index dimension() const override { return mean_.size(); }
  const Vector& mean() const { return mean_; }
  const Vector& scale() const { return scale_; }

  // Draw i is mean + scale * z, z the first d normals of its stream.
  Matrix Sample(Index count,
                const RandomKey& key,
                const Executor& executor,
                Index first) const override;

  // Also see Density::LogDensity. score = -(x - mean) / scale^2.
  void LogDensity(const ConstMatrixRef& x,
                  const Executor& executor,
                  Vector& log_density,
                  Matrix* score) const override;

 private:
  Vector mean_;
  Vector scale_;
  double log_normalizer_;  // of the density: -d/2 log(2 pi) - sum_k log scale_k
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_DENSITY_GAUSSIAN_H_
