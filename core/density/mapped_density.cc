#include "core/density/mapped_density.h"

#include <utility>

#include "core/foundation/check.h"

namespace ttflow {

MappedDensity::MappedDensity(std::shared_ptr<const TriangularMap> map,
                             std::shared_ptr<const Density> straight)
    : map_(std::move(map)), straight_(std::move(straight)) {
  TTFLOW_CHECK(map_->dimension() == straight_->dimension());
}

Matrix MappedDensity::Sample(Index count,
                             const RandomKey& key,
                             const Executor& executor,
                             Index first) const {
  return map_->Invert(straight_->Sample(count, key, executor, first));
}

void MappedDensity::LogDensity(const ConstMatrixRef& x,
                               const Executor& executor,
                               Vector& log_density,
                               Matrix* score) const {
  straight_->LogDensity(map_->Apply(x), executor, log_density, score);
  log_density += map_->LogDeterminant(x);
  if (score != nullptr) *score = -map_->GradientBack(x, -*score);
}

}  // namespace ttflow
