#include "core/energy/finite_difference.h"

#include <utility>

#include "core/foundation/status_macros.h"

namespace ttflow {

absl::Status FiniteDifferenceGradient(const Energy& energy,
                                      const ConstMatrixRef& x,
                                      MatrixRef gradient,
                                      Interrupter& interrupter,
                                      double relative_step) {
  if (x.cols() != energy.dimension() || gradient.rows() != x.rows() ||
      gradient.cols() != x.cols()) {
    return absl::InvalidArgumentError(
        "shapes of points and gradient do not match the energy");
  }
  Matrix shifted = x;
  Vector above(x.rows());
  Vector below(x.rows());
  for (Index k = 0; k < x.cols(); ++k) {
    const Vector step = relative_step * x.col(k).cwiseAbs().cwiseMax(1.0);
    // The distances that were really taken, after rounding.
    const Vector upper = x.col(k) + step;
    const Vector lower = x.col(k) - step;
    shifted.col(k) = upper;
    TTFLOW_RETURN_IF_ERROR(
        energy.Evaluate(shifted, above, nullptr, interrupter));
    shifted.col(k) = lower;
    TTFLOW_RETURN_IF_ERROR(
        energy.Evaluate(shifted, below, nullptr, interrupter));
    shifted.col(k) = x.col(k);
    gradient.col(k) = (above - below).cwiseQuotient(upper - lower);
  }
  return absl::OkStatus();
}

FiniteDifferenceEnergy::FiniteDifferenceEnergy(
    std::shared_ptr<const Energy> energy)
    : energy_(std::move(energy)) {}

Index FiniteDifferenceEnergy::dimension() const { return energy_->dimension(); }

EnergyTraits FiniteDifferenceEnergy::Traits() const {
  EnergyTraits traits = energy_->Traits();
  traits.has_gradient = true;
  traits.nominal_cost_ns *= static_cast<double>(2 * dimension() + 1);
  return traits;
}

absl::Status FiniteDifferenceEnergy::Evaluate(const ConstMatrixRef& x,
                                              VectorRef energy,
                                              MatrixRef* gradient,
                                              Interrupter& interrupter) const {
  TTFLOW_RETURN_IF_ERROR(energy_->Evaluate(x, energy, nullptr, interrupter));
  if (gradient == nullptr) return absl::OkStatus();
  return FiniteDifferenceGradient(*energy_, x, *gradient, interrupter);
}

}  // namespace ttflow
