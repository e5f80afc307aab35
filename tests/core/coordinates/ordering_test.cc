#include "core/coordinates/ordering.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ttflow {
namespace {

// A chain of unit couplings whose k-th site is coordinate site[k].
Matrix ChainHead(const std::vector<Index>& site) {
  const auto d = static_cast<Index>(site.size());
  Matrix head = 3 * Matrix::Identity(d, d);
  for (std::size_t k = 0; k + 1 < site.size(); ++k) {
    head(site[k], site[k + 1]) = head(site[k + 1], site[k]) = -1;
  }
  return head;
}

std::vector<Index> Shuffled(Index d) {
  std::vector<Index> site(static_cast<std::size_t>(d));
  for (Index k = 0; k < d; ++k) {
    site[static_cast<std::size_t>(k)] = (7 * k + 3) % d;
  }
  return site;
}

std::vector<Index> Identity(Index d) {
  std::vector<Index> order(static_cast<std::size_t>(d));
  std::iota(order.begin(), order.end(), Index{0});
  return order;
}

TEST(OrderByCouplingsTest, AShuffledChainIsUnrolled) {
  const std::vector<Index> site = Shuffled(16);
  std::vector<Index> order =
      OrderByCouplings(ChainHead(site), Vector::Ones(16));
  if (order.front() != site.front()) std::reverse(order.begin(), order.end());
  EXPECT_EQ(order, site);
}

TEST(OrderByCouplingsTest, AnOrderlyChainStays) {
  EXPECT_EQ(OrderByCouplings(ChainHead(Identity(9)), Vector::Ones(9)),
            Identity(9));
}

TEST(OrderByCouplingsTest, WeakCouplingsAreNone) {
  const std::vector<Index> site = Shuffled(12);
  EXPECT_EQ(OrderByCouplings(ChainHead(site), Vector::Constant(12, 0.2)),
            Identity(12));
  EXPECT_NE(OrderByCouplings(ChainHead(site), Vector::Constant(12, 0.3)),
            Identity(12));
}

TEST(OrderByCouplingsTest, PartsAreKeptTogether) {
  // Two interleaved chains and a single coordinate.
  const Index d = 11;
  Matrix head = Matrix::Identity(d, d);
  for (Index k = 0; k + 2 < 10; ++k) head(k, k + 2) = head(k + 2, k) = 1;
  const std::vector<Index> order = OrderByCouplings(head, Vector::Ones(d));
  std::vector<Index> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(sorted, Identity(d));
  double cost = 0;
  for (std::size_t a = 0; a < order.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      cost += std::abs(head(order[a], order[b])) * static_cast<double>(a - b);
    }
  }
  EXPECT_EQ(cost, 8);
}

TEST(OrderByCouplingsTest, OneCoordinate) {
  EXPECT_EQ(OrderByCouplings(Matrix::Ones(1, 1), Vector::Ones(1)), Identity(1));
}

}  // namespace
}  // namespace ttflow
