#include "core/energy/bounded_energy.h"

#include <limits>
#include <utility>

#include "core/energy/energy_shapes.h"
#include "core/foundation/check.h"
#include "core/foundation/status_macros.h"

namespace ttflow {

BoundedEnergy::BoundedEnergy(std::shared_ptr<const Energy> energy,
                             std::vector<Bounds> bounds)
    : energy_(std::move(energy)), bounds_(std::move(bounds)) {
  Violations violations;
  ValidateBounds(bounds_, energy_->dimension(), violations);
  TTFLOW_CHECK(violations.empty());
}

EnergyTraits BoundedEnergy::Traits() const {
  EnergyTraits traits = energy_->Traits();
  traits.bounds = bounds_;
  return traits;
}

absl::Status BoundedEnergy::Evaluate(const ConstMatrixRef& x,
                                     VectorRef energy,
                                     MatrixRef* gradient,
                                     Interrupter& interrupter) const {
  return energy_->Evaluate(x, energy, gradient, interrupter);
}

UnboundedEnergy::UnboundedEnergy(std::shared_ptr<const Energy> energy,
                                 std::shared_ptr<const BoxMap> map)
    : energy_(std::move(energy)), map_(std::move(map)) {
  TTFLOW_CHECK(energy_->dimension() == map_->dimension());
}

EnergyTraits UnboundedEnergy::Traits() const {
  EnergyTraits traits = energy_->Traits();
  traits.bounds.clear();
  return traits;
}

absl::Status UnboundedEnergy::Evaluate(const ConstMatrixRef& y,
                                       VectorRef energy,
                                       MatrixRef* gradient,
                                       Interrupter& interrupter) const {
  TTFLOW_RETURN_IF_ERROR(CheckEnergyShapes(dimension(), y, energy, gradient));
  Matrix x = map_->ToBox(y);
  const std::vector<Index> lost =
      ReplaceNonfiniteRows(map_->ToBox(Matrix::Zero(1, y.cols())), x);
  TTFLOW_RETURN_IF_ERROR(energy_->Evaluate(x, energy, gradient, interrupter));
  energy -= map_->LogJacobian(y);
  if (gradient != nullptr) map_->GradientFromBox(y, *gradient);
  for (const Index i : lost) {
    energy[i] = std::numeric_limits<double>::infinity();
  }
  return absl::OkStatus();
}

}  // namespace ttflow
