// GaussianMixtureDensity: a weighted sum of normal (or Student-t) components of
// any covariance.

#ifndef TTFLOW_CORE_DENSITY_MIXTURE_H_
#define TTFLOW_CORE_DENSITY_MIXTURE_H_

#include <limits>
#include <vector>

#include "core/density/density.h"

namespace ttflow {

// Plain numbers from which the density is made; part of a model.
struct GaussianMixtureParameters {
  Vector weights;            // [K], positive; normalised by the density
  Matrix means;              // [K, d], one a row
  std::vector<Matrix> root;  // [K]: lower triangular L [d, d], positive
                             // diagonal; covariance L L^T
  // nu of Student-t components, whose L L^T is then the scale matrix, not the
  // covariance; infinity: normal.
  double degrees_of_freedom = std::numeric_limits<double>::infinity();

  Index num_components() const { return weights.size(); }
  Index dimension() const { return means.cols(); }
};

// p(x) = sum_k weights_k N(x; means_k, L_k L_k^T), or t_nu(x; means_k,
// L_k L_k^T).
class GaussianMixtureDensity final : public Density {
 public:
  // CHECK-fails unless shapes fit together and weights and diagonals are
  // positive.
  explicit GaussianMixtureDensity(GaussianMixtureParameters parameters);

  Index dimension() const override { return parameters_.dimension(); }
  Index num_components() const { return parameters_.num_components(); }
  // With weights that sum to one.
  const GaussianMixtureParameters& parameters() const { return parameters_; }

  // Draw i takes one uniform for the component, then d normals (and a gamma
  // variable for Student-t components) of its stream.
  Matrix Sample(Index count,
                const RandomKey& key,
                const Executor& executor,
                Index first) const override;

  void LogDensity(const ConstMatrixRef& x,
                  const Executor& executor,
                  Vector& log_density,
                  Matrix* score) const override;

  // log(weights_k p_k(x)) of the components at the rows of x [n, d], on the
  // calling thread; `joint` and, unless null, the squared Mahalanobis distances
  // are resized to [n, K].
  void ComponentLogDensities(const ConstMatrixRef& x,
                             Matrix& joint,
                             Matrix* squared_distance) const;

 private:
  // L_k^-1 (x - mean_k) of the rows of x, [n, d].
  void Standardize(const ConstMatrixRef& x, Index component, Matrix& z) const;

  GaussianMixtureParameters parameters_;
  std::vector<Matrix> inverse_root_;  // [K]: L_k^-1, lower triangular
  Vector log_constant_;               // [K]: log(weights_k p_k(mean_k))
  Vector cumulative_;                 // [K], of the weights
};

// Responsibilities: each row of `joint` [n, K] becomes its softmax; returns the
// logarithms of the sums, [n] (-infinity, and a row of zeros, where every entry
// is).
Vector NormalizeRows(Matrix& joint);

}  // namespace ttflow

#endif  // TTFLOW_CORE_DENSITY_MIXTURE_H_
