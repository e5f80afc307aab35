// phi4: a scalar field with a quartic self-interaction on an L x L torus.
//
//   E(x) = sum_s [-2 kappa x_s (x_right(s) + x_up(s))
//                 + (1 - 2 lambda) x_s^2 + lambda x_s^4]
//
// Site (row i, column j) is coordinate i L + j; right is (i, j + 1) and up is
// (i + 1, j), both modulo L, so that for L = 2 every bond counts twice.
//
// Truth:   none exact is known for log Z. By long Hamiltonian runs of our own,
//          8 x 8, lambda 0.022: the mean of |m|, m = sum_s x_s / L^2, is 2.087
//          at kappa 0.3 and 4.830 at kappa 0.5, to 5e-4.
// Why:     bonds in two directions, hence no chain of low rank; above a
//          critical kappa two modes of opposite sign, far apart.
// Source:  Nicoli et al. (2021), Estimation of thermodynamic observables in
//          lattice field theories with deep generative models.

#ifndef TTFLOW_CORE_TARGETS_PHI4_H_
#define TTFLOW_CORE_TARGETS_PHI4_H_

#include <memory>

#include "core/targets/target.h"
#include "core/targets/target_parameters.h"

namespace ttflow {

class Phi4 final : public Target {
 public:
  // Needs side >= 1 and lambda > 0.
  Phi4(Index side, double kappa, double lambda)
      : side_(side), kappa_(kappa), lambda_(lambda) {}

  Index dimension() const override { return side_ * side_; }
  EnergyTraits Traits() const override;
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter& interrupter) const override;

 private:
  Index side_;
  double kappa_;
  double lambda_;
};

// What the registry knows of the target, and how it is made: null where the
// parameters have faults, which they then hold.
TargetSchema Phi4Schema();
std::shared_ptr<const Target> MakePhi4(TargetParameters& parameters);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TARGETS_PHI4_H_
