// Small energies with known answers, for the tests of the sampler.

#ifndef TTFLOW_TESTS_CORE_SAMPLER_TEST_ENERGIES_H_
#define TTFLOW_TESTS_CORE_SAMPLER_TEST_ENERGIES_H_

#include <cmath>
#include <limits>
#include <numbers>

#include "core/energy/energy.h"

namespace ttflow {

// |x - mean|^2 / (2 std^2): log Z = d log(std sqrt(2 pi)).
class ShiftedGaussian : public Energy {
 public:
  ShiftedGaussian(Index dimension, double mean, double std)
      : dimension_(dimension), mean_(mean), std_(std) {}
  Index dimension() const override { return dimension_; }
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter&) const override {
    energy = (x.array() - mean_).square().rowwise().sum() / (2 * std_ * std_);
    if (gradient != nullptr)
      *gradient = ((x.array() - mean_) / (std_ * std_)).matrix();
    return absl::OkStatus();
  }
  double LogEvidence() const {
    return static_cast<double>(dimension_) *
           std::log(std_ * std::sqrt(2 * std::numbers::pi));
  }

 private:
  Index dimension_;
  double mean_;
  double std_;
};

// The standard normal restricted to x_0 > 0, its energy NaN elsewhere:
// log Z = d/2 log(2 pi) - log 2.
class HalfGaussian final : public ShiftedGaussian {
 public:
  explicit HalfGaussian(Index dimension) : ShiftedGaussian(dimension, 0, 1) {}
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter& interrupter) const override {
    absl::Status status =
        ShiftedGaussian::Evaluate(x, energy, gradient, interrupter);
    for (Index i = 0; i < x.rows(); ++i) {
      if (x(i, 0) <= 0) energy[i] = std::numeric_limits<double>::quiet_NaN();
    }
    return status;
  }
};

// sum_k (x_k^2 - 4)^2 / 4: two modes a coordinate.
class DoubleWells final : public Energy {
 public:
  explicit DoubleWells(Index dimension) : dimension_(dimension) {}
  Index dimension() const override { return dimension_; }
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter&) const override {
    const auto well = x.array().square() - 4;
    energy = well.square().rowwise().sum() / 4;
    if (gradient != nullptr) *gradient = (well * x.array()).matrix();
    return absl::OkStatus();
  }
  // By the trapezoidal rule, exact to rounding for a smooth decaying integrand.
  double LogEvidence() const {
    double sum = 0;
    constexpr double kStep = 1e-3;
    for (double y = -6; y <= 6; y += kStep)
      sum += kStep * std::exp(-std::pow(y * y - 4, 2) / 4);
    return static_cast<double>(dimension_) * std::log(sum);
  }

 private:
  Index dimension_;
};

}  // namespace ttflow

#endif  // TTFLOW_TESTS_CORE_SAMPLER_TEST_ENERGIES_H_
