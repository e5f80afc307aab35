// MappedDensity: a density in the coordinates of a triangular map.

#ifndef TTFLOW_CORE_DENSITY_MAPPED_DENSITY_H_
#define TTFLOW_CORE_DENSITY_MAPPED_DENSITY_H_

#include <memory>

#include "core/coordinates/triangular_map.h"
#include "core/density/density.h"

namespace ttflow {

// p(x) = p_y(T(x)) |det dT/dx|.
class MappedDensity final : public Density {
 public:
  // Both of one dimension.
  MappedDensity(std::shared_ptr<const TriangularMap> map,
                std::shared_ptr<const Density> straight);

  Index dimension() const override { return map_->dimension(); }
  const TriangularMap& map() const { return *map_; }
  // p_y.
  const Density& straight() const { return *straight_; }

  // Draw i is that of p_y, mapped back.
  Matrix Sample(Index count,
                const RandomKey& key,
                const Executor& executor,
                Index first) const override;

  void LogDensity(const ConstMatrixRef& x,
                  const Executor& executor,
                  Vector& log_density,
                  Matrix* score) const override;

 private:
  std::shared_ptr<const TriangularMap> map_;
  std::shared_ptr<const Density> straight_;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_DENSITY_MAPPED_DENSITY_H_
