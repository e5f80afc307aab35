#include "core/energy/energy_shapes.h"

#include <algorithm>

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

std::vector<Index> ReplaceNonfiniteRows(
    const Eigen::Ref<const Eigen::RowVectorXd>& inside, Matrix& x) {
  std::vector<Index> replaced;
  for (Index i = 0; i < x.rows(); ++i) {
    if (x.row(i).allFinite()) continue;
    replaced.push_back(i);
    x.row(i) = inside;
  }
  return replaced;
}

void ForEnergyPanels(const ConstMatrixRef& x,
                     VectorRef energy,
                     MatrixRef* gradient,
                     Index panel_rows,
                     absl::FunctionRef<void(const ConstMatrixRef& x,
                                            VectorRef energy,
                                            MatrixRef* gradient)> evaluate) {
  for (Index begin = 0; begin < x.rows(); begin += panel_rows) {
    const Index rows = std::min(panel_rows, x.rows() - begin);
    const auto panel = x.middleRows(begin, rows);
    if (gradient == nullptr) {
      evaluate(panel, energy.segment(begin, rows), nullptr);
    } else {
      MatrixRef panel_gradient = gradient->middleRows(begin, rows);
      evaluate(panel, energy.segment(begin, rows), &panel_gradient);
    }
  }
}

}  // namespace ttflow
