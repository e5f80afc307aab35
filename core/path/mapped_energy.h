// MappedEnergy: an energy in the coordinates of a triangular map.

#ifndef TTFLOW_CORE_PATH_MAPPED_ENERGY_H_
#define TTFLOW_CORE_PATH_MAPPED_ENERGY_H_

#include <memory>

#include "core/coordinates/triangular_map.h"
#include "core/energy/energy.h"

namespace ttflow {

// f(x(y)) + log |det dT/dx|: the energy of y = T(x) where x has energy f. Its
// normaliser is that of f.
class MappedEnergy final : public Energy {
 public:
  MappedEnergy(std::shared_ptr<const Energy> energy,
               std::shared_ptr<const TriangularMap> map);

  Index dimension() const override { return energy_->dimension(); }
  EnergyTraits Traits() const override { return energy_->Traits(); }
  // Shapes, errors and threads as Energy. Where y is so far out that x is not
  // finite, the energy is +infinity.
  absl::Status Evaluate(const ConstMatrixRef& y,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter& interrupter) const override;

 private:
  std::shared_ptr<const Energy> energy_;
  std::shared_ptr<const TriangularMap> map_;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_PATH_MAPPED_ENERGY_H_
