#include "core/coordinates/scored_points.h"

#include <vector>

#include "core/foundation/check.h"

namespace ttflow {

ScoredPoints SelectScoredPoints(const ConstMatrixRef& x,
                                const ConstVectorRef& weights,
                                const ConstMatrixRef& gradient) {
  TTFLOW_CHECK(x.rows() == weights.size() && x.rows() == gradient.rows() &&
               x.cols() == gradient.cols());
  std::vector<Index> rows;
  rows.reserve(static_cast<std::size_t>(x.rows()));
  for (Index i = 0; i < x.rows(); ++i) {
    if (weights[i] > 0 && x.row(i).allFinite() && gradient.row(i).allFinite()) {
      rows.push_back(i);
    }
  }
  ScoredPoints points{
      x(rows, Eigen::all), gradient(rows, Eigen::all), weights(rows)};
  if (!rows.empty()) points.weights /= points.weights.sum();
  return points;
}

}  // namespace ttflow
