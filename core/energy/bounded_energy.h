// Energies of bounded coordinates: with the bounds told, and without bounds.

#ifndef TTFLOW_CORE_ENERGY_BOUNDED_ENERGY_H_
#define TTFLOW_CORE_ENERGY_BOUNDED_ENERGY_H_

#include <memory>
#include <vector>

#include "core/energy/bounds.h"
#include "core/energy/energy.h"

namespace ttflow {

// The restriction of a density to a box: the same energy, its traits with the
// bounds. Its Z is the integral over the box alone.
class BoundedEnergy final : public Energy {
 public:
  // CHECK-fails where ValidateBounds finds a fault.
  BoundedEnergy(std::shared_ptr<const Energy> energy,
                std::vector<Bounds> bounds);

  Index dimension() const override { return energy_->dimension(); }
  EnergyTraits Traits() const override;
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter& interrupter) const override;

 private:
  std::shared_ptr<const Energy> energy_;
  std::vector<Bounds> bounds_;
};

// f(x(y)) - log |det dx/dy|: the energy of y in R^d where x = x(y) in a box has
// energy f. Its normaliser is that of f.
class UnboundedEnergy final : public Energy {
 public:
  UnboundedEnergy(std::shared_ptr<const Energy> energy,
                  std::shared_ptr<const BoxMap> map);

  Index dimension() const override { return energy_->dimension(); }
  // As the inner energy's, without bounds.
  EnergyTraits Traits() const override;
  // Shapes, errors and threads as Energy. Where y is so far out that x is not
  // finite, the energy is +infinity and f is not asked.
  absl::Status Evaluate(const ConstMatrixRef& y,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter& interrupter) const override;

 private:
  std::shared_ptr<const Energy> energy_;
  std::shared_ptr<const BoxMap> map_;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_ENERGY_BOUNDED_ENERGY_H_
