// The check of shapes that every energy starts with.

#ifndef TTFLOW_CORE_ENERGY_ENERGY_SHAPES_H_
#define TTFLOW_CORE_ENERGY_ENERGY_SHAPES_H_

#include "absl/status/status.h"
#include "core/foundation/types.h"

namespace ttflow {

// Returns OK if x is [N, dimension], energy [N] and gradient [N, dimension] or
// null; kInvalidArgument with the shapes otherwise.
absl::Status CheckEnergyShapes(Index dimension,
                               const ConstMatrixRef& x,
                               const VectorRef& energy,
                               const MatrixRef* gradient);

}  // namespace ttflow

#endif  // TTFLOW_CORE_ENERGY_ENERGY_SHAPES_H_
