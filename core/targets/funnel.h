// funnel: a normal whose logarithmic scale is itself normal.
//
//   v = x_0 ~ N(0, scale^2);  x_i given v ~ N(0, exp(v)), i = 1 .. d-1
//
// Normalised: log Z = 0; exact draws. The mouth is wide and shallow, the neck
// narrow and deep: no one step size serves both.
// Source:  Neal (2003), Slice sampling, section 8 (d = 10, scale 3).

#ifndef TTFLOW_CORE_TARGETS_FUNNEL_H_
#define TTFLOW_CORE_TARGETS_FUNNEL_H_

#include <memory>
#include <optional>

#include "core/targets/target.h"
#include "core/targets/target_parameters.h"

namespace ttflow {

class Funnel final : public Target {
 public:
  // Needs dimension >= 2 and scale > 0.
  Funnel(Index dimension, double scale)
      : dimension_(dimension), scale_(scale) {}

  Index dimension() const override { return dimension_; }
  EnergyTraits Traits() const override;
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter& interrupter) const override;
  std::optional<double> LogEvidence() const override { return 0.0; }
  std::optional<Matrix> SampleExactly(Index count,
                                      const RandomKey& key) const override;

 private:
  Index dimension_;
  double scale_;
};

// What the registry knows of the target, and how it is made: null where the
// parameters have faults, which they then hold.
TargetSchema FunnelSchema();
std::shared_ptr<const Target> MakeFunnel(TargetParameters& parameters);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TARGETS_FUNNEL_H_
