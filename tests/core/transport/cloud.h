// Exact clouds of tempered densities, for tests of the fit.

#ifndef TTFLOW_TESTS_CORE_TRANSPORT_CLOUD_H_
#define TTFLOW_TESTS_CORE_TRANSPORT_CLOUD_H_

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/foundation/executor.h"
#include "core/transport/fit.h"
#include "tests/core/transport/random_potential.h"

namespace ttflow {

// Particles at annealing time t with all that a fit reads.
struct Cloud {
  Matrix position;
  Vector weights;
  Matrix gradient;
  Vector energy_difference;
  std::vector<std::int8_t> fold;

  FitProblem problem() const {
    return {position, weights, gradient, energy_difference, fold};
  }
};

// Standard normal positions, equal weights, alternating folds; no energies yet.
inline Cloud MakeCloud(Index size, Index dimension, std::uint64_t seed) {
  Cloud cloud;
  cloud.position = RandomPoints(size, dimension, seed);
  cloud.weights = Vector::Constant(size, 1.0 / static_cast<double>(size));
  cloud.gradient = Matrix::Zero(size, dimension);
  cloud.energy_difference = Vector::Zero(size);
  for (Index i = 0; i < size; ++i) cloud.fold.push_back(i % 2 == 0 ? 0 : 1);
  return cloud;
}

// N(0, s^2) to N(mean, precision^-1) at time t.
inline Cloud GaussianCloud(Index size,
                           const Matrix& precision,
                           double base_scale,
                           double t,
                           std::uint64_t seed = 31) {
  const Index d = precision.rows();
  Cloud cloud = MakeCloud(size, d, seed);
  const Vector mean = Vector::LinSpaced(d, 0.5, -0.7);
  const Matrix base_precision =
      Matrix::Identity(d, d) / (base_scale * base_scale);
  const Matrix now = (1 - t) * base_precision + t * precision;
  const Vector center = now.ldlt().solve(t * precision * mean);
  // u = center + L^-T z has precision L L^T.
  const Eigen::LLT<Matrix> factor(now);
  cloud.position =
      (factor.matrixU().solve(cloud.position.transpose()).colwise() + center)
          .transpose();
  const Matrix difference = cloud.position.rowwise() - mean.transpose();
  const Matrix target_gradient = difference * precision;
  const Matrix base_gradient = cloud.position * base_precision;
  cloud.gradient = (1 - t) * base_gradient + t * target_gradient;
  cloud.energy_difference =
      0.5 * (target_gradient.cwiseProduct(difference).rowwise().sum() -
             base_gradient.cwiseProduct(cloud.position).rowwise().sum());
  return cloud;
}

// The energy of a pair of coordinates, its gradient by the chain rule:
//   sum over both of well (v^2 - 1)^2 + coupling (v w)^2.
struct PairEnergy {
  double well = 0;
  double coupling = 0;

  double Value(double v, double w) const {
    const double a = v * v - 1, b = w * w - 1;
    return well * (a * a + b * b) + coupling * v * v * w * w;
  }
  double Derivative(double v, double w) const {  // with respect to v
    return 4 * well * (v * v - 1) * v + 2 * coupling * v * w * w;
  }
};

// d / 2 independent pairs of coordinates (k, k + 1), k even, between N(0, s^2)
// and exp(-energy), at time t: exact up to a fine grid.
inline Cloud PairCloud(Index size,
                       Index d,
                       const PairEnergy& energy,
                       double base_scale,
                       double t,
                       std::uint64_t seed = 41) {
  constexpr Index kGrid = 200;
  constexpr double kEnd = 5;
  constexpr double kCell = 2 * kEnd / kGrid;
  const double base_precision = 1 / (base_scale * base_scale);
  const auto tempered = [&](double v, double w) {
    return (1 - t) * 0.5 * base_precision * (v * v + w * w) +
           t * energy.Value(v, w);
  };
  std::vector<double> cumulative;
  double total = 0;
  for (Index a = 0; a < kGrid; ++a) {
    for (Index b = 0; b < kGrid; ++b) {
      const double v = -kEnd + (static_cast<double>(a) + 0.5) * kCell;
      const double w = -kEnd + (static_cast<double>(b) + 0.5) * kCell;
      total += std::exp(-tempered(v, w));
      cumulative.push_back(total);
    }
  }
  Cloud cloud = MakeCloud(size, d, seed);
  for (Index i = 0; i < size; ++i) {
    RandomStream random = RandomKey(seed).Stream(Purpose::kExact, 9, i);
    for (Index k = 0; k + 1 < d; k += 2) {
      const Index cell =
          std::lower_bound(
              cumulative.begin(), cumulative.end(), total * random.Uniform()) -
          cumulative.begin();
      const double v =
          -kEnd +
          (static_cast<double>(cell / kGrid) + random.Uniform()) * kCell;
      const double w =
          -kEnd +
          (static_cast<double>(cell % kGrid) + random.Uniform()) * kCell;
      cloud.position(i, k) = v;
      cloud.position(i, k + 1) = w;
      cloud.gradient(i, k) =
          (1 - t) * base_precision * v + t * energy.Derivative(v, w);
      cloud.gradient(i, k + 1) =
          (1 - t) * base_precision * w + t * energy.Derivative(w, v);
      cloud.energy_difference[i] +=
          energy.Value(v, w) - 0.5 * base_precision * (v * v + w * w);
    }
  }
  return cloud;
}

inline absl::StatusOr<FitResult> Fit(const Cloud& cloud,
                                     const FitOptions& options,
                                     const FitResult* previous = nullptr,
                                     int num_threads = 1) {
  NullInterrupter interrupter;
  return FitVelocity(cloud.problem(),
                     options,
                     previous,
                     RandomKey(1),
                     Executor(num_threads),
                     interrupter);
}

}  // namespace ttflow

#endif  // TTFLOW_TESTS_CORE_TRANSPORT_CLOUD_H_
