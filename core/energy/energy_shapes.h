// What the Evaluate of every energy begins with: the check of shapes, panels of
// rows, and points that are not to be asked for.

#ifndef TTFLOW_CORE_ENERGY_ENERGY_SHAPES_H_
#define TTFLOW_CORE_ENERGY_ENERGY_SHAPES_H_

#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "core/foundation/types.h"

namespace ttflow {

// Returns OK if x is [N, dimension], energy [N] and gradient [N, dimension] or
// null; kInvalidArgument with the shapes otherwise.
absl::Status CheckEnergyShapes(Index dimension,
                               const ConstMatrixRef& x,
                               const VectorRef& energy,
                               const MatrixRef* gradient);

// Puts `inside` [d] in place of the rows of x [N, d] that are not finite, so
// that an energy is asked at finite points alone; returns which they were.
std::vector<Index> ReplaceNonfiniteRows(
    const Eigen::Ref<const Eigen::RowVectorXd>& inside, Matrix& x);

// Calls evaluate(x, energy, gradient) for panels of `panel_rows` consecutive
// rows, the last one shorter: what is computed of a panel stays in cache.
void ForEnergyPanels(const ConstMatrixRef& x,
                     VectorRef energy,
                     MatrixRef* gradient,
                     Index panel_rows,
                     absl::FunctionRef<void(const ConstMatrixRef& x,
                                            VectorRef energy,
                                            MatrixRef* gradient)> evaluate);

}  // namespace ttflow

#endif  // TTFLOW_CORE_ENERGY_ENERGY_SHAPES_H_
