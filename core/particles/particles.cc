#include "core/particles/particles.h"

#include <utility>

#include "core/foundation/check.h"

namespace ttflow {

namespace {

void Gather(const std::vector<Index>& ancestors, Vector& field) {
  Vector gathered = field(ancestors);
  field = std::move(gathered);
}

void Gather(const std::vector<Index>& ancestors, Matrix& field) {
  Matrix gathered = field(ancestors, Eigen::all);
  field = std::move(gathered);
}

template <typename T>
void Gather(const std::vector<Index>& ancestors, std::vector<T>& field) {
  std::vector<T> gathered(ancestors.size());
  for (size_t i = 0; i < ancestors.size(); ++i) {
    gathered[i] = field[static_cast<size_t>(ancestors[i])];
  }
  field = std::move(gathered);
}

}  // namespace

void SelectAncestors(const std::vector<Index>& ancestors,
                     Particles& particles) {
  const Index num_particles = particles.num_particles();
  for (const Index a : ancestors) {
    TTFLOW_CHECK(a >= 0 && a < num_particles);
  }
  Gather(ancestors, particles.position);
  Gather(ancestors, particles.base_energy);
  Gather(ancestors, particles.target_energy);
  Gather(ancestors, particles.base_gradient);
  Gather(ancestors, particles.target_gradient);
  Gather(ancestors, particles.fold);
  Gather(ancestors, particles.eve);
  particles.log_weight = Vector::Zero(static_cast<Index>(ancestors.size()));
}

}  // namespace ttflow
