#include "core/coordinates/ordering.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/foundation/check.h"

namespace ttflow {
namespace {

constexpr double kLeastCoupling = 0.05;  // in nats between one-deviation points
constexpr double kLargestCostRatio = 0.8;  // of the new order to the given one

using Order = std::vector<Index>;

double Cost(const Matrix& coupling, const Order& order) {
  double cost = 0;
  for (std::size_t a = 0; a < order.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      cost += coupling(order[a], order[b]) * static_cast<double>(a - b);
    }
  }
  return cost;
}

// Appends the part that contains `start` breadth first, neighbours of fewer
// couplings first.
void AppendBreadthFirst(const Matrix& coupling,
                        const std::vector<Index>& degree,
                        Index start,
                        std::vector<bool>& visited,
                        Order& order) {
  std::size_t next = order.size();
  visited[static_cast<std::size_t>(start)] = true;
  order.push_back(start);
  for (; next < order.size(); ++next) {
    const std::size_t first = order.size();
    for (Index j = 0; j < coupling.cols(); ++j) {
      const auto place = static_cast<std::size_t>(j);
      if (coupling(order[next], j) > 0 && !visited[place]) {
        visited[place] = true;
        order.push_back(j);
      }
    }
    std::stable_sort(order.begin() + static_cast<std::ptrdiff_t>(first),
                     order.end(),
                     [&](Index a, Index b) {
                       return degree[static_cast<std::size_t>(a)] <
                              degree[static_cast<std::size_t>(b)];
                     });
  }
}

// The connected parts, each in Cuthill-McKee order from an end of the part.
std::vector<Order> ConnectedParts(const Matrix& coupling) {
  const Index d = coupling.cols();
  const auto size = static_cast<std::size_t>(d);
  std::vector<Index> degree(size);
  for (Index k = 0; k < d; ++k) {
    degree[static_cast<std::size_t>(k)] = (coupling.col(k).array() > 0).count();
  }
  std::vector<Order> parts;
  std::vector<bool> visited(size, false);
  for (Index k = 0; k < d; ++k) {
    if (visited[static_cast<std::size_t>(k)]) continue;
    // The last visited from anywhere is far out; twice is nearly the end.
    Index start = k;
    for (int pass = 0; pass < 2; ++pass) {
      Order trial;
      std::vector<bool> seen(size, false);
      AppendBreadthFirst(coupling, degree, start, seen, trial);
      start = trial.back();
    }
    parts.emplace_back();
    AppendBreadthFirst(coupling, degree, start, visited, parts.back());
  }
  return parts;
}

// Sorts a connected part along the slowest mode of its graph Laplacian.
Order FiedlerOrder(const Matrix& coupling, const Order& part) {
  if (part.size() < 3) return part;
  Matrix laplacian = -coupling(part, part);
  const Vector degree = -laplacian.rowwise().sum();
  laplacian.diagonal() += degree;
  const Vector mode =
      Eigen::SelfAdjointEigenSolver<Matrix>(laplacian).eigenvectors().col(1);
  std::vector<std::size_t> rank(part.size());
  std::iota(rank.begin(), rank.end(), std::size_t{0});
  std::stable_sort(rank.begin(), rank.end(), [&](std::size_t a, std::size_t b) {
    return mode[static_cast<Index>(a)] < mode[static_cast<Index>(b)];
  });
  Order order;
  for (const std::size_t place : rank) order.push_back(part[place]);
  return order;
}

}  // namespace

std::vector<Index> OrderByCouplings(const ConstMatrixRef& head,
                                    const ConstVectorRef& deviation) {
  const Index d = head.cols();
  TTFLOW_CHECK(head.rows() == d && deviation.size() == d);
  Matrix coupling = 0.5 * (head + head.transpose()).cwiseAbs();
  coupling =
      (deviation.asDiagonal() * coupling * deviation.asDiagonal()).eval();
  coupling.diagonal().setZero();
  coupling = (coupling.array() >= kLeastCoupling && coupling.array().isFinite())
                 .select(coupling, 0.0);
  Order given(static_cast<std::size_t>(d));
  std::iota(given.begin(), given.end(), Index{0});
  const double given_cost = Cost(coupling, given);
  if (given_cost == 0) return given;

  Order best;
  for (Order part : ConnectedParts(coupling)) {
    std::reverse(part.begin(), part.end());
    Order other = FiedlerOrder(coupling, part);
    if (Cost(coupling, other) < Cost(coupling, part)) part = std::move(other);
    best.insert(best.end(), part.begin(), part.end());
  }
  return Cost(coupling, best) < kLargestCostRatio * given_cost ? best : given;
}

}  // namespace ttflow
