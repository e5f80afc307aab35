#include "core/basis/h2_orthonormal.h"

#include <Eigen/Eigenvalues>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <numbers>
#include <tuple>
#include <vector>

#include "core/basis/raw_functions.h"
#include "core/foundation/check.h"

namespace ttflow {
namespace {

using Real = ExtendedReal;
using RealVector = ExtendedVector;
using RealMatrix = ExtendedMatrix;

constexpr Real kRelativeCut = 1e-11L;
constexpr Real kOrthogonal = 1e-14L;
constexpr Real kPi = std::numbers::pi_v<Real>;

// Gauss-Legendre nodes and weights on [-1, 1] in extended precision, which
// core/math does not offer.
void UnitQuadrature(Index n, RealVector& nodes, RealVector& weights) {
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
    nodes[i] = x;
    weights[i] = 2 / ((1 - x * x) * slope * slope);
  }
}

RealMatrix GramMatrix(BasisFamily family,
                      Index size,
                      InnerProduct inner_product) {
  const std::vector<double> points = RawBreakpoints(family, size);
  RealVector unit_nodes;
  RealVector unit_weights;
  // Over the whole interval products oscillate up to size / 2 times; between
  // knots they are polynomials of degree 8.
  UnitQuadrature(
      points.size() > 2 ? 8 : 64 + 4 * size, unit_nodes, unit_weights);
  const int num_orders = inner_product == InnerProduct::kH2 ? 3 : 1;
  RealMatrix gram = RealMatrix::Zero(size, size);
  for (std::size_t panel = 0; panel + 1 < points.size(); ++panel) {
    const Real lower = points[panel];
    const Real half = (points[panel + 1] - lower) / 2;
    const RealVector nodes = (lower + half) + half * unit_nodes.array();
    for (int q = 0; q < num_orders; ++q) {
      const RealMatrix raw = RawDerivatives(family, size, q, nodes);
      gram += raw.transpose() * (half * unit_weights).asDiagonal() * raw;
    }
  }
  return gram;
}

// Coefficients [b, m <= b] of orthonormal combinations of functions with a
// Gram matrix [b, b].
RealMatrix OrthonormaliseBlock(const RealMatrix& gram, bool keep_local) {
  const RealVector scale = gram.diagonal().cwiseSqrt().cwiseInverse();
  RealMatrix scaled = scale.asDiagonal() * gram * scale.asDiagonal();
  scaled = ((scaled + scaled.transpose()) / 2).eval();
  // Orthogonal as they stand: eigenvectors would be a rotation by rounding.
  if (scaled.isIdentity(kOrthogonal)) return scale.asDiagonal();
  const Eigen::SelfAdjointEigenSolver<RealMatrix> solver(scaled);
  TTFLOW_CHECK(solver.info() == Eigen::Success);
  const RealVector& eigenvalues = solver.eigenvalues();
  const Index size = eigenvalues.size();
  const Real least = kRelativeCut * eigenvalues[size - 1];
  if (keep_local && eigenvalues[0] > least) {
    return scale.asDiagonal() * solver.operatorInverseSqrt();
  }
  RealMatrix out(size, 0);
  for (Index i = size - 1; i >= 0; --i) {
    if (eigenvalues[i] <= least) break;
    RealVector column = scale.cwiseProduct(solver.eigenvectors().col(i)) /
                        std::sqrt(eigenvalues[i]);
    // The sign of an eigenvector is arbitrary: fixed by its largest entry.
    Index largest = 0;
    column.cwiseAbs().maxCoeff(&largest);
    if (column[largest] < 0) column = -column;
    out.conservativeResize(Eigen::NoChange, out.cols() + 1);
    out.col(out.cols() - 1) = column;
  }
  return out;
}

RealMatrix OrthonormalTransform(BasisFamily family,
                                Index size,
                                InnerProduct inner_product) {
  const RealMatrix gram = GramMatrix(family, size, inner_product);
  RealMatrix transform = RealMatrix::Zero(size, 1);
  transform(0, 0) = 1 / std::sqrt(gram(0, 0));
  const std::vector<Index> ends = RawBlocks(family, size);
  for (std::size_t level = 1; level < ends.size(); ++level) {
    const Index begin = ends[level - 1];
    const Index count = ends[level] - begin;
    // The raw functions less their projection on those before.
    const RealMatrix products =
        transform.transpose() * gram.middleCols(begin, count);
    RealMatrix residual = -transform * products;
    residual.middleRows(begin, count) += RealMatrix::Identity(count, count);
    const RealMatrix reduced = gram.block(begin, begin, count, count) -
                               products.transpose() * products;
    const RealMatrix block = residual * OrthonormaliseBlock(reduced, level > 1);
    const Index done = transform.cols();
    transform.conservativeResize(Eigen::NoChange, done + block.cols());
    transform.rightCols(block.cols()) = block;
  }
  return transform;
}

// |b''| between two points of a grid of step h exceeds the larger end by at
// most h^2 / 8 sup |b|; the same again for b leaves a bound of the sixth
// derivative, which is crude but multiplied by h^4 / 64.
// Grids end where functions are not smooth.
Vector SecondDerivativeBounds(BasisFamily family, const RealMatrix& transform) {
  constexpr Index kGridSteps = 4096;
  const Index size = transform.rows();
  const std::vector<double> points = RawBreakpoints(family, size);
  const Index num_panels = static_cast<Index>(points.size()) - 1;
  const Index steps = (kGridSteps + num_panels - 1) / num_panels;
  const RealVector bound6 =
      transform.cwiseAbs().transpose() * RawSixthDerivativeBounds(family, size);
  RealVector bound = RealVector::Zero(transform.cols());
  for (std::size_t panel = 0; panel + 1 < points.size(); ++panel) {
    const Real lower = points[panel];
    const Real upper = points[panel + 1];
    const RealVector grid = RealVector::LinSpaced(steps + 1, lower, upper);
    const Real step = (upper - lower) / static_cast<Real>(steps);
    const Real margin = step * step / 8;
    const auto largest = [&](int order) -> RealVector {
      return (RawDerivatives(family, size, order, grid) * transform)
          .cwiseAbs()
          .colwise()
          .maxCoeff()
          .transpose();
    };
    const RealVector bound4 = largest(4) + margin * bound6;
    bound = bound.cwiseMax(largest(2) + margin * bound4);
  }
  // Evaluation in doubles rounds by much less than this.
  return (bound * (1 + 1e-6L)).cast<double>();
}

BasisTransform ComputeTransform(BasisFamily family,
                                Index size,
                                bool orthonormal,
                                InnerProduct inner_product) {
  const RealMatrix transform =
      orthonormal ? OrthonormalTransform(family, size, inner_product)
                  : RealMatrix::Identity(size, size);
  return {transform.cast<double>(), SecondDerivativeBounds(family, transform)};
}

}  // namespace

const BasisTransform& GetBasisTransform(BasisFamily family,
                                        Index size,
                                        bool orthonormal,
                                        InnerProduct inner_product) {
  using Key = std::tuple<BasisFamily, Index, bool, InnerProduct>;
  // Never destroyed: threads may still read it while the process ends.
  static auto& cache =
      *new std::map<Key, std::unique_ptr<const BasisTransform>>;
  static auto& mutex = *new std::mutex;
  TTFLOW_CHECK(size >= 1);
  const std::lock_guard<std::mutex> lock(mutex);
  auto& entry = cache[Key(family, size, orthonormal, inner_product)];
  if (entry == nullptr) {
    entry = std::make_unique<const BasisTransform>(
        ComputeTransform(family, size, orthonormal, inner_product));
  }
  return *entry;
}

Vector ConstantCoefficients(const BasisSpec& spec) {
  const BasisTransform& transform = GetBasisTransform(
      spec.family, spec.size, spec.orthonormal, spec.inner_product);
  Vector coefficients = Vector::Zero(transform.transform.cols());
  coefficients[0] = 1 / transform.transform(0, 0);
  return coefficients;
}

}  // namespace ttflow
