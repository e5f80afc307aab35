// student_mixture: a weighted sum of products of Student's t densities.
//
//   E(x) = -log sum_k w_k prod_j t_nu((x_j - c_kj) / scale) / scale
//
// Normalised: log Z = 0; exact draws. The centres are near the modes, not at
// them: the tails of the other components pull.
//
// Default centres: ten, uniform in [-10, 10]^d; coordinate j of centre k is
// 20 u - 10 with the j-th uniform number u of the stream (kExact, 2, k) of
// RandomKey(0), the same in every dimension as far as it goes.
//
// Why:     tails of a power law (no variance with two degrees of freedom),
//          which a base and a fit made for normal tails lose.
// Source:  Blessing et al. (2024), Beyond ELBOs (mixture of ten, nu = 2).

#ifndef TTFLOW_CORE_TARGETS_STUDENT_MIXTURE_H_
#define TTFLOW_CORE_TARGETS_STUDENT_MIXTURE_H_

#include <memory>
#include <optional>

#include "core/targets/mixture_weights.h"
#include "core/targets/target.h"
#include "core/targets/target_parameters.h"

namespace ttflow {

class StudentMixture final : public Target {
 public:
  // Shapes: centers [K, d]; weights [K], positive, summing to one. Needs
  // degrees_of_freedom > 0 and scale > 0.
  StudentMixture(const Matrix& centers,
                 const Vector& weights,
                 double degrees_of_freedom,
                 double scale);

  Index dimension() const override { return centers_.cols(); }
  Index num_components() const { return centers_.rows(); }
  EnergyTraits Traits() const override;
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter& interrupter) const override;
  std::optional<double> LogEvidence() const override { return 0.0; }
  std::optional<Matrix> SampleExactly(Index count,
                                      const RandomKey& key) const override;
  Matrix ModeCenters() const override { return centers_; }

 private:
  // Rows worked on at once: their K log densities fit the inner cache.
  static constexpr Index kPanelRows = 256;

  void EvaluatePanel(const ConstMatrixRef& x,
                     VectorRef energy,
                     MatrixRef* gradient) const;

  Matrix centers_;
  ComponentDraw component_draw_;
  double degrees_of_freedom_;
  double scale_;
  Vector log_scales_;  // log w_k + the log of the product's constant, [K]
};

// Returns the ten default centres [10, dimension].
Matrix DefaultStudentCenters(Index dimension);

// What the registry knows of the target, and how it is made: null where the
// parameters have faults, which they then hold.
TargetSchema StudentMixtureSchema();
std::shared_ptr<const Target> MakeStudentMixture(TargetParameters& parameters);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TARGETS_STUDENT_MIXTURE_H_
