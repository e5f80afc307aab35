#include "core/coordinates/fisher.h"

#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <utility>

#include "core/coordinates/scored_points.h"
#include "core/math/weighted_moments.h"

namespace ttflow {
namespace {

// Gradients longer than this many times the usual length count less.
constexpr double kLongGradient = 6;
// Residual scores are cut at this many times their usual length.
constexpr double kLongResidual = 3;
// Squared length of the largest shift of the mean, in units of the covariance,
// that a score unlike any normal's may ask for.
constexpr double kLargestShift = 0.5;
// Of the product of the variances of a coordinate and of its score: below it
// the gradient is constant for all that double precision tells.
constexpr double kLeastInformation = 1e-12;
// Least singular value, relative to the largest, of what is inverted.
constexpr double kLeastSingularValue = 1e-12;
// Less shrinkage than this changes nothing.
constexpr double kLeastShrinkage = 1e-10;
// Share of the score that is left of a normal by rounding alone.
constexpr double kRoundingShare = 1e-16;

// Centred and scaled points, and what is added to their covariances.
struct ScaledPoints {
  Matrix z;  // positions [n, d]
  Matrix h;  // gradients [n, d]
  Vector weights;
  Vector mean_gradient;  // [d], taken off h
  Vector variance_z;     // [d]
  Vector variance_h;     // [d]
  Vector extra;          // [d], added to both where a coordinate tells nothing
};

// A normal in the scaled frame: covariance a a^T, mean `shift`.
struct NormalFit {
  Matrix a;          // [d, d]
  Matrix a_inverse;  // [d, d]
  Vector shift;      // [d]
  double shift_squared = 0;
  Matrix residual;       // r [n, d]
  double left_over = 0;  // E|r|^2 / E|u|^2
  bool singular = false;
};

// Upper triangular r [d, d] with r^T r = (1 - amount) sum_i w_i z_i z_i^T +
// diag(amount variance + extra), without squaring the condition.
Matrix RootOfCovariance(const Matrix& z,
                        const Vector& weights,
                        const Vector& variance,
                        const Vector& extra,
                        double amount) {
  const Index n = z.rows(), d = z.cols();
  Matrix stacked = Matrix::Zero(n + d, d);
  stacked.topRows(n) =
      ((1 - amount) * weights.array()).sqrt().matrix().asDiagonal() * z;
  stacked.bottomRows(d).diagonal() = (amount * variance + extra).cwiseSqrt();
  const Eigen::HouseholderQR<Eigen::Ref<Matrix>> qr(stacked);
  return qr.matrixQR().topRows(d).triangularView<Eigen::Upper>();
}

// Solves S C_h S = C_z. With C_z = r^T r, C_h = q^T q and the singular value
// decomposition r q^T = p t o^T, S = a a^T for a = r^T p t^(-1/2).
NormalFit FitNormal(const ScaledPoints& points, double amount) {
  const Matrix r = RootOfCovariance(
      points.z, points.weights, points.variance_z, points.extra, amount);
  const Matrix q = RootOfCovariance(
      points.h, points.weights, points.variance_h, points.extra, amount);
  const Eigen::BDCSVD<Matrix> svd(r * q.transpose(), Eigen::ComputeFullU);
  const Vector& values = svd.singularValues();
  const double most = std::max(values.maxCoeff(), 1e-300);
  const Vector diagonal = r.diagonal().cwiseAbs();
  NormalFit fit;
  fit.singular =
      values.minCoeff() < kLeastSingularValue * most ||
      diagonal.minCoeff() < kLeastSingularValue * diagonal.maxCoeff();
  if (fit.singular) return fit;
  const Vector root = values.cwiseSqrt();
  const Matrix& p = svd.matrixU();
  fit.a = r.transpose() * p * root.cwiseInverse().asDiagonal();
  fit.a_inverse =
      r.triangularView<Eigen::Upper>().solve(p * root.asDiagonal()).transpose();
  const Matrix u = points.z * fit.a_inverse.transpose();
  fit.residual = points.h * fit.a - u;
  const Vector& w = points.weights;
  fit.left_over = w.dot(fit.residual.rowwise().squaredNorm()) /
                  std::max(w.dot(u.rowwise().squaredNorm()), 1e-300);
  const Vector local_shift = -(fit.a.transpose() * points.mean_gradient);
  fit.shift = fit.a * local_shift;
  fit.shift_squared = local_shift.squaredNorm();
  return fit;
}

// Rotates the axes to the eigenvectors of the second moments of the residual
// score, largest first; without any residual they stay principal, by falling
// variance.
void RotateToResidual(const Vector& weights, NormalFit& fit) {
  const Index d = fit.a.cols();
  Matrix moments = fit.a.transpose() * fit.a;
  if (fit.left_over > kRoundingShare * static_cast<double>(d * d)) {
    const Vector length = fit.residual.rowwise().norm();
    const double usual = std::sqrt(weights.dot(length.cwiseAbs2()));
    const Vector factor =
        (kLongResidual * usual / length.array().max(1e-300)).min(1.0);
    const Matrix cut = factor.asDiagonal() * fit.residual;
    moments = cut.transpose() * weights.asDiagonal() * cut;
  }
  const Matrix rotation = Eigen::SelfAdjointEigenSolver<Matrix>(moments)
                              .eigenvectors()
                              .rowwise()
                              .reverse();
  fit.a = (fit.a * rotation).eval();
  fit.a_inverse = (rotation.transpose() * fit.a_inverse).eval();
}

// The solution of the diagonals alone, s^4 = Var(x) / Var(gradient).
Vector DiagonalScale(const Vector& variance_x, const Vector& variance_g) {
  const double largest = variance_x.maxCoeff();
  Vector scale(variance_x.size());
  for (Index k = 0; k < scale.size(); ++k) {
    const double x =
        largest > 0 ? std::max(variance_x[k], 1e-24 * largest) : 1.0;
    scale[k] = x * variance_g[k] > kLeastInformation
                   ? std::pow(x / variance_g[k], 0.25)
                   : std::sqrt(x);
  }
  return scale;
}

}  // namespace

Coordinates FisherCoordinates(const ConstMatrixRef& x,
                              const ConstVectorRef& weights,
                              const ConstMatrixRef& gradient) {
  const ScoredPoints points = SelectScoredPoints(x, weights, gradient);
  const Index n = points.weights.size();
  const Index d = x.cols();
  if (n == 0) return DiagonalCoordinates(Matrix::Zero(1, d), Vector::Ones(1));

  // Points of long gradients count less, in positions and scores alike: a
  // normal stays exact.
  Vector w = points.weights;
  const Vector gradient_variance = WeightedVariance(points.gradient, w);
  const Vector mean_first = WeightedMean(points.gradient, w);
  const Vector length_squared =
      ((points.gradient.rowwise() - mean_first.transpose())
           .array()
           .square()
           .rowwise() /
       gradient_variance.transpose().array().max(1e-300))
          .rowwise()
          .mean();
  w.array() *=
      (kLongGradient * kLongGradient / length_squared.array().max(1e-300))
          .min(1.0);
  w /= w.sum();

  const Vector mean = WeightedMean(points.x, w);
  const Vector variance_x = WeightedVariance(points.x, w);
  const Vector variance_g = WeightedVariance(points.gradient, w);
  const Vector scale = DiagonalScale(variance_x, variance_g);
  ScaledPoints scaled;
  scaled.weights = w;
  scaled.z = (points.x.rowwise() - mean.transpose()).array().rowwise() /
             scale.transpose().array();
  scaled.h = points.gradient.array().rowwise() * scale.transpose().array();
  scaled.mean_gradient = scaled.h.transpose() * w;
  scaled.h.rowwise() -= scaled.mean_gradient.transpose();
  scaled.variance_z = variance_x.array() / scale.array().square();
  scaled.variance_h = variance_g.array() * scale.array().square();
  scaled.extra = (scaled.variance_z.array() * scaled.variance_h.array() <=
                  kLeastInformation)
                     .select(Vector::Ones(d), Vector::Zero(d));

  const double effective = 1 / w.squaredNorm();
  const double most = std::min(
      0.5, 0.5 * static_cast<double>(d) / (effective + static_cast<double>(d)));
  // Share of the score that no normal explains: in-sample, corrected for the d
  // slopes of each component.
  double unexplained = 1;
  NormalFit fit;
  fit.singular = true;
  if (n > d + 1) fit = FitNormal(scaled, 0);
  if (!fit.singular) {
    const double freedom =
        std::max(effective - static_cast<double>(d) - 1, 1e-3 * effective);
    unexplained = std::min(1.0, fit.left_over * effective / freedom);
  }
  if (const double amount = most * unexplained; amount > kLeastShrinkage) {
    fit = FitNormal(scaled, amount);
  }
  // Numbers beyond double precision: positions alone.
  if (fit.singular || !fit.a.allFinite() || !fit.a_inverse.allFinite() ||
      !fit.residual.allFinite()) {
    return DiagonalCoordinates(points.x, points.weights);
  }
  RotateToResidual(w, fit);
  Matrix a = scale.asDiagonal() * fit.a;
  Matrix a_inverse = fit.a_inverse * scale.cwiseInverse().asDiagonal();
  for (Index k = 0; k < d; ++k) {
    Index largest = 0;
    a.col(k).cwiseAbs().maxCoeff(&largest);
    if (a(largest, k) < 0) {
      a.col(k) *= -1;
      a_inverse.row(k) *= -1;
    }
  }
  Vector center = mean;
  if (fit.shift_squared * unexplained <= kLargestShift) {
    center += scale.cwiseProduct(fit.shift);
  }
  return LinearCoordinates(std::move(center), a, a_inverse);
}

}  // namespace ttflow
