#include "core/coordinates/independent.h"

#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "core/coordinates/fast_ica.h"
#include "core/coordinates/ordering.h"
#include "core/coordinates/scored_points.h"
#include "core/coordinates/separation.h"
#include "core/foundation/check.h"

namespace ttflow {
namespace {

// Streams of starts, apart from those of trains.
constexpr std::uint32_t kFirstStream = 1u << 23;
// No start after one this good is tried.
constexpr double kSolved = 1e-3;
// Newton's method ends at this relative decrease or this residual.
constexpr double kLeastDecrease = 1e-4;
constexpr double kExact = 1e-7;
constexpr Index kLeastCoarsePoints = 500;
constexpr Index kCoarsePointsPerUnknown = 5;
constexpr double kLargestTurn = 0.5;  // radians of one pair in one step
constexpr int kMaxHalvings = 6;
// Coordinates whose nonlinearity is less are linear.
constexpr double kLinear = 0.01;
// Weights this far below the mean are nothing.
constexpr double kLeastWeight = 1e-4;
// Off-diagonals of a linear head, relative to all of it, worth a rotation.
constexpr double kDiagonalEnough = 0.1;

struct Refined {
  Matrix rotation;
  Separation separation;
};

// Points with the weights of a fit: long gradients count less, and points of
// hardly any weight are left out.
ScoredPoints PointsForFit(const ConstMatrixRef& x,
                          const ConstVectorRef& weights,
                          const ConstMatrixRef& gradient) {
  const ScoredPoints points = SelectScoredPoints(x, weights, gradient);
  if (points.weights.size() == 0) return points;
  const Vector squared = points.gradient.rowwise().squaredNorm();
  std::vector<double> sorted(squared.begin(), squared.end());
  const auto middle =
      sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  Vector flattened = points.weights;
  if (*middle > 0) flattened.array() /= 1 + squared.array() / *middle;
  const double least = kLeastWeight * flattened.mean();
  flattened = (flattened.array() < least).select(0.0, flattened);
  return SelectScoredPoints(points.x, flattened, points.gradient);
}

// exp(step) rotation to third order, exactly a rotation (Cayley).
Matrix Turn(const Matrix& step, const Matrix& rotation) {
  const Matrix identity = Matrix::Identity(step.rows(), step.cols());
  return Eigen::PartialPivLU<Matrix>(identity - 0.5 * step)
      .solve((identity + 0.5 * step) * rotation);
}

Refined Refine(const SeparationProblem& problem,
               Matrix rotation,
               int iterations,
               const Executor& executor) {
  Refined best;
  best.separation = problem.Separate(rotation, executor);
  best.rotation = std::move(rotation);
  double damping = 1;
  for (int iteration = 0; iteration < iterations; ++iteration) {
    Matrix step = problem.NewtonStep(best.separation, executor);
    const double largest = step.cwiseAbs().maxCoeff();
    if (!(largest > 0) || !std::isfinite(largest)) break;
    step *= std::min(1.0, kLargestTurn / largest);
    std::optional<Refined> next;
    for (int halving = 0; halving < kMaxHalvings; ++halving) {
      Refined trial;
      trial.rotation = Turn(damping * step, best.rotation);
      trial.separation = problem.Separate(trial.rotation, executor);
      if (trial.separation.residual < best.separation.residual) {
        next = std::move(trial);
        break;
      }
      damping *= 0.5;
    }
    if (!next) break;
    damping = std::min(1.0, 1.6 * damping);
    const double before = best.separation.residual;
    best = *std::move(next);
    if (before - best.separation.residual < kLeastDecrease * before ||
        best.separation.residual < kExact) {
      break;
    }
  }
  return best;
}

IndependentCoordinates Describe(const SeparationProblem& problem,
                                const Refined& refined) {
  IndependentCoordinates result;
  result.rotation = refined.rotation;
  result.center = problem.mean();
  result.residual = refined.separation.residual;
  result.nonlinearity = refined.separation.nonlinearity;
  result.head = refined.separation.head;
  const Vector variance =
      refined.separation.u.cwiseAbs2().transpose() * problem.weights();
  const double largest = variance.maxCoeff();
  result.deviation =
      largest > 0 ? Vector(variance.cwiseMax(1e-24 * largest).cwiseSqrt())
                  : Vector(Vector::Ones(variance.size()));
  return result;
}

// The coordinates as they are given, of too few points.
IndependentCoordinates Given(const ScoredPoints& points,
                             const ConstMatrixRef& rotation) {
  const Index d = rotation.cols();
  IndependentCoordinates result;
  result.rotation = rotation;
  result.center = Vector::Zero(d);
  result.deviation = Vector::Ones(d);
  result.nonlinearity = Vector::Zero(d);
  result.head = Matrix::Zero(d, d);
  if (points.weights.size() > 0) {
    const Coordinates local =
        DiagonalCoordinates(points.x * rotation.transpose(), points.weights);
    result.center = rotation.transpose() * local.center;
    result.deviation = local.scale;
  }
  return result;
}

// Enough points to tell a good start from a bad one: every m-th of all.
ScoredPoints CoarsePoints(const ScoredPoints& points) {
  const Index n = points.weights.size();
  const Index enough =
      std::max(kLeastCoarsePoints, kCoarsePointsPerUnknown * points.x.cols());
  const Index stride = std::max<Index>(1, n / enough);
  std::vector<Index> rows;
  for (Index i = 0; i < n; i += stride) rows.push_back(i);
  ScoredPoints coarse{points.x(rows, Eigen::all),
                      points.gradient(rows, Eigen::all),
                      points.weights(rows)};
  coarse.weights /= coarse.weights.sum();
  return coarse;
}

// The best of several starts on few points, refined on all.
Refined Search(const SeparationProblem& problem,
               const SeparationProblem& coarse,
               const Refined& identity,
               const IndependentOptions& options,
               const RandomKey& key,
               const Executor& executor) {
  const Index d = problem.dimension();
  const auto stream = [&](std::uint32_t start) {
    return key.Stream(Purpose::kFit, kFirstStream + start, 0);
  };
  Refined best{identity.rotation, coarse.Separate(identity.rotation, executor)};
  const int num_starts = 3 + options.num_random_starts;
  for (int start = 0; start < num_starts; ++start) {
    std::optional<Matrix> rotation;
    const auto number = static_cast<std::uint32_t>(start);
    if (start == 0) {
      rotation = FastIcaRotation(
          problem.gradient(), problem.weights(), stream(number));
    } else if (start == 1) {
      rotation = Matrix::Identity(d, d);
    } else if (start == 2) {
      rotation = FastIcaRotation(
          problem.position(), problem.weights(), stream(number));
    } else {
      rotation = RandomRotation(d, stream(number));
    }
    if (!rotation) continue;
    Refined refined = Refine(
        coarse, *std::move(rotation), options.start_iterations, executor);
    if (refined.separation.residual < best.separation.residual) {
      best = std::move(refined);
    }
    if (best.separation.residual < kSolved) break;
  }
  return Refine(
      problem, std::move(best.rotation), options.iterations, executor);
}

// Rotates the coordinates without nonlinearity among themselves so that their
// head is diagonal. Returns whether anything changed.
bool DiagonalizeLinearHead(bool rotated, IndependentCoordinates& result) {
  std::vector<Index> linear;
  for (Index k = 0; k < result.nonlinearity.size(); ++k) {
    if (result.nonlinearity[k] < kLinear) linear.push_back(k);
  }
  if (linear.size() < 2) return false;
  Matrix head = result.head(linear, linear);
  head = (0.5 * (head + head.transpose())).eval();
  Matrix off = head;
  off.diagonal().setZero();
  if (!rotated && off.norm() <= kDiagonalEnough * head.norm()) return false;
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(head);
  const Matrix axes = result.rotation(linear, Eigen::all);
  result.rotation(linear, Eigen::all) =
      solver.eigenvectors().transpose() * axes;
  return true;
}

}  // namespace

Coordinates IndependentCoordinates::ToCoordinates() const {
  return RotatedCoordinates(center, rotation, deviation);
}

IndependentCoordinates FindIndependentCoordinates(
    const ConstMatrixRef& x,
    const ConstVectorRef& weights,
    const ConstMatrixRef& gradient,
    const IndependentOptions& options,
    const RandomKey& key,
    const Executor& executor) {
  const Index d = x.cols();
  ScoredPoints points = PointsForFit(x, weights, gradient);
  const Matrix identity = Matrix::Identity(d, d);
  if (points.weights.size() == 0) return Given(points, identity);
  const SeparationProblem problem(points);
  if (!problem.is_determined()) return Given(points, identity);

  Refined given{identity, problem.Separate(identity, executor)};
  const double raw = given.separation.residual;
  IndependentCoordinates result = Describe(problem, given);
  if (raw >= options.good_residual && d > 1) {
    const SeparationProblem coarse(CoarsePoints(points));
    const Refined found = Search(problem,
                                 coarse.is_determined() ? coarse : problem,
                                 given,
                                 options,
                                 key,
                                 executor);
    if (found.separation.residual < options.worthwhile_ratio * raw) {
      result = Describe(problem, found);
      result.rotated = true;
    }
  }
  const bool rotated = result.rotated;
  bool changed = DiagonalizeLinearHead(rotated, result);
  if (changed) {
    result = Describe(
        problem,
        {result.rotation, problem.Separate(result.rotation, executor)});
  }
  const std::vector<Index> order =
      OrderByCouplings(result.head, result.deviation);
  result.rotation = result.rotation(order, Eigen::all).eval();
  result.head = result.head(order, order).eval();
  result.nonlinearity = result.nonlinearity(order).eval();
  result.deviation = result.deviation(order).eval();
  result.raw_residual = raw;
  result.rotated = rotated;
  return result;
}

IndependentCoordinates RefineRotation(const ConstMatrixRef& x,
                                      const ConstVectorRef& weights,
                                      const ConstMatrixRef& gradient,
                                      const ConstMatrixRef& rotation,
                                      int iterations,
                                      const Executor& executor) {
  TTFLOW_CHECK(rotation.rows() == x.cols() && rotation.cols() == x.cols());
  ScoredPoints points = PointsForFit(x, weights, gradient);
  if (points.weights.size() == 0) return Given(points, rotation);
  const SeparationProblem problem(points);
  if (!problem.is_determined()) return Given(points, rotation);
  const double raw = problem.Separate(rotation, executor).residual;
  const Refined refined = Refine(problem, rotation, iterations, executor);
  IndependentCoordinates result = Describe(problem, refined);
  result.raw_residual = raw;
  result.rotated = true;
  return result;
}

}  // namespace ttflow
