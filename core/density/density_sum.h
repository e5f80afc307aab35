// DensitySum: a weighted sum of densities, each a guard of the others' tails.

#ifndef TTFLOW_CORE_DENSITY_DENSITY_SUM_H_
#define TTFLOW_CORE_DENSITY_DENSITY_SUM_H_

#include <memory>
#include <vector>

#include "core/density/density.h"

namespace ttflow {

// p(x) = sum_c weight_c p_c(x). Importance weights against it are at most
// 1 / weight_c of those against component c: a few per cent of a broader
// density bound what a fitted one has missed.
class DensitySum final : public Density {
 public:
  struct Component {
    double weight = 0;  // positive
    std::shared_ptr<const Density> density;
  };

  // Components of one dimension, at least one; weights are normalised, sums
  // among them replaced by their components, those of one density put together.
  explicit DensitySum(std::vector<Component> components);

  Index dimension() const override {
    return components_.front().density->dimension();
  }
  const std::vector<Component>& components() const { return components_; }

  // Draw i comes from the component that the stream (kBase, 1, first + i)
  // chooses and is that component's draw i.
  Matrix Sample(Index count,
                const RandomKey& key,
                const Executor& executor,
                Index first) const override;

  void LogDensity(const ConstMatrixRef& x,
                  const Executor& executor,
                  Vector& log_density,
                  Matrix* score) const override;

 private:
  std::vector<Component> components_;
};

// Returns `density` with `share` of each guard, null guards and those that are
// the density itself left out: `density` where none is left.
std::shared_ptr<const Density> AddGuards(
    std::shared_ptr<const Density> density,
    const std::vector<std::shared_ptr<const Density>>& guards,
    double share);

}  // namespace ttflow

#endif  // TTFLOW_CORE_DENSITY_DENSITY_SUM_H_
