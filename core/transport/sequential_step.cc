#include "core/transport/sequential_step.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/foundation/check.h"
#include "core/tensor_train/partial_contractions.h"
#include "core/transport/prepared_potential.h"

namespace ttflow {
namespace {

// Largest |s tau d_kk phi| of one update: below one for a monotone map, and
// small enough for the log determinant to stay tame.
constexpr double kMaxContraction = 0.6;
constexpr Index kBlockRows = 256;

// Upper bounds of |g_k''| of the additive part, [d]. A fine grid finds the
// largest value where the sum of the functions' own bounds, which cannot see
// cancellation, would slow the flow down without need.
Vector AdditiveCurvatureBounds(const PreparedPotential& prepared) {
  constexpr Index kGridPoints = 257;
  constexpr double kGridMargin = 1.02;  // between grid points
  Vector bounds(prepared.dimension());
  for (Index k = 0; k < prepared.dimension(); ++k) {
    const Basis& basis = *prepared.additive_bases[k];
    const BasisSpec& spec = prepared.potential.additive_basis[k];
    const Vector& coefficients = prepared.potential.additive[k];
    const double sum =
        coefficients.cwiseAbs().dot(basis.second_derivative_bounds());
    const Vector grid = Vector::LinSpaced(kGridPoints, spec.lower, spec.upper);
    Matrix second(kGridPoints, basis.size());
    MatrixRef second_ref(second);
    basis.Evaluate(grid, nullptr, nullptr, &second_ref);
    bounds[k] = std::min(
        sum, kGridMargin * (second * coefficients).cwiseAbs().maxCoeff());
  }
  return bounds;
}

// The sweeps of one block of particles. Left and right contractions of the
// train are kept between sweeps: the one a sweep needs is the one that the
// sweep before, in the other direction, has left behind.
class BlockSweeper {
 public:
  BlockSweeper(const PreparedPotential& prepared,
               const std::vector<TensorTrain>& components,
               const PreparedComponents& prepared_components,
               const Vector& additive_bounds,
               double step,
               MatrixRef u)
      : prepared_(prepared),
        components_(components),
        prepared_components_(prepared_components),
        additive_bounds_(additive_bounds),
        step_(step),
        u_(u),
        log_determinant_(Vector::Zero(u.rows())) {
    for (Index k = 0; has_components() && k < u.cols(); ++k) {
      component_values_.emplace_back(u.rows(),
                                     prepared_components_.bases[k]->size());
      UpdateComponentValues(k);
    }
    if (!has_train()) return;
    const Index d = u.cols();
    left_.resize(d + 1);
    right_.resize(d + 1);
    left_[0] = right_[d] = Matrix::Ones(u.rows(), 1);
    for (Index k = d - 1; k > 0; --k) UpdateRight(k);
  }

  void Forward() {
    for (Index k = 0; k < u_.cols(); ++k) {
      UpdateCoordinate(k);
      if (has_train() && k + 1 < u_.cols()) UpdateLeft(k);
    }
  }

  void Backward() {
    for (Index k = u_.cols() - 1; k >= 0; --k) {
      UpdateCoordinate(k);
      if (has_train() && k > 0) UpdateRight(k);
    }
  }

  const Vector& log_determinant() const { return log_determinant_; }

 private:
  bool has_train() const { return prepared_.potential.has_train(); }
  bool has_components() const { return !components_.empty(); }

  // Moves u_k: left contractions are at the coordinates before k and right ones
  // at those after it, whichever of them have moved already.
  void UpdateCoordinate(Index k) {
    const Index n = u_.rows();
    Vector velocity = Vector::Zero(n), slope = Vector::Zero(n);
    Vector bound = Vector::Constant(n, additive_bounds_[k]);
    const Vector& coefficients = prepared_.potential.additive[k];
    if (!coefficients.isZero(0)) {
      const Basis& basis = *prepared_.additive_bases[k];
      Matrix first(n, basis.size()), second(n, basis.size());
      MatrixRef first_ref(first), second_ref(second);
      basis.Evaluate(u_.col(k), nullptr, &first_ref, &second_ref);
      velocity.noalias() = first * coefficients;
      slope.noalias() = second * coefficients;
    }
    prepared_.AddPairVelocity(k, u_, velocity);
    if (has_train()) {
      const Basis& basis = *prepared_.train_bases[k];
      Matrix coefficients(n, basis.size());
      ContractAround(prepared_.potential.train.cores[k],
                     left_[k],
                     right_[k + 1],
                     coefficients);
      Matrix first(n, basis.size()), second(n, basis.size());
      MatrixRef first_ref(first), second_ref(second);
      basis.Evaluate(u_.col(k), nullptr, &first_ref, &second_ref);
      velocity += first.cwiseProduct(coefficients).rowwise().sum();
      slope += second.cwiseProduct(coefficients).rowwise().sum();
      bound.noalias() +=
          coefficients.cwiseAbs() * basis.second_derivative_bounds();
    }
    if (has_components()) AddComponent(k, velocity, slope, bound);
    for (Index i = 0; i < n; ++i) {
      const double contraction = std::abs(step_) * bound[i];
      const double limiter =
          contraction > kMaxContraction ? kMaxContraction / contraction : 1.0;
      u_(i, k) += limiter * step_ * velocity[i];
      log_determinant_[i] += std::log1p(limiter * step_ * slope[i]);
    }
    if (has_components()) UpdateComponentValues(k);
  }

  // Adds v_k of its own train, d_k v_k and the bound of the latter: its
  // function of u_k given the other coordinates, wherever they are.
  void AddComponent(Index k,
                    Vector& velocity,
                    Vector& slope,
                    Vector& bound) const {
    const Index n = u_.rows();
    const TensorTrain& train = components_[k];
    Matrix left = Matrix::Ones(n, 1), right = left, next;
    for (Index j = 0; j < k; ++j) {
      next.resize(n, train.cores[j].right_rank);
      ExtendLeft(train.cores[j], component_values_[j], left, next);
      left.swap(next);
    }
    for (Index j = u_.cols() - 1; j > k; --j) {
      next.resize(n, train.cores[j].left_rank);
      ExtendRight(train.cores[j], component_values_[j], right, next);
      right.swap(next);
    }
    const Basis& basis = *prepared_components_.bases[k];
    Matrix coefficients(n, basis.size()), first(n, basis.size());
    ContractAround(train.cores[k], left, right, coefficients);
    MatrixRef first_ref(first);
    basis.Evaluate(u_.col(k), nullptr, &first_ref, nullptr);
    velocity += component_values_[k].cwiseProduct(coefficients).rowwise().sum();
    slope += first.cwiseProduct(coefficients).rowwise().sum();
    bound.noalias() +=
        coefficients.cwiseAbs() * prepared_components_.slope_bounds[k];
  }

  void UpdateComponentValues(Index k) {
    MatrixRef values(component_values_[k]);
    prepared_components_.bases[k]->Evaluate(
        u_.col(k), &values, nullptr, nullptr);
  }

  void UpdateLeft(Index k) {
    left_[k + 1].resize(u_.rows(),
                        prepared_.potential.train.cores[k].right_rank);
    ExtendLeft(prepared_.potential.train.cores[k],
               TrainValues(k),
               left_[k],
               left_[k + 1]);
  }

  void UpdateRight(Index k) {
    right_[k].resize(u_.rows(), prepared_.potential.train.cores[k].left_rank);
    ExtendRight(prepared_.potential.train.cores[k],
                TrainValues(k),
                right_[k + 1],
                right_[k]);
  }

  Matrix TrainValues(Index k) const {
    const Basis& basis = *prepared_.train_bases[k];
    Matrix values(u_.rows(), basis.size());
    MatrixRef values_ref(values);
    basis.Evaluate(u_.col(k), &values_ref, nullptr, nullptr);
    return values;
  }

  const PreparedPotential& prepared_;
  const std::vector<TensorTrain>& components_;
  const PreparedComponents& prepared_components_;
  const Vector& additive_bounds_;
  const double step_;
  MatrixRef u_;
  Vector log_determinant_;
  std::vector<Matrix> left_;   // [d + 1]: contraction of cores before k
  std::vector<Matrix> right_;  // [d + 1]: contraction of cores k and after
  std::vector<Matrix> component_values_;  // [d]: basis values at present
};

}  // namespace

void SequentialStep(const Velocity& velocity,
                    double dt,
                    int substeps,
                    const Executor& executor,
                    Matrix& u,
                    Vector& log_determinant) {
  TTFLOW_CHECK(substeps >= 1 && u.cols() == velocity.dimension());
  const PreparedPotential prepared(velocity.potential);
  const PreparedComponents prepared_components(velocity);
  const Vector additive_bounds = AdditiveCurvatureBounds(prepared);
  log_determinant.resize(u.rows());
  executor.ForBlocks(
      u.rows(),
      [&](Index begin, Index end) {
        const Index n = end - begin;
        // A copy: contiguous columns, and no two threads on one cache line.
        Matrix block = u.middleRows(begin, n);
        BlockSweeper sweeper(prepared,
                             velocity.components,
                             prepared_components,
                             additive_bounds,
                             dt / (2 * substeps),
                             block);
        for (int substep = 0; substep < substeps; ++substep) {
          sweeper.Forward();
          sweeper.Backward();
        }
        u.middleRows(begin, n) = block;
        log_determinant.segment(begin, n) = sweeper.log_determinant();
      },
      kBlockRows);
}

}  // namespace ttflow
