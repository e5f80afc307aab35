// A target in other coordinates y = Q x, Q orthogonal: the truth stays.

#ifndef TTFLOW_TESTS_BENCHMARKS_MAPPED_TARGET_H_
#define TTFLOW_TESTS_BENCHMARKS_MAPPED_TARGET_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "core/targets/target.h"

namespace ttflow::benchmarks {

class MappedTarget final : public Target {
 public:
  // Q [d, d], orthogonal.
  MappedTarget(std::shared_ptr<const Target> inner, Matrix map);

  Index dimension() const override { return inner_->dimension(); }
  EnergyTraits Traits() const override;
  absl::Status Evaluate(const ConstMatrixRef& y,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter& interrupter) const override;
  std::optional<double> LogEvidence() const override {
    return inner_->LogEvidence();
  }
  std::optional<Matrix> SampleExactly(Index count,
                                      const RandomKey& key) const override;
  Matrix ModeCenters() const override;

 private:
  std::shared_ptr<const Target> inner_;
  Matrix map_;
};

// The matrix [d, d] of a random permutation, a function of the seed.
Matrix RandomPermutation(Index dimension, std::uint64_t seed);

}  // namespace ttflow::benchmarks

#endif  // TTFLOW_TESTS_BENCHMARKS_MAPPED_TARGET_H_
