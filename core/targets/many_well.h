// many_well: d/2 independent pairs of a tilted double well and a normal.
//
//   E(x) = sum_k [-a_k/2 - 6 a_k^2 + a_k^4 + b_k^2/2],  (a_k, b_k) = (x_2k,
//   x_2k+1)
//
// Truth:   log Z = d/2 (log int exp(-V) + log(2 pi)/2), by quadrature; 2^(d/2)
//          modes, P(a > 0) = 0.8443; exact draws.
// Source:  Noe et al. (2019), Boltzmann generators; Midgley et al. (2023), FAB.

#ifndef TTFLOW_CORE_TARGETS_MANY_WELL_H_
#define TTFLOW_CORE_TARGETS_MANY_WELL_H_

#include <memory>
#include <optional>

#include "core/targets/quartic_well.h"
#include "core/targets/target.h"
#include "core/targets/target_parameters.h"

namespace ttflow {

class ManyWell final : public Target {
 public:
  // Largest dimension of which the 2^(d/2) modes are listed.
  static constexpr Index kMaximumModeDimension = 8;

  // Needs an even, positive dimension.
  explicit ManyWell(Index dimension);

  Index dimension() const override { return dimension_; }
  EnergyTraits Traits() const override;
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter& interrupter) const override;
  std::optional<double> LogEvidence() const override;
  std::optional<Matrix> SampleExactly(Index count,
                                      const RandomKey& key) const override;
  // The minima of the energy; empty above kMaximumModeDimension.
  Matrix ModeCenters() const override;

 private:
  Index dimension_;
  QuarticWell well_;
};

// What the registry knows of the target, and how it is made: null where the
// parameters have faults, which they then hold.
TargetSchema ManyWellSchema();
std::shared_ptr<const Target> MakeManyWell(TargetParameters& parameters);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TARGETS_MANY_WELL_H_
