#include "core/coordinates/coordinates.h"

#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <utility>

#include "core/foundation/check.h"
#include "core/math/weighted_moments.h"

namespace ttflow {
namespace {

// Least scale relative to the largest. Of principal axes the covariance knows
// variances to 1e-16 of the largest only, scales to the root of that.
constexpr double kLeastDiagonalScale = 1e-12;
constexpr double kLeastPrincipalScale = 1e-7;

// Scales as they are used: positive, and one where nothing varies at all.
Vector GuardScale(const Vector& scale, double least) {
  const double largest = scale.size() > 0 ? scale.maxCoeff() : 0.0;
  if (!(largest > 0)) return Vector::Ones(scale.size());
  return scale.cwiseMax(least * largest);
}

}  // namespace

Matrix Coordinates::ToLocal(const ConstMatrixRef& x) const {
  Matrix u = x.rowwise() - center.transpose();
  if (!is_orthogonal()) {
    u = (u * inverse.transpose()).eval();
  } else if (!is_diagonal()) {
    u = (u * matrix).eval();
  }
  u.array().rowwise() /= scale.transpose().array();
  return u;
}

Matrix Coordinates::ToGlobal(const ConstMatrixRef& u) const {
  Matrix x = u.array().rowwise() * scale.transpose().array();
  if (!is_diagonal()) x = (x * matrix.transpose()).eval();
  x.rowwise() += center.transpose();
  return x;
}

Matrix Coordinates::GradientToLocal(const ConstMatrixRef& gradient) const {
  Matrix local = gradient;
  if (!is_diagonal()) local = (local * matrix).eval();
  local.array().rowwise() *= scale.transpose().array();
  return local;
}

Matrix Coordinates::GradientToGlobal(const ConstMatrixRef& gradient) const {
  Matrix global = gradient.array().rowwise() / scale.transpose().array();
  if (!is_orthogonal()) {
    global = (global * inverse).eval();
  } else if (!is_diagonal()) {
    global = (global * matrix.transpose()).eval();
  }
  return global;
}

double Coordinates::LogDeterminant() const {
  double sum = scale.array().log().sum();
  if (!is_orthogonal()) {
    sum += Eigen::PartialPivLU<Matrix>(matrix)
               .matrixLU()
               .diagonal()
               .cwiseAbs()
               .array()
               .log()
               .sum();
  }
  return sum;
}

Coordinates LinearCoordinates(Vector center,
                              const ConstMatrixRef& a,
                              const ConstMatrixRef& a_inverse) {
  Coordinates coordinates;
  coordinates.center = std::move(center);
  coordinates.scale = a.colwise().norm().transpose();
  TTFLOW_CHECK(coordinates.scale.allFinite() &&
               coordinates.scale.minCoeff() > 0);
  coordinates.matrix =
      a.array().rowwise() / coordinates.scale.transpose().array();
  coordinates.inverse = a_inverse.array().colwise() * coordinates.scale.array();
  return coordinates;
}

Coordinates RotatedCoordinates(Vector center,
                               const ConstMatrixRef& rotation,
                               const ConstVectorRef& deviations) {
  Coordinates coordinates;
  coordinates.center = std::move(center);
  coordinates.scale = GuardScale(deviations, kLeastDiagonalScale);
  coordinates.matrix = rotation.transpose();
  return coordinates;
}

Coordinates DiagonalCoordinates(const ConstMatrixRef& x,
                                const ConstVectorRef& weights) {
  Coordinates coordinates;
  coordinates.center = WeightedMean(x, weights);
  coordinates.scale =
      GuardScale(WeightedVariance(x, weights).cwiseSqrt(), kLeastDiagonalScale);
  return coordinates;
}

Coordinates WhitenedCoordinates(const ConstMatrixRef& x,
                                const ConstVectorRef& weights) {
  Coordinates coordinates;
  coordinates.center = WeightedMean(x, weights);
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(
      WeightedCovariance(x, weights));
  // Eigenvalues come in increasing order; axes go by falling variance.
  coordinates.scale =
      GuardScale(solver.eigenvalues().reverse().cwiseMax(0.0).cwiseSqrt(),
                 kLeastPrincipalScale);
  coordinates.matrix = solver.eigenvectors().rowwise().reverse();
  for (Index k = 0; k < x.cols(); ++k) {
    Index largest = 0;
    coordinates.matrix.col(k).cwiseAbs().maxCoeff(&largest);
    if (coordinates.matrix(largest, k) < 0) coordinates.matrix.col(k) *= -1;
  }
  return coordinates;
}

}  // namespace ttflow
