// StudentTDensity: the multivariate Student-t distribution with a diagonal
// scale.

#ifndef TTFLOW_CORE_DENSITY_STUDENT_T_H_
#define TTFLOW_CORE_DENSITY_STUDENT_T_H_

#include "core/density/density.h"

namespace ttflow {

// p(x) proportional to (1 + q / nu)^(-(nu + d) / 2), q = sum_k ((x_k - mean_k)
// / scale_k)^2: a wide base whose tails are polynomial in every direction. The
// coordinates are uncorrelated but not independent.
class StudentTDensity final : public Density {
 public:
  // Shapes: mean [d]; scale [d], positive, in units of x (not the standard
  // deviation, which is scale sqrt(nu / (nu - 2)) for nu > 2);
  // degrees_of_freedom nu > 0.
  StudentTDensity(Vector mean, Vector scale, double degrees_of_freedom);

  Index dimension() const override { return mean_.size(); }
  const Vector& mean() const { return mean_; }
  const Vector& scale() const { return scale_; }
  double degrees_of_freedom() const { return degrees_of_freedom_; }

  // Draw i is mean + scale * z * sqrt(nu / c): z the first d normals of its
  // stream, c a chi-squared variable of nu degrees of freedom after them.
  Matrix Sample(Index count,
                const RandomKey& key,
                const Executor& executor,
                Index first) const override;

  // Also see Density::LogDensity.
  // score_k = -(nu + d) / (nu + q) (x_k - mean_k) / scale_k^2.
  void LogDensity(const ConstMatrixRef& x,
                  const Executor& executor,
                  Vector& log_density,
                  Matrix* score) const override;

 private:
  Vector mean_;
  Vector scale_;
  double degrees_of_freedom_;
  double log_normalizer_;  // log p(mean)
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_DENSITY_STUDENT_T_H_
