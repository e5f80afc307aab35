#include "core/transport/pair_screening.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/foundation/check.h"

namespace ttflow {
namespace {

// Rows of one partial sum: few enough sums to hold, enough to share out.
Index RowsOfPart(Index rows) {
  constexpr Index kMostParts = 16;
  return std::max<Index>(1024, (rows / kMostParts + 64) / 64 * 64);
}

// Computes x^T diag(weights) y, [d, d], the same bytes for any thread count.
Matrix WeightedProduct(const ConstMatrixRef& x,
                       const Vector& weights,
                       const ConstMatrixRef& y,
                       const Executor& executor) {
  const Index part_rows = RowsOfPart(x.rows());
  const Index num_parts = (x.rows() + part_rows - 1) / part_rows;
  std::vector<Matrix> parts(static_cast<std::size_t>(num_parts));
  executor.ForEach(num_parts, [&](Index p) {
    const Index begin = p * part_rows;
    const Index n = std::min(part_rows, x.rows() - begin);
    parts[p].noalias() =
        x.middleRows(begin, n).transpose() *
        (weights.segment(begin, n).asDiagonal() * y.middleRows(begin, n));
  });
  Matrix sum = Matrix::Zero(x.cols(), y.cols());
  for (const Matrix& part : parts) sum += part;
  return sum;
}

}  // namespace

std::vector<CoordinatePair> AllPairs(Index dimension) {
  std::vector<CoordinatePair> pairs;
  for (Index i = 0; i < dimension; ++i) {
    for (Index j = i + 1; j < dimension; ++j) pairs.push_back({i, j});
  }
  return pairs;
}

Matrix PairMeanSquares(const FitRows& rows, const Executor& executor) {
  // (g_i u_j + g_j u_i)^2 = g_i^2 u_j^2 + g_j^2 u_i^2 + 2 (g_i u_i) (g_j u_j).
  const Matrix u_square = rows.position.cwiseAbs2();
  const Matrix g_square = rows.gradient.cwiseAbs2();
  const Matrix cross = rows.position.cwiseProduct(rows.gradient);
  const Matrix squares =
      WeightedProduct(g_square, rows.weights, u_square, executor);
  const Matrix mixed = WeightedProduct(cross, rows.weights, cross, executor);
  return (squares + squares.transpose() + 2 * mixed).cwiseMax(0.0);
}

std::vector<CoordinatePair> RankPairs(const FitRows& rows,
                                      const Vector& weights,
                                      const Vector& residual,
                                      const Matrix& mean_squares,
                                      const Executor& executor) {
  const std::vector<CoordinatePair> pairs = AllPairs(rows.dimension());
  const Matrix product = WeightedProduct(
      rows.gradient, weights.cwiseProduct(residual), rows.position, executor);
  std::vector<double> score(pairs.size());
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    const auto [i, j] = pairs[p];
    const double norm = std::sqrt(mean_squares(i, j));
    const double correlation = std::abs(product(i, j) + product(j, i)) / norm;
    score[p] = std::isfinite(correlation) ? correlation : 0;
  }
  std::vector<std::size_t> order(pairs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return score[a] != score[b] ? score[a] > score[b] : a < b;
  });
  std::vector<CoordinatePair> ranked;
  for (const std::size_t p : order) ranked.push_back(pairs[p]);
  return ranked;
}

}  // namespace ttflow
