#include "core/coordinates/fast_ica.h"

#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <Eigen/SVD>
#include <algorithm>

namespace ttflow {
namespace {

constexpr int kMaxIterations = 40;
constexpr double kTolerance = 1e-3;         // of the cosines of the axes' turns
constexpr double kLeastEigenvalue = 1e-10;  // relative to the largest

// (B B^T)^(-1/2) B: the nearest rotation.
Matrix Orthogonalize(const Matrix& b) {
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(b * b.transpose());
  const Vector root = solver.eigenvalues()
                          .cwiseMax(1e-14 * solver.eigenvalues().maxCoeff())
                          .cwiseSqrt();
  const Matrix& v = solver.eigenvectors();
  return v * root.cwiseInverse().asDiagonal() * (v.transpose() * b);
}

}  // namespace

Matrix RandomRotation(Index dimension, RandomStream random) {
  Matrix normal(dimension, dimension);
  for (double& value : normal.reshaped()) value = random.Normal();
  const Eigen::HouseholderQR<Matrix> qr(normal);
  Matrix rotation = qr.householderQ();
  // Signs of R positive make the distribution uniform.
  for (Index k = 0; k < dimension; ++k) {
    if (qr.matrixQR()(k, k) < 0) rotation.col(k) *= -1;
  }
  return rotation;
}

std::optional<Matrix> FastIcaRotation(const ConstMatrixRef& values,
                                      const ConstVectorRef& weights,
                                      RandomStream random) {
  const Index d = values.cols();
  const Vector mean = values.transpose() * weights;
  Matrix z = values.rowwise() - mean.transpose();
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(
      z.transpose() * (weights.asDiagonal() * z));
  const Vector& variance = solver.eigenvalues();
  if (!(variance.minCoeff() > kLeastEigenvalue * variance.maxCoeff())) {
    return std::nullopt;
  }
  const Matrix whitening =
      solver.eigenvectors() * variance.cwiseSqrt().cwiseInverse().asDiagonal();
  z = (z * whitening).eval();
  const Matrix weighted = weights.asDiagonal() * z;
  Matrix b = RandomRotation(d, random);
  for (int iteration = 0; iteration < kMaxIterations; ++iteration) {
    // tanh y = 1 - 2 / (exp(2 y) + 1), of which the exponential is vectorised.
    const Matrix y = z * b.transpose();
    const Matrix t = 1 - 2 / ((2 * y.array().max(-20.0).min(20.0)).exp() + 1);
    const Vector slope =
        (1 - t.array().square()).matrix().transpose() * weights;
    Matrix next =
        Orthogonalize(t.transpose() * weighted - slope.asDiagonal() * b);
    const double turn =
        1 - next.cwiseProduct(b).rowwise().sum().cwiseAbs().minCoeff();
    b = std::move(next);
    if (turn < kTolerance) break;
  }
  Matrix unmixing = b * whitening.transpose();
  unmixing.rowwise().normalize();
  const Eigen::BDCSVD<Matrix> svd(unmixing,
                                  Eigen::ComputeFullU | Eigen::ComputeFullV);
  return Matrix(svd.matrixU() * svd.matrixV().transpose());
}

}  // namespace ttflow
