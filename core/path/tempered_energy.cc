#include "core/path/tempered_energy.h"

#include "core/foundation/check.h"
#include "core/foundation/status_macros.h"

namespace ttflow {

namespace {

// a * base + b * target, where a coefficient of zero drops its term: 0 * inf
// would be NaN.
template <typename Values>
Values Combine(double t, const Values& base, const Values& target) {
  const double a = LinearPath::BaseCoefficient(t);
  const double b = LinearPath::TargetCoefficient(t);
  if (b == 0) return a * base;
  if (a == 0) return b * target;
  return a * base + b * target;
}

}  // namespace

Vector TemperedBatch::EnergyAt(double t) const {
  return Combine(t, base_energy, target_energy);
}

Matrix TemperedBatch::GradientAt(double t) const {
  return Combine(t, base_gradient, target_gradient);
}

TemperedEnergy::TemperedEnergy(const Density& base,
                               CountingEnergy& target,
                               const Executor& executor,
                               Interrupter& interrupter)
    : base_(base),
      target_(target),
      executor_(executor),
      interrupter_(interrupter) {
  TTFLOW_CHECK(base.dimension() == target.dimension());
}

absl::Status TemperedEnergy::Evaluate(const ConstMatrixRef& x,
                                      TemperedBatch& batch) {
  batch.target_energy.resize(x.rows());
  batch.target_gradient.resize(x.rows(), x.cols());
  TTFLOW_RETURN_IF_ERROR(target_.Evaluate(
      x, batch.target_energy, &batch.target_gradient, interrupter_));
  base_.LogDensity(x, executor_, batch.base_energy, &batch.base_gradient);
  batch.base_energy = -batch.base_energy;
  batch.base_gradient = -batch.base_gradient;
  return absl::OkStatus();
}

Vector EnergyAt(const Particles& particles, double t) {
  return Combine(t, particles.base_energy, particles.target_energy);
}

Matrix GradientAt(const Particles& particles, double t) {
  return Combine(t, particles.base_gradient, particles.target_gradient);
}

}  // namespace ttflow
