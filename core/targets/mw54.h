// mw54: five double wells in five dimensions with high barriers.
//
//   E(x) = sum_{i=1..5} (x_i^2 - 4)^2
//
// 32 equal modes at (+-2, ..., +-2), barriers of 16 nats a coordinate.
// Truth:   log Z = 5 log int exp(-(x^2 - 4)^2) dx = -0.541056, by quadrature;
// exact
//          draws.

#ifndef TTFLOW_CORE_TARGETS_MW54_H_
#define TTFLOW_CORE_TARGETS_MW54_H_

#include <memory>
#include <optional>

#include "core/targets/quartic_well.h"
#include "core/targets/target.h"
#include "core/targets/target_parameters.h"

namespace ttflow {

class Mw54 final : public Target {
 public:
  static constexpr Index kDimension = 5;

  Mw54();

  Index dimension() const override { return kDimension; }
  EnergyTraits Traits() const override;
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter& interrupter) const override;
  std::optional<double> LogEvidence() const override;
  std::optional<Matrix> SampleExactly(Index count,
                                      const RandomKey& key) const override;
  Matrix ModeCenters() const override;

 private:
  QuarticWell well_;
};

// What the registry knows of the target, and how it is made: null where the
// parameters have faults, which they then hold.
TargetSchema Mw54Schema();
std::shared_ptr<const Target> MakeMw54(TargetParameters& parameters);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TARGETS_MW54_H_
