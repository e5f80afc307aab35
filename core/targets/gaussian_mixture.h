// gaussian_mixture: a weighted sum of normal densities; gmm40: forty of them.
//
//   E(x) = -log sum_k w_k N(x; m_k, C_k),   C_k = std_k^2 I or a full matrix
//
// Normalised: log Z = 0; exact draws; the modes' centres are the means.
// gmm40: equal weights in the plane, std = softplus(1). Midgley et al. (2023).

#ifndef TTFLOW_CORE_TARGETS_GAUSSIAN_MIXTURE_H_
#define TTFLOW_CORE_TARGETS_GAUSSIAN_MIXTURE_H_

#include <memory>
#include <optional>
#include <vector>

#include "core/targets/mixture_weights.h"
#include "core/targets/target.h"
#include "core/targets/target_parameters.h"

namespace ttflow {

class GaussianMixture final : public Target {
 public:
  // Isotropic components. Shapes: means [K, d]; weights [K], positive, summing
  // to one; standard_deviations [K], positive.
  GaussianMixture(const Matrix& means,
                  const Vector& weights,
                  const Vector& standard_deviations);
  // Full components. covariances: K matrices [d, d], symmetric positive
  // definite.
  GaussianMixture(const Matrix& means,
                  const Vector& weights,
                  const std::vector<Matrix>& covariances);

  Index dimension() const override { return means_.cols(); }
  Index num_components() const { return means_.rows(); }
  EnergyTraits Traits() const override;
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter& interrupter) const override;
  std::optional<double> LogEvidence() const override { return 0.0; }
  std::optional<Matrix> SampleExactly(Index count,
                                      const RandomKey& key) const override;
  Matrix ModeCenters() const override { return means_; }

 private:
  // Rows worked on at once: their K log densities fit the inner cache.
  static constexpr Index kPanelRows = 256;

  void EvaluatePanel(const ConstMatrixRef& x,
                     VectorRef energy,
                     MatrixRef* gradient) const;
  // C_k^{-1} (x - m_k) of a panel, [n, d]: full components only.
  Matrix Force(const ConstMatrixRef& x, Index component) const;

  Matrix means_;
  ComponentDraw component_draw_;
  Vector log_scales_;              // log w_k - log det(2 pi C_k) / 2
  Vector standard_deviations_;     // empty with full components
  std::vector<Matrix> cholesky_;   // full components only
  std::vector<Matrix> precision_;  // full components only
};

// What the registry knows of the target, and how it is made: null where the
// parameters have faults, which they then hold.
TargetSchema GaussianMixtureSchema();
std::shared_ptr<const Target> MakeGaussianMixture(TargetParameters& parameters);
TargetSchema Gmm40Schema();
std::shared_ptr<const Target> MakeGmm40(TargetParameters& parameters);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TARGETS_GAUSSIAN_MIXTURE_H_
