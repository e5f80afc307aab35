// coupled_wells: a chain of double wells, each coupled to its neighbours.
//
//   E(x) = sum_i (x_i^4 - 6 x_i^2 - x_i / 2)
//          + sum_i [coupling (x_i - x_{i+1})^2 + quartic x_i^2 x_{i+1}^2
//                   + sine sin(x_i x_{i+1})]
//
// Truth:   log Z and exact draws by the transfer operator (well_chain.h).
// Why:     unlike many_well it is no product, and its rank grows with the
//          coupling; with quartic or sine it is no quadratic chain either.

#ifndef TTFLOW_CORE_TARGETS_COUPLED_WELLS_H_
#define TTFLOW_CORE_TARGETS_COUPLED_WELLS_H_

#include <memory>
#include <mutex>
#include <optional>

#include "core/targets/quartic_well.h"
#include "core/targets/target.h"
#include "core/targets/target_parameters.h"
#include "core/targets/well_chain.h"

namespace ttflow {

class CoupledWells final : public Target {
 public:
  CoupledWells(Index dimension, const WellBond& bond);

  Index dimension() const override { return dimension_; }
  EnergyTraits Traits() const override;
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter& interrupter) const override;
  std::optional<double> LogEvidence() const override;
  std::optional<Matrix> SampleExactly(Index count,
                                      const RandomKey& key) const override;

 private:
  // The chain is solved when first asked for: a run needs only the energy.
  const WellChain& Chain() const;

  Index dimension_;
  WellBond bond_;
  QuarticWell well_;
  mutable std::once_flag solved_;
  mutable std::unique_ptr<const WellChain> chain_;
};

// What the registry knows of the target, and how it is made: null where the
// parameters have faults, which they then hold.
TargetSchema CoupledWellsSchema();
std::shared_ptr<const Target> MakeCoupledWells(TargetParameters& parameters);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TARGETS_COUPLED_WELLS_H_
