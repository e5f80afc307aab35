#include "core/density/squared_train.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

#include "core/math/quadrature.h"
#include "tests/conformance/goodness_of_fit.h"
#include "tests/core/density/random_squared_train.h"

namespace ttflow {
namespace {

double Edge(const Marginal& marginal, Index j) {
  return marginal.lower() + marginal.width() * static_cast<double>(j);
}

TEST(MakeCellBasis, IsOrthonormalUnderTheMasses) {
  for (const Index size : {1, 2, 5, 8, 12}) {
    const Marginal marginal = BumpyMarginal(1, 200);
    const CellBasis basis = MakeCellBasis(marginal, -2, 3, size);
    ASSERT_EQ(basis.size(), size);
    const Matrix gram =
        basis.values * marginal.mass().asDiagonal() * basis.values.transpose();
    EXPECT_LT((gram - Matrix::Identity(size, size)).cwiseAbs().maxCoeff(),
              1e-10);
    EXPECT_EQ(basis.values.row(0), Matrix::Ones(1, 200));
    // The last column of cumulative sums is that Gram matrix.
    const Vector last = basis.cumulative.col(200);
    Index pair = 0;
    for (Index b = 0; b < size; ++b) {
      for (Index a = 0; a <= b; ++a) {
        EXPECT_NEAR(last[pair++], a == b ? 1 : 0, 1e-10);
      }
    }
    EXPECT_EQ(pair, last.size());
    EXPECT_EQ(basis.cumulative.col(0).norm(), 0);
  }
}

TEST(MakeCellBasis, LeavesDependentFunctionsOut) {
  const Marginal two_cells(0, 1, Vector{{0, 0.5, 0.2}});
  EXPECT_EQ(MakeCellBasis(two_cells, 0, 2, 8).size(), 2);
}

TEST(MakeCellBasis, DerivativeIsThatOfTheSampledFunctions) {
  const Marginal marginal = BumpyMarginal(0, 2000);
  const CellBasis basis = MakeCellBasis(marginal, -2, 3, 6);
  for (Index j = 10; j < 1990; j += 37) {
    // Beyond 1.32 times the interval the functions are constant.
    const double from_kink = std::min(std::abs(Edge(marginal, j) + 2.8),
                                      std::abs(Edge(marginal, j) - 3.8));
    if (from_kink < 25 * marginal.width()) continue;
    for (Index a = 0; a < 6; ++a) {
      // Simpson's rule of the derivative over 20 cells.
      if (j + 20 >= 2000) continue;
      const double integral =
          20 * marginal.width() / 6 *
          (basis.derivative(a, j) + 4 * basis.derivative(a, j + 10) +
           basis.derivative(a, j + 20));
      EXPECT_NEAR(basis.values(a, j + 20) - basis.values(a, j),
                  integral,
                  2e-4 * (1 + std::abs(integral)));
    }
  }
}

// int p over the box of cells, cell by cell, plus the wide part outside of it.
double TotalMass(const SquaredTrainDensity& density) {
  const SquaredTrainParameters& p = density.parameters();
  const Index d = density.dimension();
  std::vector<Vector> nodes(d);
  std::vector<Vector> weights(d);
  double inside = 1;
  Index rows = 1;
  for (Index k = 0; k < d; ++k) {
    const Marginal& marginal = p.marginals[k];
    nodes[k].resize(4 * marginal.num_cells());
    weights[k].resize(4 * marginal.num_cells());
    for (Index j = 0; j < marginal.num_cells(); ++j) {
      const QuadratureRule rule = CompositeGaussLegendre(
          1, 4, Edge(marginal, j), Edge(marginal, j + 1));
      nodes[k].segment(4 * j, 4) = rule.nodes;
      weights[k].segment(4 * j, 4) = rule.weights;
    }
    inside *= StandardNormalCdf((marginal.upper() - p.wide_mean[k]) /
                                p.wide_scale[k]) -
              StandardNormalCdf((marginal.lower() - p.wide_mean[k]) /
                                p.wide_scale[k]);
    rows *= nodes[k].size();
  }
  Matrix u(rows, d);
  Vector weight = Vector::Ones(rows);
  for (Index i = 0; i < rows; ++i) {
    Index rest = i;
    for (Index k = 0; k < d; ++k) {
      const Index j = rest % nodes[k].size();
      rest /= nodes[k].size();
      u(i, k) = nodes[k][j];
      weight[i] *= weights[k][j];
    }
  }
  Vector log_density;
  density.LogDensity(
      p.coordinates.ToGlobal(u), Executor(2), log_density, nullptr);
  log_density.array() += p.coordinates.LogDeterminant();
  return weight.dot(log_density.array().exp().matrix()) +
         0.5 * p.defensive_weight * (1 - inside);
}

TEST(SquaredTrainDensity, IntegratesToOneInOneDimension) {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    SquaredTrainParameters p =
        RandomSquaredTrain({.dimension = 1, .basis_size = 7}, seed);
    p.coordinates.scale[0] = 0.2;
    p.coordinates.center[0] = 9;
    EXPECT_NEAR(TotalMass(SquaredTrainDensity(p)), 1, 1e-9) << seed;
  }
}

TEST(SquaredTrainDensity, IntegratesToOneInTwoObliqueDimensions) {
  const Matrix a{{1, 0.4}, {-0.3, 2}};
  for (unsigned seed = 1; seed <= 5; ++seed) {
    SquaredTrainParameters p = RandomSquaredTrain({.dimension = 2}, seed);
    p.coordinates = LinearCoordinates(Vector{{1, -1}}, a, a.inverse());
    EXPECT_NEAR(TotalMass(SquaredTrainDensity(p)), 1, 1e-7) << seed;
  }
}

TEST(SquaredTrainDensity, RankOneWithConstantsIsTheProduct) {
  SquaredTrainParameters p = RandomSquaredTrain({.dimension = 3, .rank = 1}, 2);
  for (TrainCore& core : p.train.cores) {
    core.unfolding.setZero();
    core.unfolding(0, 0) = 1;
  }
  const SquaredTrainDensity density(p);
  EXPECT_EQ(density.max_rank(), 1);
  const Executor executor(1);
  const Matrix u = density.Sample(300, RandomKey(4), executor, 0);
  Vector log_density;
  density.LogDensity(u, executor, log_density, nullptr);
  const Vector log_square = density.LogSquare(u, executor);
  for (Index i = 0; i < u.rows(); ++i) {
    double log_product = 0;
    double log_wide = 0;
    for (Index k = 0; k < 3; ++k) {
      log_product += p.marginals[k].LogDensity(p.marginals[k].Locate(u(i, k)));
      const double z = (u(i, k) - p.wide_mean[k]) / p.wide_scale[k];
      log_wide -= 0.5 * z * z + 0.5 * std::log(2 * std::numbers::pi) +
                  std::log(p.wide_scale[k]);
    }
    if (std::isfinite(log_product)) {
      EXPECT_NEAR(log_square[i], log_product, 1e-12);
    } else {
      EXPECT_EQ(log_square[i], log_product);
    }
    EXPECT_NEAR(
        log_density[i],
        std::log(0.95 * std::exp(log_product) + 0.05 * std::exp(log_wide)),
        1e-10);
  }
}

// Exact probabilities of q T^2 on boxes: bins of the cells of each coordinate.
struct Bins {
  Index per_coordinate = 3;

  Index Of(const SquaredTrainParameters& p, const Matrix& u, Index i) const {
    Index bin = 0;
    for (Index k = u.cols() - 1; k >= 0; --k) {
      const CellPosition place = p.marginals[k].Locate(u(i, k));
      bin = bin * per_coordinate +
            place.cell * per_coordinate / p.marginals[k].num_cells();
    }
    return bin;
  }
  Index size(Index d) const {
    Index size = 1;
    for (Index k = 0; k < d; ++k) size *= per_coordinate;
    return size;
  }
};

// By brute force over all cells of all coordinates.
Vector BinProbabilities(const SquaredTrainDensity& density, const Bins& bins) {
  const SquaredTrainParameters& p = density.parameters();
  const Index d = density.dimension();
  Index rows = 1;
  for (const Marginal& marginal : p.marginals) rows *= marginal.num_cells();
  Matrix u(rows, d);
  Vector mass = Vector::Ones(rows);
  Vector log_product = Vector::Zero(rows);
  for (Index i = 0; i < rows; ++i) {
    Index rest = i;
    for (Index k = 0; k < d; ++k) {
      const Marginal& marginal = p.marginals[k];
      const Index cell = rest % marginal.num_cells();
      rest /= marginal.num_cells();
      u(i, k) = 0.5 * (Edge(marginal, cell) + Edge(marginal, cell + 1));
      mass[i] *= marginal.mass()[cell];
      log_product[i] += marginal.LogDensity(marginal.Locate(u(i, k)));
    }
  }
  // T^2, constant on a cell, is what q T^2 has over q.
  const Vector square =
      (density.LogSquare(u, Executor(2)) - log_product).array().exp();
  Vector probability = Vector::Zero(bins.size(d));
  for (Index i = 0; i < rows; ++i) {
    probability[bins.Of(p, u, i)] += mass[i] * square[i];
  }
  return probability;
}

double ChiSquared(const SquaredTrainParameters& p,
                  const Bins& bins,
                  const Matrix& u,
                  const Vector& probability) {
  Vector count = Vector::Zero(probability.size());
  for (Index i = 0; i < u.rows(); ++i) ++count[bins.Of(p, u, i)];
  const Vector expected = static_cast<double>(u.rows()) * probability;
  double statistic = 0;
  for (Index b = 0; b < count.size(); ++b) {
    statistic += (count[b] - expected[b]) * (count[b] - expected[b]) /
                 std::max(expected[b], 1e-9);
  }
  return statistic;
}

// Draws have a defensive part so small that none of them comes from it.
constexpr double kAlmostNothing = 1e-9;

TEST(SquaredTrainDensity, DrawsHaveTheJointProbabilities) {
  for (unsigned seed = 1; seed <= 3; ++seed) {
    const SquaredTrainDensity density(
        RandomSquaredTrain({.dimension = 2,
                            .cells = 40,
                            .basis_size = 6,
                            .rank = 4,
                            .defensive_weight = kAlmostNothing},
                           seed));
    const Bins bins{8};
    const Vector probability = BinProbabilities(density, bins);
    EXPECT_NEAR(probability.sum(), 1, 1e-9);
    const Matrix u = density.Sample(40000, RandomKey(seed), Executor(2), 0);
    EXPECT_LT(ChiSquared(density.parameters(), bins, u, probability),
              ChiSquaredBound(static_cast<double>(probability.size() - 1)));
  }
}

TEST(SquaredTrainDensity, DrawsHaveTheProbabilitiesOfThreeCoordinates) {
  const SquaredTrainDensity density(RandomSquaredTrain(
      {.dimension = 3, .cells = 24, .defensive_weight = kAlmostNothing}, 8));
  const Bins bins{4};
  const Matrix u = density.Sample(40000, RandomKey(1), Executor(2), 0);
  EXPECT_LT(ChiSquared(
                density.parameters(), bins, u, BinProbabilities(density, bins)),
            ChiSquaredBound(63));
}

class RedrawnBlock : public testing::TestWithParam<std::pair<Index, Index>> {};

// Draws of q T^2 with a block redrawn are draws of q T^2; the other coordinates
// stay.
TEST_P(RedrawnBlock, LeavesTheSquareInvariant) {
  const auto [begin, end] = GetParam();
  const SquaredTrainDensity density(RandomSquaredTrain(
      {.dimension = 3, .cells = 24, .defensive_weight = kAlmostNothing}, 5));
  const Executor executor(2);
  const Bins bins{4};
  const Matrix u = density.Sample(40000, RandomKey(6), executor, 0);
  const Matrix drawn =
      density.RedrawBlock(u, begin, end, RandomKey(6), 3, executor);
  EXPECT_LT(
      ChiSquared(
          density.parameters(), bins, drawn, BinProbabilities(density, bins)),
      ChiSquaredBound(63));
  for (Index k = 0; k < 3; ++k) {
    if (k < begin || k >= end) {
      EXPECT_EQ(drawn.col(k), u.col(k));
    } else {
      EXPECT_NE(drawn.col(k), u.col(k));
    }
  }
  EXPECT_EQ(drawn,
            density.RedrawBlock(u, begin, end, RandomKey(6), 3, Executor(1)));
  EXPECT_NE(drawn,
            density.RedrawBlock(u, begin, end, RandomKey(6), 4, executor));
}

INSTANTIATE_TEST_SUITE_P(Blocks,
                         RedrawnBlock,
                         testing::Values(std::pair<Index, Index>{0, 1},
                                         std::pair<Index, Index>{1, 2},
                                         std::pair<Index, Index>{2, 3},
                                         std::pair<Index, Index>{0, 2},
                                         std::pair<Index, Index>{1, 3},
                                         std::pair<Index, Index>{0, 3}));

// From a wrong distribution of one coordinate the redrawn one is right: the
// conditional is that of q T^2, whatever stood there before.
TEST(SquaredTrainDensity, ARedrawnCoordinateForgetsItsValue) {
  const SquaredTrainDensity density(RandomSquaredTrain(
      {.dimension = 3, .cells = 24, .defensive_weight = kAlmostNothing}, 5));
  const Executor executor(2);
  Matrix u = density.Sample(500, RandomKey(7), executor, 0);
  const Matrix drawn = density.RedrawBlock(u, 1, 2, RandomKey(7), 0, executor);
  u.col(1).setConstant(0.123);
  EXPECT_EQ(drawn, density.RedrawBlock(u, 1, 2, RandomKey(7), 0, executor));
}

TEST(SquaredTrainDensity, LogSquareIsMinusInfinityBeyondTheCells) {
  const SquaredTrainDensity density(RandomSquaredTrain({.dimension = 2}, 1));
  const Matrix u{{100, 0}, {0, -100}, {0, 0}};
  const Vector log_square = density.LogSquare(u, Executor(1));
  EXPECT_EQ(log_square[0], -std::numeric_limits<double>::infinity());
  EXPECT_EQ(log_square[1], -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isfinite(log_square[2]));
  // There the wide part is left.
  Vector log_density;
  Matrix score;
  density.LogDensity(u, Executor(1), log_density, &score);
  EXPECT_TRUE(log_density.allFinite());
  const SquaredTrainParameters& p = density.parameters();
  EXPECT_NEAR(score(0, 0),
              -(100 - p.wide_mean[0]) / (p.wide_scale[0] * p.wide_scale[0]),
              1e-9);
}

// The score is that of a smooth interpolation: differences over many cells
// agree with it up to the cells' width and the step's square.
TEST(SquaredTrainDensity, ScoreIsTheSlopeOverManyCells) {
  const Matrix a{{1, 0.4}, {-0.3, 2}};
  SquaredTrainParameters p =
      RandomSquaredTrain({.dimension = 2, .cells = 40000}, 3);
  p.coordinates = LinearCoordinates(Vector{{1, -1}}, a, a.inverse());
  const SquaredTrainDensity density(p);
  const Executor executor(2);
  const Matrix x = density.Sample(400, RandomKey(9), executor, 0);
  Vector log_density;
  Matrix score;
  density.LogDensity(x, executor, log_density, &score);
  constexpr double kStep = 0.01;  // 50 cells and more
  double largest = 0;
  for (Index k = 0; k < 2; ++k) {
    Matrix up = x;
    Matrix down = x;
    up.col(k).array() += kStep;
    down.col(k).array() -= kStep;
    Vector log_up;
    Vector log_down;
    density.LogDensity(up, executor, log_up, nullptr);
    density.LogDensity(down, executor, log_down, nullptr);
    for (Index i = 0; i < x.rows(); ++i) {
      // At the ends of the cells the density jumps to the wide part alone, and
      // 1.32 times the intervals' ends are kinks of the functions.
      const Matrix u = p.coordinates.ToLocal(x.row(i));
      bool at_a_kink = false;
      for (Index l = 0; l < 2; ++l) {
        for (const double kink : {p.marginals[l].lower(),
                                  p.marginals[l].upper(),
                                  0.25 - 1.32 * 2.75,
                                  0.25 + 1.32 * 2.75}) {
          at_a_kink |= std::abs(u(0, l) - kink) < 3 * kStep;
        }
      }
      if (at_a_kink) continue;
      const double slope = (log_up[i] - log_down[i]) / (2 * kStep);
      EXPECT_NEAR(score(i, k), slope, 0.06 * (1 + std::abs(slope)));
      largest = std::max(largest, std::abs(slope));
    }
  }
  EXPECT_GT(largest, 2);
}

TEST(SquaredTrainDeathTest, RefusesWhatDoesNotFit) {
  SquaredTrainParameters p = RandomSquaredTrain({.dimension = 2}, 1);
  p.wide_mean.resize(1);
  EXPECT_DEATH(SquaredTrainDensity{p}, "");
  p = RandomSquaredTrain({.dimension = 2}, 1);
  p.basis_size = 3;
  EXPECT_DEATH(SquaredTrainDensity{p}, "");
  p = RandomSquaredTrain({.dimension = 2}, 1);
  p.defensive_weight = 0;
  EXPECT_DEATH(SquaredTrainDensity{p}, "");
}

}  // namespace
}  // namespace ttflow
