#include "server/convert/rows.h"

#include <utility>

#include "core/foundation/check.h"

namespace ttflow::server {

void CopyRows(const ConstMatrixRef& matrix,
              std::int64_t first,
              std::int64_t count,
              std::span<double> out) {
  TTFLOW_CHECK(first >= 0 && count >= 0 && first + count <= matrix.rows());
  TTFLOW_CHECK(static_cast<Index>(out.size()) == count * matrix.cols());
  using RowMajor =
      Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  Eigen::Map<RowMajor>(out.data(), count, matrix.cols()) =
      matrix.middleRows(first, count);
}

RowSource MakeRowSource(std::shared_ptr<const Matrix> matrix) {
  RowSource source;
  source.rows = matrix->rows();
  source.columns = matrix->cols();
  source.fill = [matrix = std::move(matrix)](std::int64_t first,
                                             std::int64_t count,
                                             std::span<double> out) {
    CopyRows(*matrix, first, count, out);
  };
  return source;
}

}  // namespace ttflow::server
