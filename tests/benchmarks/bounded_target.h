// A target restricted to a box, its truth told beside it.

#ifndef TTFLOW_TESTS_BENCHMARKS_BOUNDED_TARGET_H_
#define TTFLOW_TESTS_BENCHMARKS_BOUNDED_TARGET_H_

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/energy/bounded_energy.h"
#include "core/targets/target.h"

namespace ttflow::benchmarks {

class BoundedTarget final : public Target {
 public:
  // `log_evidence` is the truth in the box.
  BoundedTarget(std::shared_ptr<const Energy> inner,
                std::vector<Bounds> bounds,
                double log_evidence)
      : bounded_(std::move(inner), std::move(bounds)),
        log_evidence_(log_evidence) {}

  Index dimension() const override { return bounded_.dimension(); }
  EnergyTraits Traits() const override { return bounded_.Traits(); }
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter& interrupter) const override {
    return bounded_.Evaluate(x, energy, gradient, interrupter);
  }
  std::optional<double> LogEvidence() const override { return log_evidence_; }

 private:
  BoundedEnergy bounded_;
  double log_evidence_;
};

}  // namespace ttflow::benchmarks

#endif  // TTFLOW_TESTS_BENCHMARKS_BOUNDED_TARGET_H_
