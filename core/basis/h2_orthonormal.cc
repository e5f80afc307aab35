#include "core/basis/h2_orthonormal.h"

#include <Eigen/Eigenvalues>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <numbers>
#include <tuple>

#include "core/basis/fourier.h"
#include "core/foundation/check.h"

namespace ttflow {
namespace {

// The Gram matrices of Fourier extensions are nearly singular: with doubles the
// smallest kept eigenvalue, 1e-11 of the largest, would be noise.
using Real = long double;
using RealVector = Eigen::Matrix<Real, Eigen::Dynamic, 1>;
using RealMatrix = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>;

constexpr Real kRelativeCut = 1e-11L;
constexpr Real kPi = std::numbers::pi_v<Real>;

// Derivative of order q of the raw function j, in closed form.
Real RawDerivative(BasisFamily family, Index j, int q, Real u) {
  if (j == 0) return q == 0 ? 1 : 0;
  const bool extension = family == BasisFamily::kFourierExtension;
  if (extension && j == 1) return q == 0 ? u : (q == 1 ? 1 : 0);
  if (extension && j == 2) {
    return q == 0 ? u * u / 2 : (q == 1 ? u : (q == 2 ? 1 : 0));
  }
  const Index trig = extension ? j - 3 : j - 1;
  const Index multiple = trig / 2 + 1;  // a sine and a cosine each
  const Real w =
      static_cast<Real>(BaseFrequency(family)) * static_cast<Real>(multiple);
  const Index shift = (trig % 2 + q) % 4;  // sin, cos, -sin, -cos
  const Real wave = shift % 2 == 0 ? std::sin(w * u) : std::cos(w * u);
  return std::pow(w, static_cast<Real>(q)) * (shift < 2 ? wave : -wave);
}

// Upper bound of the derivative of order q >= 3 over all of R.
Real RawDerivativeBound(BasisFamily family, Index j, int q) {
  const bool extension = family == BasisFamily::kFourierExtension;
  if (j == 0 || (extension && j <= 2)) return 0;
  const Index trig = extension ? j - 3 : j - 1;
  const Index multiple = trig / 2 + 1;  // a sine and a cosine each
  const Real w =
      static_cast<Real>(BaseFrequency(family)) * static_cast<Real>(multiple);
  return std::pow(w, static_cast<Real>(q));
}

RealMatrix RawMatrix(BasisFamily family,
                     Index size,
                     int q,
                     const RealVector& u) {
  RealMatrix raw(u.size(), size);
  for (Index j = 0; j < size; ++j) {
    for (Index i = 0; i < u.size(); ++i) {
      raw(i, j) = RawDerivative(family, j, q, u[i]);
    }
  }
  return raw;
}

// Gauss-Legendre nodes and weights on the reference interval in extended
// precision, which core/math does not offer.
void ReferenceQuadrature(Index n, RealVector& nodes, RealVector& weights) {
  nodes.resize(n);
  weights.resize(n);
  for (Index i = 0; i < n; ++i) {
    Real x = std::cos(kPi * (static_cast<Real>(i) + 0.75L) /
                      (static_cast<Real>(n) + 0.5L));
    Real slope = 1;
    for (int iteration = 0; iteration < 100; ++iteration) {
      Real previous = 1;
      Real current = x;
      for (Index k = 2; k <= n; ++k) {
        const Real degree = static_cast<Real>(k);
        const Real next =
            ((2 * degree - 1) * x * current - (degree - 1) * previous) / degree;
        previous = current;
        current = next;
      }
      slope = static_cast<Real>(n) * (x * current - previous) / (x * x - 1);
      const Real step = current / slope;
      x -= step;
      if (std::abs(step) < 1e-18L) break;
    }
    nodes[i] = kReferenceHalfWidth * x;
    weights[i] = kReferenceHalfWidth * 2 / ((1 - x * x) * slope * slope);
  }
}

RealMatrix GramMatrix(BasisFamily family, Index size) {
  RealVector nodes;
  RealVector weights;
  // Products oscillate up to size / 2 times over the interval.
  ReferenceQuadrature(64 + 4 * size, nodes, weights);
  RealMatrix gram = RealMatrix::Zero(size, size);
  for (int q = 0; q <= 2; ++q) {
    const RealMatrix raw = RawMatrix(family, size, q, nodes);
    gram += raw.transpose() * weights.asDiagonal() * raw;
  }
  return gram;
}

RealMatrix OrthonormalTransform(BasisFamily family, Index size) {
  const RealMatrix gram = GramMatrix(family, size);
  const Real constant = 1 / std::sqrt(gram(0, 0));
  const Index rest = size - 1;
  RealMatrix transform = RealMatrix::Zero(size, 1);
  transform(0, 0) = constant;
  if (rest == 0) return transform;
  // The raw functions less their projection on the constant, scaled to norm
  // one.
  const RealVector projection = gram.col(0).tail(rest) / gram(0, 0);
  RealMatrix reduced =
      gram.bottomRightCorner(rest, rest) - projection * gram.row(0).tail(rest);
  const RealVector scale = reduced.diagonal().cwiseSqrt().cwiseInverse();
  reduced = scale.asDiagonal() * reduced * scale.asDiagonal();
  reduced = ((reduced + reduced.transpose()) / 2).eval();
  const Eigen::SelfAdjointEigenSolver<RealMatrix> solver(reduced);
  TTFLOW_CHECK(solver.info() == Eigen::Success);
  const RealVector& eigenvalues = solver.eigenvalues();
  for (Index i = rest - 1; i >= 0; --i) {
    if (eigenvalues[i] <= kRelativeCut * eigenvalues[rest - 1]) break;
    RealVector column = scale.cwiseProduct(solver.eigenvectors().col(i)) /
                        std::sqrt(eigenvalues[i]);
    // The sign of an eigenvector is arbitrary: fixed by its largest entry.
    Index largest = 0;
    column.cwiseAbs().maxCoeff(&largest);
    if (column[largest] < 0) column = -column;
    transform.conservativeResize(size, transform.cols() + 1);
    transform(0, transform.cols() - 1) = -projection.dot(column);
    transform.col(transform.cols() - 1).tail(rest) = column;
  }
  return transform;
}

// |b''| between two points of a grid of step h exceeds the larger end by at
// most h^2 / 8 sup |b|; the same again for b leaves a bound of the sixth
// derivative, which is crude but multiplied by h^4 / 64.
Vector SecondDerivativeBounds(BasisFamily family, const RealMatrix& transform) {
  constexpr Index kGrid = 4097;
  const Index size = transform.rows();
  const RealVector grid = RealVector::LinSpaced(
      kGrid, -static_cast<Real>(kReferenceHalfWidth), kReferenceHalfWidth);
  const Real step = 2 * kReferenceHalfWidth / static_cast<Real>(kGrid - 1);
  const Real margin = step * step / 8;
  RealVector sixth(size);
  for (Index j = 0; j < size; ++j) sixth[j] = RawDerivativeBound(family, j, 6);
  const RealVector bound6 = transform.cwiseAbs().transpose() * sixth;
  const RealVector bound4 = (RawMatrix(family, size, 4, grid) * transform)
                                .cwiseAbs()
                                .colwise()
                                .maxCoeff()
                                .transpose() +
                            margin * bound6;
  const RealVector bound2 = (RawMatrix(family, size, 2, grid) * transform)
                                .cwiseAbs()
                                .colwise()
                                .maxCoeff()
                                .transpose() +
                            margin * bound4;
  // Evaluation in doubles rounds by much less than this.
  return (bound2 * (1 + 1e-6L)).cast<double>();
}

BasisTransform ComputeTransform(BasisFamily family,
                                Index size,
                                bool orthonormal) {
  const RealMatrix transform = orthonormal ? OrthonormalTransform(family, size)
                                           : RealMatrix::Identity(size, size);
  return {transform.cast<double>(), SecondDerivativeBounds(family, transform)};
}

}  // namespace

const BasisTransform& GetBasisTransform(BasisFamily family,
                                        Index size,
                                        bool orthonormal) {
  using Key = std::tuple<BasisFamily, Index, bool>;
  // Never destroyed: threads may still read it while the process ends.
  static auto& cache =
      *new std::map<Key, std::unique_ptr<const BasisTransform>>;
  static auto& mutex = *new std::mutex;
  TTFLOW_CHECK(size >= 1);
  const std::lock_guard<std::mutex> lock(mutex);
  auto& entry = cache[Key(family, size, orthonormal)];
  if (entry == nullptr) {
    entry = std::make_unique<const BasisTransform>(
        ComputeTransform(family, size, orthonormal));
  }
  return *entry;
}

Vector ConstantCoefficients(const BasisSpec& spec) {
  const BasisTransform& transform =
      GetBasisTransform(spec.family, spec.size, spec.orthonormal);
  Vector coefficients = Vector::Zero(transform.transform.cols());
  coefficients[0] = 1 / transform.transform(0, 0);
  return coefficients;
}

}  // namespace ttflow
