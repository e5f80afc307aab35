// PointwiseEnergy: an energy for tests, given by a function of one point.

#ifndef TTFLOW_TESTS_CONFORMANCE_POINTWISE_ENERGY_H_
#define TTFLOW_TESTS_CONFORMANCE_POINTWISE_ENERGY_H_

#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "core/energy/energy.h"
#include "core/foundation/types.h"

namespace ttflow {

class PointwiseEnergy final : public Energy {
 public:
  // Returns the energy at a point [d] and writes the gradient [d].
  using Function = std::function<double(const Vector& point, Vector& gradient)>;

  PointwiseEnergy(Index dimension, Function function)
      : dimension_(dimension), function_(std::move(function)) {}

  Index dimension() const override { return dimension_; }

  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter& interrupter) const override {
    if (absl::Status status = interrupter.Check(); !status.ok()) return status;
    Vector point_gradient(dimension_);
    for (Index i = 0; i < x.rows(); ++i) {
      const Vector point = x.row(i).transpose();
      energy[i] = function_(point, point_gradient);
      if (gradient != nullptr) gradient->row(i) = point_gradient.transpose();
    }
    return absl::OkStatus();
  }

 private:
  Index dimension_;
  Function function_;
};

}  // namespace ttflow

#endif  // TTFLOW_TESTS_CONFORMANCE_POINTWISE_ENERGY_H_
