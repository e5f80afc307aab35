// Squared trains of random numbers, for the tests of densities.

#ifndef TTFLOW_TESTS_CORE_DENSITY_RANDOM_SQUARED_TRAIN_H_
#define TTFLOW_TESTS_CORE_DENSITY_RANDOM_SQUARED_TRAIN_H_

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <random>
#include <utility>
#include <vector>

#include "core/density/squared_train.h"
#include "core/math/standard_normal.h"

namespace ttflow {

struct SquaredTrainShape {
  Index dimension = 2;
  Index cells = 48;
  Index basis_size = 4;
  Index rank = 3;  // where the basis allows
  double defensive_weight = 0.1;
};

// A skewed marginal: two bumps of other weights in every coordinate.
inline Marginal BumpyMarginal(Index k, Index cells) {
  const double lower = -4.0 - 0.25 * static_cast<double>(k);
  const double width = 8.5 / static_cast<double>(cells);
  Vector log_density(cells + 1);
  for (Index j = 0; j <= cells; ++j) {
    const double u = lower + width * static_cast<double>(j);
    log_density[j] = std::log(0.7 * std::exp(-0.5 * u * u) +
                              (0.2 + 0.1 * static_cast<double>(k % 3)) *
                                  std::exp(-2 * (u - 1.5) * (u - 1.5)) +
                              1e-3);
  }
  return Marginal(lower, width, std::move(log_density));
}

// Random cores of norm one, right-orthogonal from the second on. The local
// coordinates are x themselves.
inline SquaredTrainParameters RandomSquaredTrain(const SquaredTrainShape& shape,
                                                 unsigned seed) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> normal;
  const Index d = shape.dimension;
  SquaredTrainParameters p;
  p.coordinates.center = Vector::Zero(d);
  p.coordinates.scale = Vector::Ones(d);
  p.lower = Vector::Constant(d, -2.5);
  p.upper = Vector::Constant(d, 3);
  p.basis_size = shape.basis_size;
  p.defensive_weight = shape.defensive_weight;
  p.wide_mean = Vector::Constant(d, 0.3);
  p.wide_scale = Vector::Constant(d, 2);
  std::vector<Index> sizes;
  for (Index k = 0; k < d; ++k) {
    p.marginals.push_back(BumpyMarginal(k, shape.cells));
    sizes.push_back(
        MakeCellBasis(
            p.marginals.back(), p.lower[k], p.upper[k], shape.basis_size)
            .size());
  }
  p.train.cores.resize(static_cast<std::size_t>(d));
  Index right = 1;
  for (Index k = d - 1; k >= 0; --k) {
    TrainCore& core = p.train.cores[static_cast<std::size_t>(k)];
    const Index m = sizes[static_cast<std::size_t>(k)];
    const Index left = k == 0 ? 1 : std::min(shape.rank, m * right);
    // Orthonormal columns [m * right, left] are right-orthogonal slices.
    const Matrix random =
        Matrix::NullaryExpr(m * right, left, [&] { return normal(engine); });
    const Matrix columns = Eigen::HouseholderQR<Matrix>(random).householderQ() *
                           Matrix::Identity(m * right, left);
    core.left_rank = left;
    core.size = m;
    core.right_rank = right;
    core.unfolding.resize(left * m, right);
    for (Index a = 0; a < left; ++a) {
      for (Index j = 0; j < m; ++j) {
        for (Index b = 0; b < right; ++b) {
          core.unfolding(a + left * j, b) = columns(j + m * b, a);
        }
      }
    }
    right = left;
  }
  return p;
}

// Exact distribution function of coordinate k (local coordinates): T is summed
// out over all others by the orthonormality of bases and cores.
class SquaredTrainCdf {
 public:
  SquaredTrainCdf(const SquaredTrainDensity& density, Index k)
      : marginal_(density.parameters().marginals[static_cast<std::size_t>(k)]),
        eps_(density.parameters().defensive_weight),
        wide_mean_(density.parameters().wide_mean[k]),
        wide_scale_(density.parameters().wide_scale[k]) {
    const auto& cores = density.parameters().train.cores;
    Matrix gram = Matrix::Ones(1, 1);
    for (Index l = 0; l < k; ++l) {
      const TrainCore& core = cores[static_cast<std::size_t>(l)];
      Matrix next = Matrix::Zero(core.right_rank, core.right_rank);
      for (Index j = 0; j < core.size; ++j) {
        next += core.slice(j).transpose() * gram * core.slice(j);
      }
      gram = next;
    }
    const TrainCore& core = cores[static_cast<std::size_t>(k)];
    Matrix square(core.size, core.size);
    for (Index a = 0; a < core.size; ++a) {
      for (Index b = 0; b < core.size; ++b) {
        square(a, b) =
            (core.slice(a).transpose() * gram * core.slice(b)).trace();
      }
    }
    const Matrix& values = density.bases()[static_cast<std::size_t>(k)].values;
    square_ = (square * values).cwiseProduct(values).colwise().sum();
    cumulative_.resize(marginal_.num_cells() + 1);
    cumulative_[0] = 0;
    for (Index j = 0; j < marginal_.num_cells(); ++j) {
      cumulative_[j + 1] = cumulative_[j] + marginal_.mass()[j] * square_[j];
    }
  }

  double operator()(double u) const {
    double product = u >= marginal_.upper() ? 1 : 0;
    double squared = product;
    const CellPosition place = marginal_.Locate(u);
    if (place.inside) {
      // Mass of the cell up to u, its logarithm being linear.
      const Index j = place.cell;
      const double slope =
          marginal_.log_density()[j + 1] - marginal_.log_density()[j];
      const double mass =
          marginal_.width() * std::exp(marginal_.log_density()[j]) *
          (std::abs(slope) < 1e-9 ? place.fraction
                                  : std::expm1(slope * place.fraction) / slope);
      product = marginal_.cumulative()[j] + mass;
      squared = cumulative_[j] + mass * square_[j];
    }
    return (1 - eps_) * squared + 0.5 * eps_ * product +
           0.5 * eps_ * StandardNormalCdf((u - wide_mean_) / wide_scale_);
  }

 private:
  Marginal marginal_;
  double eps_;
  double wide_mean_;
  double wide_scale_;
  Vector square_;      // of T given the cell, over q
  Vector cumulative_;  // of q T^2 up to each edge
};

}  // namespace ttflow

#endif  // TTFLOW_TESTS_CORE_DENSITY_RANDOM_SQUARED_TRAIN_H_
