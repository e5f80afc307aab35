// rotated_many_well: many_well in coordinates y = Q x, Q a random rotation.
//
//   E(y) = E_many_well(Q^T y),  Q Haar-distributed, from rotation_seed
//
// Truth:   log Z of many_well (a rotation keeps volume); exact draws y = Q x.
// Why:     many_well is a product, the easiest case of any method that works
//          coordinate by coordinate; this one is not.
// Source:  Q by Mezzadri (2007), How to generate random matrices from the
//          classical compact groups.

#ifndef TTFLOW_CORE_TARGETS_ROTATED_MANY_WELL_H_
#define TTFLOW_CORE_TARGETS_ROTATED_MANY_WELL_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "core/targets/many_well.h"
#include "core/targets/target.h"
#include "core/targets/target_parameters.h"

namespace ttflow {

class RotatedManyWell final : public Target {
 public:
  RotatedManyWell(Index dimension, std::uint64_t rotation_seed);

  Index dimension() const override { return inner_.dimension(); }
  EnergyTraits Traits() const override;
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter& interrupter) const override;
  std::optional<double> LogEvidence() const override {
    return inner_.LogEvidence();
  }
  std::optional<Matrix> SampleExactly(Index count,
                                      const RandomKey& key) const override;
  Matrix ModeCenters() const override;

  // Q [d, d]: orthogonal; its columns are the directions of many_well's axes.
  const Matrix& rotation() const { return rotation_; }

 private:
  ManyWell inner_;
  Matrix rotation_;
};

// Returns a uniformly distributed orthogonal matrix [d, d], a function of the
// seed.
Matrix RandomRotation(Index dimension, std::uint64_t seed);

// What the registry knows of the target, and how it is made: null where the
// parameters have faults, which they then hold.
TargetSchema RotatedManyWellSchema();
std::shared_ptr<const Target> MakeRotatedManyWell(TargetParameters& parameters);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TARGETS_ROTATED_MANY_WELL_H_
