#include "core/path/mapped_energy.h"

#include <limits>
#include <utility>

#include "core/energy/energy_shapes.h"
#include "core/foundation/status_macros.h"

namespace ttflow {

MappedEnergy::MappedEnergy(std::shared_ptr<const Energy> energy,
                           std::shared_ptr<const TriangularMap> map)
    : energy_(std::move(energy)), map_(std::move(map)) {}

absl::Status MappedEnergy::Evaluate(const ConstMatrixRef& y,
                                    VectorRef energy,
                                    MatrixRef* gradient,
                                    Interrupter& interrupter) const {
  Matrix x = map_->Invert(y);
  const std::vector<Index> lost =
      ReplaceNonfiniteRows(Eigen::RowVectorXd::Zero(x.cols()), x);
  TTFLOW_RETURN_IF_ERROR(energy_->Evaluate(x, energy, gradient, interrupter));
  energy += map_->LogDeterminant(x);
  if (gradient != nullptr) *gradient = map_->GradientForward(x, *gradient);
  for (const Index i : lost) {
    energy[i] = std::numeric_limits<double>::infinity();
  }
  return absl::OkStatus();
}

}  // namespace ttflow
