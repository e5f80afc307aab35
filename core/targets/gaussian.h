// gaussian: a normal density of any covariance.
//
//   E(x) = (x - mean)^T C^{-1} (x - mean) / 2,   log Z = log det(2 pi C) / 2
//
// C is diag(std)^2, or std_i std_j rho^|i-j|, or a full matrix. The first two
// cost O(d) a point: the precision of an autoregressive chain is tridiagonal.

#ifndef TTFLOW_CORE_TARGETS_GAUSSIAN_H_
#define TTFLOW_CORE_TARGETS_GAUSSIAN_H_

#include <memory>
#include <optional>

#include "core/targets/target.h"
#include "core/targets/target_parameters.h"

namespace ttflow {

// Covariance std_i std_j rho^|i-j|; rho = 0 is diagonal.
class ChainGaussian final : public Target {
 public:
  // Shapes: mean [d], standard_deviation [d], positive; -1 < rho < 1.
  ChainGaussian(const Vector& mean,
                const Vector& standard_deviation,
                double rho);

  Index dimension() const override { return mean_.size(); }
  EnergyTraits Traits() const override;
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter& interrupter) const override;
  std::optional<double> LogEvidence() const override;
  std::optional<Matrix> SampleExactly(Index count,
                                      const RandomKey& key) const override;
  Matrix ModeCenters() const override { return mean_.transpose(); }

 private:
  // z_k = diagonal_k (x - mean)_k + below_k (x - mean)_{k-1} is standard
  // normal.
  Vector mean_;
  Vector diagonal_;
  Vector below_;
  bool coupled_;
};

// Any covariance, held as a full matrix.
class FullGaussian final : public Target {
 public:
  // Shapes: mean [d]; covariance [d, d], symmetric positive definite.
  FullGaussian(const Vector& mean, const Matrix& covariance);

  Index dimension() const override { return mean_.size(); }
  EnergyTraits Traits() const override;
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter& interrupter) const override;
  std::optional<double> LogEvidence() const override { return log_evidence_; }
  std::optional<Matrix> SampleExactly(Index count,
                                      const RandomKey& key) const override;
  Matrix ModeCenters() const override { return mean_.transpose(); }

 private:
  Vector mean_;
  Matrix cholesky_;   // covariance = cholesky_ cholesky_^T, lower
  Matrix precision_;  // symmetric
  double log_evidence_;
};

// What the registry knows of the target, and how it is made: null where the
// parameters have faults, which they then hold.
TargetSchema GaussianSchema();
std::shared_ptr<const Target> MakeGaussian(TargetParameters& parameters);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TARGETS_GAUSSIAN_H_
