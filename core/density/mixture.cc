#include "core/density/mixture.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <utility>

#include "core/foundation/check.h"
#include "core/math/standard_normal.h"

namespace ttflow {
namespace {

// Up to here triangular products go column by column, which is quicker than a
// matrix product of few columns.
constexpr Index kFewColumns = 8;

// Exponents below this count as zero: they change no sum, and what they would
// leave are denormal numbers, which are slow.
constexpr double kNegligible = -100;

// Weights that sum to one to rounding stay as they are, so that a density made
// from the parameters of another is the same to the bit.
constexpr double kNormalized = 1e-12;

// log of the t density at its mean, identity scale; normal for nu = infinity.
double LogPeak(Index dimension, double nu) {
  const double d = static_cast<double>(dimension);
  if (std::isinf(nu)) return -d * kHalfLogTwoPi;
  return std::lgamma(0.5 * (nu + d)) - std::lgamma(0.5 * nu) -
         0.5 * d * (std::log(0.5 * nu) + 2 * kHalfLogTwoPi);
}

}  // namespace

GaussianMixtureDensity::GaussianMixtureDensity(
    GaussianMixtureParameters parameters)
    : parameters_(std::move(parameters)) {
  GaussianMixtureParameters& p = parameters_;
  const Index count = p.num_components();
  const Index d = p.dimension();
  TTFLOW_CHECK(count > 0 && d > 0 && p.means.rows() == count &&
               static_cast<Index>(p.root.size()) == count);
  TTFLOW_CHECK(p.weights.minCoeff() > 0 && p.degrees_of_freedom > 0);
  const double total = p.weights.sum();
  if (!(std::abs(total - 1) < kNormalized)) p.weights /= total;
  log_constant_.resize(count);
  cumulative_.resize(count);
  inverse_root_.reserve(p.root.size());
  double sum = 0;
  for (Index k = 0; k < count; ++k) {
    const Matrix& root = p.root[static_cast<std::size_t>(k)];
    TTFLOW_CHECK(root.rows() == d && root.cols() == d &&
                 root.diagonal().minCoeff() > 0);
    Matrix inverse = Matrix::Identity(d, d);
    root.triangularView<Eigen::Lower>().solveInPlace(inverse);
    inverse_root_.push_back(std::move(inverse));
    log_constant_[k] = std::log(p.weights[k]) +
                       LogPeak(d, p.degrees_of_freedom) -
                       root.diagonal().array().log().sum();
    cumulative_[k] = sum += p.weights[k];
  }
}

Matrix GaussianMixtureDensity::Sample(Index count,
                                      const RandomKey& key,
                                      const Executor& executor,
                                      Index first) const {
  const Index d = dimension();
  const double nu = parameters_.degrees_of_freedom;
  Matrix x(count, d);
  executor.ForBlocks(count, [&](Index begin, Index end) {
    Vector z(d);
    for (Index i = begin; i < end; ++i) {
      RandomStream stream =
          key.Stream(Purpose::kBase, 0, static_cast<std::uint64_t>(first + i));
      const double uniform =
          stream.Uniform() * cumulative_[cumulative_.size() - 1];
      const Index k = std::min<Index>(
          std::lower_bound(cumulative_.begin(), cumulative_.end(), uniform) -
              cumulative_.begin(),
          num_components() - 1);
      for (double& value : z) value = stream.Normal();
      if (!std::isinf(nu)) z *= std::sqrt(nu / (2 * stream.Gamma(0.5 * nu)));
      const Matrix& root = parameters_.root[static_cast<std::size_t>(k)];
      x.row(i) = parameters_.means.row(k);
      for (Index a = 0; a < d; ++a) {
        for (Index b = 0; b <= a; ++b) x(i, a) += root(a, b) * z[b];
      }
    }
  });
  return x;
}

void GaussianMixtureDensity::Standardize(const ConstMatrixRef& x,
                                         Index component,
                                         Matrix& z) const {
  const Index d = dimension();
  const Matrix& inverse = inverse_root_[static_cast<std::size_t>(component)];
  z = x.rowwise() - parameters_.means.row(component);
  if (d > kFewColumns) {
    z = (z * inverse.transpose().triangularView<Eigen::Upper>()).eval();
    return;
  }
  for (Index a = d - 1; a >= 0; --a) {
    z.col(a) *= inverse(a, a);
    for (Index b = 0; b < a; ++b) z.col(a) += inverse(a, b) * z.col(b);
  }
}

void GaussianMixtureDensity::ComponentLogDensities(
    const ConstMatrixRef& x, Matrix& joint, Matrix* squared_distance) const {
  TTFLOW_CHECK(x.cols() == dimension());
  const double nu = parameters_.degrees_of_freedom;
  const double d = static_cast<double>(dimension());
  joint.resize(x.rows(), num_components());
  if (squared_distance != nullptr) {
    squared_distance->resize(x.rows(), num_components());
  }
  Matrix z;
  Vector distance(x.rows());
  for (Index k = 0; k < num_components(); ++k) {
    Standardize(x, k, z);
    distance.setZero();
    for (Index a = 0; a < z.cols(); ++a) distance += z.col(a).cwiseAbs2();
    if (std::isinf(nu)) {
      joint.col(k) = log_constant_[k] - 0.5 * distance.array();
    } else {
      joint.col(k) =
          log_constant_[k] - 0.5 * (nu + d) * (1 + distance.array() / nu).log();
    }
    if (squared_distance != nullptr) squared_distance->col(k) = distance;
  }
}

void GaussianMixtureDensity::LogDensity(const ConstMatrixRef& x,
                                        const Executor& executor,
                                        Vector& log_density,
                                        Matrix* score) const {
  TTFLOW_CHECK(x.cols() == dimension());
  const double nu = parameters_.degrees_of_freedom;
  const double d = static_cast<double>(dimension());
  log_density.resize(x.rows());
  if (score != nullptr) score->setZero(x.rows(), x.cols());
  executor.ForBlocks(x.rows(), [&](Index begin, Index end) {
    const Index rows = end - begin;
    const auto block = x.middleRows(begin, rows);
    Matrix joint;
    Matrix squared_distance;
    ComponentLogDensities(
        block, joint, score != nullptr ? &squared_distance : nullptr);
    log_density.segment(begin, rows) = NormalizeRows(joint);
    if (score == nullptr) return;
    Matrix z;
    for (Index k = 0; k < num_components(); ++k) {
      Standardize(block, k, z);
      auto factor = joint.col(k);
      if (!std::isinf(nu)) {
        factor.array() *= (nu + d) / (nu + squared_distance.col(k).array());
      }
      z.array().colwise() *= factor.array();
      score->middleRows(begin, rows).noalias() -=
          z * inverse_root_[static_cast<std::size_t>(k)];
    }
  });
}

Vector NormalizeRows(Matrix& joint) {
  // Column by column, so that the loops over rows vectorise.
  Vector largest = joint.col(0);
  for (Index k = 1; k < joint.cols(); ++k) {
    largest = largest.cwiseMax(joint.col(k));
  }
  const Vector shift = largest.array().isFinite().select(largest, 0.0);
  Vector sum = Vector::Zero(joint.rows());
  for (Index k = 0; k < joint.cols(); ++k) {
    const auto exponent = (joint.col(k) - shift).array();
    joint.col(k) = (exponent > kNegligible).select(exponent.exp(), 0.0);
    sum += joint.col(k);
  }
  const Vector inverse = (sum.array() > 0).select(sum.cwiseInverse(), 0.0);
  for (Index k = 0; k < joint.cols(); ++k) {
    joint.col(k).array() *= inverse.array();
  }
  return shift.array() + sum.array().log();
}

}  // namespace ttflow
