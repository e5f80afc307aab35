#include "core/transport/sequential_step.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>

#include "core/tensor_train/partial_contractions.h"
#include "tests/core/transport/random_potential.h"

namespace ttflow {
namespace {

struct Moved {
  Matrix u;
  Vector log_determinant;
};

Moved Step(const Potential& potential,
           double dt,
           int substeps,
           const Matrix& u,
           int num_threads = 1) {
  Moved moved{u, {}};
  SequentialStep(Velocity{potential},
                 dt,
                 substeps,
                 Executor(num_threads),
                 moved.u,
                 moved.log_determinant);
  return moved;
}

// g(u) = a u^2 / 2 exactly in a Fourier extension of three functions.
Potential QuadraticPotential(const Vector& curvature) {
  Potential potential;
  for (Index k = 0; k < curvature.size(); ++k) {
    BasisSpec spec;
    spec.size = 3;
    spec.orthonormal = false;  // 1, v, v^2 / 2 with v = u * 4 / upper
    spec.lower = -8;
    spec.upper = 8;
    potential.additive_basis.push_back(spec);
    potential.additive.push_back(Eigen::Vector3d(0, 0, 4 * curvature[k]));
  }
  return potential;
}

class RandomStepTest : public testing::TestWithParam<double> {};

// Scales from gentle to such that the limiter must act.
INSTANTIATE_TEST_SUITE_P(Scales,
                         RandomStepTest,
                         testing::Values(0.3, 3.0, 30.0));

TEST_P(RandomStepTest, LogDeterminantIsThatOfTheMap) {
  const Index d = 4;
  const Potential potential = MakeRandomPotential(d, 11, {.scale = GetParam()});
  // Points inside, where the map is smooth at the scale of the differences.
  const Matrix u = 0.5 * RandomPoints(60, d, 12);
  const Moved moved = Step(potential, 0.3, 2, u);
  const double step = 1e-6;
  std::vector<Matrix> columns;
  for (Index k = 0; k < d; ++k) {
    Matrix up = u, down = u;
    up.col(k).array() += step;
    down.col(k).array() -= step;
    columns.push_back(
        (Step(potential, 0.3, 2, up).u - Step(potential, 0.3, 2, down).u) /
        (2 * step));
  }
  int agreeing = 0;
  for (Index i = 0; i < u.rows(); ++i) {
    Matrix jacobian(d, d);
    for (Index k = 0; k < d; ++k)
      jacobian.col(k) = columns[k].row(i).transpose();
    const double determinant = jacobian.determinant();
    ASSERT_GT(determinant, 0) << "particle " << i;
    const double error =
        std::abs(std::log(determinant) - moved.log_determinant[i]);
    if (error < 1e-5) ++agreeing;
  }
  // A particle whose difference straddles a kink (the end of an interval, the
  // onset of the limiter) may disagree.
  EXPECT_GE(agreeing, u.rows() - 2);
}

TEST_P(RandomStepTest, IsMonotoneInTheOnlyCoordinate) {
  const Potential potential = MakeRandomPotential(
      1, 13, {.pairs = false, .train = false, .scale = GetParam()});
  const Index n = 4001;
  const Matrix u = Vector::LinSpaced(n, -4, 4);
  const Moved moved = Step(potential, 0.5, 1, u);
  const Vector gaps = moved.u.col(0).tail(n - 1) - moved.u.col(0).head(n - 1);
  EXPECT_GT(gaps.minCoeff(), 0);
}

TEST_P(RandomStepTest, KeepsPointsApart) {
  const Index d = 2;
  const Potential potential = MakeRandomPotential(d, 14, {.scale = GetParam()});
  const Index n = 512;
  Matrix u = RandomPoints(n, d, 15);
  const Moved moved = Step(potential, 0.2, 1, u);
  double closest = 1e300;
  for (Index i = 0; i < n; ++i) {
    for (Index j = i + 1; j < n; ++j) {
      const double before = (u.row(i) - u.row(j)).norm();
      closest =
          std::min(closest, (moved.u.row(i) - moved.u.row(j)).norm() / before);
    }
  }
  EXPECT_GT(closest, 1e-6);
  EXPECT_TRUE(moved.log_determinant.allFinite());
}

TEST_P(RandomStepTest, DoesNotDependOnThreads) {
  const Potential potential = MakeRandomPotential(3, 16, {.scale = GetParam()});
  const Matrix u = RandomPoints(1500, 3, 17);
  const Moved one = Step(potential, 0.2, 2, u, 1);
  const Moved two = Step(potential, 0.2, 2, u, 2);
  EXPECT_EQ(one.u, two.u);
  EXPECT_EQ(one.log_determinant, two.log_determinant);
}

// sum_j |c_j| sup |b_j''| of the train's function of u_k at one point.
double TrainCurvatureBound(const Potential& potential,
                           const Vector& u,
                           Index k) {
  const auto values = [&](Index l) {
    const auto basis = MakeBasis(potential.train_basis[l]);
    Matrix row(1, basis->size());
    MatrixRef ref(row);
    basis->Evaluate(u.segment(l, 1), &ref, nullptr, nullptr);
    return row;
  };
  Matrix left = Matrix::Ones(1, 1), right = Matrix::Ones(1, 1);
  for (Index l = 0; l < k; ++l) {
    Matrix next(1, potential.train.cores[l].right_rank);
    ExtendLeft(potential.train.cores[l], values(l), left, next);
    left = next;
  }
  for (Index l = u.size() - 1; l > k; --l) {
    Matrix next(1, potential.train.cores[l].left_rank);
    ExtendRight(potential.train.cores[l], values(l), right, next);
    right = next;
  }
  const auto basis = MakeBasis(potential.train_basis[k]);
  Matrix coefficients(1, basis->size());
  ContractAround(potential.train.cores[k], left, right, coefficients);
  return coefficients.row(0).cwiseAbs().dot(
      basis->second_derivative_bounds().transpose());
}

// One update of coordinate k from its definition, docs/method.md (4).
double Update(const Potential& potential,
              double step,
              const Vector& u,
              Index k) {
  Matrix gradient;
  EvaluatePotential(potential, u.transpose(), nullptr, &gradient, nullptr);
  const BasisSpec& spec = potential.additive_basis[k];
  const auto basis = MakeBasis(spec);
  Matrix second(257, basis->size());
  MatrixRef ref(second);
  basis->Evaluate(
      Vector::LinSpaced(257, spec.lower, spec.upper), nullptr, nullptr, &ref);
  double bound = std::min(
      1.02 * (second * potential.additive[k]).cwiseAbs().maxCoeff(),
      potential.additive[k].cwiseAbs().dot(basis->second_derivative_bounds()));
  if (potential.has_train()) bound += TrainCurvatureBound(potential, u, k);
  return u[k] + std::min(1.0, 0.6 / (step * bound)) * step * gradient(0, k);
}

// Undoes the backward sweep, then the forward one, each update by bisection:
// checks monotonicity, the order of updates and the limiter.
TEST_P(RandomStepTest, BisectionUndoesIt) {
  const Index d = 3;
  const double dt = 0.4;
  const Potential potential = MakeRandomPotential(d, 18, {.scale = GetParam()});
  const Matrix start = RandomPoints(10, d, 19);
  const Matrix end = Step(potential, dt, 1, start).u;
  const auto invert = [&](Vector& u, Index k) {
    double lower = u[k] - 1e3, upper = u[k] + 1e3;
    const double image = u[k];
    for (int iteration = 0; iteration < 100; ++iteration) {
      u[k] = 0.5 * (lower + upper);
      (Update(potential, dt / 2, u, k) < image ? lower : upper) = u[k];
    }
  };
  for (Index i = 0; i < start.rows(); ++i) {
    Vector u = end.row(i).transpose();
    for (Index k = 0; k < d; ++k) invert(u, k);
    for (Index k = d - 1; k >= 0; --k) invert(u, k);
    EXPECT_LT((u - start.row(i).transpose()).norm(),
              1e-8 * (1 + start.row(i).norm()));
  }
}

TEST(SequentialStepTest, IsExactForQuadratics) {
  const Eigen::Vector3d curvature(0.4, -0.7, 0.0);
  const double dt = 0.3;
  const int substeps = 4;
  const Matrix u = RandomPoints(100, 3, 20);
  const Moved moved = Step(QuadraticPotential(curvature), dt, substeps, u);
  double log_determinant = 0;
  for (Index k = 0; k < 3; ++k) {
    // 2 * substeps updates u <- (1 + curvature dt / (2 substeps)) u.
    const double slope = dt / (2 * substeps) * curvature[k];
    const double factor = std::pow(1 + slope, 2 * substeps);
    EXPECT_LT((moved.u.col(k) - factor * u.col(k)).norm(), 1e-12);
    log_determinant += 2 * substeps * std::log1p(slope);
  }
  EXPECT_LT((moved.log_determinant.array() - log_determinant).abs().maxCoeff(),
            1e-12);
}

TEST(SequentialStepTest, ConvergesToTheFlowInSecondOrder) {
  const Index d = 3;
  const Potential potential = MakeRandomPotential(d, 21, {.scale = 0.5});
  const Matrix start = 0.3 * RandomPoints(50, d, 22);
  const double dt = 0.5;
  // Runge-Kutta of order four for u and log det, with many steps.
  Matrix u = start;
  Vector log_determinant = Vector::Zero(u.rows());
  const int steps = 400;
  const double h = dt / steps;
  for (int s = 0; s < steps; ++s) {
    Matrix k1, k2, k3, k4;
    Vector l1, l2, l3, l4;
    EvaluatePotential(potential, u, nullptr, &k1, &l1);
    EvaluatePotential(potential, u + h / 2 * k1, nullptr, &k2, &l2);
    EvaluatePotential(potential, u + h / 2 * k2, nullptr, &k3, &l3);
    EvaluatePotential(potential, u + h * k3, nullptr, &k4, &l4);
    u += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
    log_determinant += h / 6 * (l1 + 2 * l2 + 2 * l3 + l4);
  }
  std::vector<double> errors;
  for (const int substeps : {4, 8, 16}) {
    const Moved moved = Step(potential, dt, substeps, start);
    errors.push_back((moved.u - u).norm() +
                     (moved.log_determinant - log_determinant).norm());
  }
  // A symmetric pair of sweeps is at least of first order, in practice second.
  EXPECT_LT(errors[2], 0.6 * errors[1]);
  EXPECT_LT(errors[1], 0.6 * errors[0]);
  EXPECT_LT(errors[2], 0.1 * start.norm());
}

}  // namespace
}  // namespace ttflow
