// The numeric types of the engine and its one shape convention.
//
// A cloud of N points in R^d is a column-major matrix [N, d]: row i is a point,
// column k is one coordinate of all points, contiguous in memory. Vectors [N]
// go with the rows. Indices are 0-based. The wire is row-major; the one
// transpose is in server/convert.

#ifndef TTFLOW_CORE_FOUNDATION_TYPES_H_
#define TTFLOW_CORE_FOUNDATION_TYPES_H_

#include <Eigen/Core>

namespace ttflow {

using Index = Eigen::Index;
using Vector = Eigen::VectorXd;
using Matrix = Eigen::MatrixXd;
using MatrixRef = Eigen::Ref<Matrix>;
using ConstMatrixRef = Eigen::Ref<const Matrix>;
using VectorRef = Eigen::Ref<Vector>;
using ConstVectorRef = Eigen::Ref<const Vector>;

}  // namespace ttflow

#endif  // TTFLOW_CORE_FOUNDATION_TYPES_H_
