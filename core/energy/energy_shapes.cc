#include "core/energy/energy_shapes.h"

#include "absl/strings/str_cat.h"

namespace ttflow {

absl::Status CheckEnergyShapes(Index dimension,
                               const ConstMatrixRef& x,
                               const VectorRef& energy,
                               const MatrixRef* gradient) {
  if (x.cols() != dimension) {
    return absl::InvalidArgumentError(absl::StrCat(
        "points have ", x.cols(), " coordinates, the energy has ", dimension));
  }
  if (energy.size() != x.rows()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "room for ", energy.size(), " energies of ", x.rows(), " points"));
  }
  if (gradient != nullptr &&
      (gradient->rows() != x.rows() || gradient->cols() != dimension)) {
    return absl::InvalidArgumentError(absl::StrCat("gradient is [",
                                                   gradient->rows(),
                                                   ", ",
                                                   gradient->cols(),
                                                   "], points are [",
                                                   x.rows(),
                                                   ", ",
                                                   dimension,
                                                   "]"));
  }
  return absl::OkStatus();
}

}  // namespace ttflow
