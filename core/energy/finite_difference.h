// Central-difference gradients of an energy.

#ifndef TTFLOW_CORE_ENERGY_FINITE_DIFFERENCE_H_
#define TTFLOW_CORE_ENERGY_FINITE_DIFFERENCE_H_

#include <memory>

#include "absl/status/status.h"
#include "core/energy/energy.h"

namespace ttflow {

// Computes the gradient of `energy` at the points x by central differences,
// (E(x + h e_k) - E(x - h e_k)) / 2h with h = relative_step * max(1, |x_k|).
//
// Shapes:  x [N, d]; gradient [N, d], owned by the caller.
// Options: relative_step > 0, default 6e-6 (the cube root of the rounding unit,
//          where truncation and rounding errors meet).
// Errors:  those of the energy. Non-finite differences are data.
// Cost:    2 d energies a point.
absl::Status FiniteDifferenceGradient(const Energy& energy,
                                      const ConstMatrixRef& x,
                                      MatrixRef gradient,
                                      Interrupter& interrupter,
                                      double relative_step = 6e-6);

// Gives an energy without gradient one by central differences, at 2 d + 1
// energies a point, so that gradient moves work on it. Evaluations of the inner
// energy beyond the points asked for are not seen by a CountingEnergy outside.
class FiniteDifferenceEnergy final : public Energy {
 public:
  explicit FiniteDifferenceEnergy(std::shared_ptr<const Energy> energy);

  Index dimension() const override;
  // As the inner energy's, with a gradient, at 2 d + 1 times its cost.
  EnergyTraits Traits() const override;
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter& interrupter) const override;

 private:
  std::shared_ptr<const Energy> energy_;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_ENERGY_FINITE_DIFFERENCE_H_
