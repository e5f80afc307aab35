// TemperedEnergy: f_t = a(t) f_0 + b(t) f_1 along the linear energy path.

#ifndef TTFLOW_CORE_PATH_TEMPERED_ENERGY_H_
#define TTFLOW_CORE_PATH_TEMPERED_ENERGY_H_

#include <cstdint>

#include "absl/status/status.h"
#include "core/density/density.h"
#include "core/energy/counting_energy.h"
#include "core/foundation/executor.h"
#include "core/foundation/interrupter.h"
#include "core/particles/particles.h"

namespace ttflow {

// Coefficients of the path, f_t = a(t) f_0 + b(t) f_1; evaluates nothing.
// docs/method.md (1): a = 1 - t, b = t.
struct LinearPath {
  static double BaseCoefficient(double t) { return 1 - t; }
  static double TargetCoefficient(double t) { return t; }
};

// What evaluating a batch of points yields.
struct TemperedBatch {
  Vector base_energy;      // [N]
  Vector target_energy;    // [N]
  Matrix base_gradient;    // [N, d]
  Matrix target_gradient;  // [N, d]

  // f_t [N] and its gradient [N, d] at annealing time t.
  Vector EnergyAt(double t) const;
  Matrix GradientAt(double t) const;
};

// Evaluates base and target together and counts; what stages and moves see of a
// target.
class TemperedEnergy {
 public:
  // All arguments must outlive the object.
  TemperedEnergy(const Density& base,
                 CountingEnergy& target,
                 const Executor& executor,
                 Interrupter& interrupter);

  Index dimension() const { return base_.dimension(); }
  const Density& base() const { return base_; }
  const Executor& executor() const { return executor_; }
  Interrupter& interrupter() const { return interrupter_; }
  // Energies of the target that were asked for so far, by anyone.
  std::int64_t num_evaluations() const {
    return target_.counts().num_energy_evaluations;
  }

  // Evaluates both energies with gradients at x [N, d]; one evaluation a point.
  absl::Status Evaluate(const ConstMatrixRef& x, TemperedBatch& batch);

 private:
  const Density& base_;
  CountingEnergy& target_;
  const Executor& executor_;
  Interrupter& interrupter_;
};

// f_t [N] and grad f_t [N, d] of particles whose energies are known; particles
// with infinite energy keep +infinity for t > 0.
Vector EnergyAt(const Particles& particles, double t);
Matrix GradientAt(const Particles& particles, double t);

}  // namespace ttflow

#endif  // TTFLOW_CORE_PATH_TEMPERED_ENERGY_H_
