// Rows: the one transpose between the engine's columns and the wire's rows.

#ifndef TTFLOW_SERVER_CONVERT_ROWS_H_
#define TTFLOW_SERVER_CONVERT_ROWS_H_

#include <cstdint>
#include <memory>
#include <span>

#include "core/foundation/types.h"
#include "server/storage/sample_store.h"

namespace ttflow::server {

// Writes rows [first, first + count) of a column-major matrix [N, d] to `out`
// [count * d], row-major. CHECK-fails outside of the matrix.
void CopyRows(const ConstMatrixRef& matrix,
              std::int64_t first,
              std::int64_t count,
              std::span<double> out);

// Makes the table of a matrix for the sample store; the source shares
// ownership.
RowSource MakeRowSource(std::shared_ptr<const Matrix> matrix);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_CONVERT_ROWS_H_
