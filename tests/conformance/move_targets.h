// Problems for tests of moves: paths whose every p_t can be drawn from exactly.

#ifndef TTFLOW_TESTS_CONFORMANCE_MOVE_TARGETS_H_
#define TTFLOW_TESTS_CONFORMANCE_MOVE_TARGETS_H_

#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>

#include "core/density/gaussian.h"
#include "core/foundation/check.h"
#include "core/math/standard_normal.h"
#include "core/path/tempered_energy.h"
#include "tests/conformance/pointwise_energy.h"

namespace ttflow {

// A base and a target, with exact draws and marginals at some times.
class MoveProblem {
 public:
  MoveProblem(Vector base_mean,
              Vector base_scale,
              PointwiseEnergy::Function target,
              int num_threads)
      : executor_(num_threads),
        interrupter_(*this),
        base_(std::move(base_mean), std::move(base_scale)),
        target_(std::make_shared<PointwiseEnergy>(base_.dimension(),
                                                  std::move(target)),
                executor_),
        energy_(base_, target_, executor_, interrupter_) {}
  virtual ~MoveProblem() = default;

  // Returns exact draws [n, d] of p_t.
  virtual Matrix ExactDraws(Index n, double t) const = 0;
  // Returns P(x_k <= x) under p_t.
  virtual double Cdf(double t, Index k, double x) const = 0;
  // Preconditioner of the moves, [d].
  virtual Vector scale() const = 0;

  TemperedEnergy& energy() { return energy_; }
  EvaluationCounts counts() const { return target_.counts(); }

  // Lets every evaluation fail once `points` more have been evaluated.
  void InterruptAfterPoints(std::int64_t points) {
    last_point_ = counts().num_energy_evaluations + points;
  }

  // Returns evenly weighted particles at `x` with their energies.
  Particles Start(const Matrix& x) {
    TemperedBatch batch;
    TTFLOW_CHECK(energy_.Evaluate(x, batch).ok());
    Particles particles;
    particles.position = x;
    particles.base_energy = batch.base_energy;
    particles.target_energy = batch.target_energy;
    particles.base_gradient = batch.base_gradient;
    particles.target_gradient = batch.target_gradient;
    particles.log_weight = Vector::Zero(x.rows());
    for (Index i = 0; i < x.rows(); ++i) {
      particles.fold.push_back(static_cast<std::int8_t>(i % 2));
      particles.eve.push_back(static_cast<std::int32_t>(i));
    }
    return particles;
  }

 protected:
  // Stream of exact draw i.
  static RandomStream DrawStream(Index i) {
    return RandomKey(501).Stream(
        Purpose::kExact, 0, static_cast<std::uint64_t>(i));
  }

 private:
  class PointLimit final : public Interrupter {
   public:
    explicit PointLimit(const MoveProblem& problem) : problem_(problem) {}
    absl::Status Check() override {
      return problem_.counts().num_energy_evaluations < problem_.last_point_
                 ? absl::OkStatus()
                 : absl::CancelledError("enough");
    }

   private:
    const MoveProblem& problem_;
  };

  Executor executor_;
  PointLimit interrupter_;
  std::int64_t last_point_ = std::numeric_limits<std::int64_t>::max();
  GaussianDensity base_;
  CountingEnergy target_;
  TemperedEnergy energy_;
};

// Wide independent base, correlated Gaussian target in three dimensions with
// uneven scales: every p_t is Gaussian.
class CorrelatedGaussianProblem final : public MoveProblem {
 public:
  explicit CorrelatedGaussianProblem(int num_threads = 2)
      : MoveProblem(BaseMean(), BaseScale(), Target(), num_threads) {}

  static Matrix Precision(double t) {
    const Vector base = BaseScale().array().square().inverse();
    return (1 - t) * Matrix(base.asDiagonal()) + t * TargetPrecision();
  }
  static Matrix Covariance(double t) { return Precision(t).inverse(); }
  static Vector Mean(double t) {
    const Vector base = BaseScale().array().square().inverse();
    return Covariance(t) * ((1 - t) * base.cwiseProduct(BaseMean()) +
                            t * TargetPrecision() * TargetMean());
  }

  Matrix ExactDraws(Index n, double t) const override {
    const Matrix root = Covariance(t).llt().matrixL();
    const Vector mean = Mean(t);
    Matrix x(n, 3);
    for (Index i = 0; i < n; ++i) {
      RandomStream stream = DrawStream(i);
      Vector z(3);
      for (double& value : z) value = stream.Normal();
      x.row(i) = (mean + root * z).transpose();
    }
    return x;
  }
  double Cdf(double t, Index k, double x) const override {
    return StandardNormalCdf((x - Mean(t)[k]) / std::sqrt(Covariance(t)(k, k)));
  }
  Vector scale() const override { return Vector{{1, 2, 0.5}}; }

 private:
  static Vector BaseMean() { return Vector{{1, 0, -1}}; }
  static Vector BaseScale() { return Vector{{3, 4, 2}}; }
  static Vector TargetMean() { return Vector{{-1, 2, 0.5}}; }
  static Matrix TargetPrecision() {
    const Matrix covariance{{1, 1, 0.1}, {1, 4, -0.3}, {0.1, -0.3, 0.25}};
    return covariance.inverse();
  }
  static PointwiseEnergy::Function Target() {
    const Matrix precision = TargetPrecision();
    const Vector mean = TargetMean();
    return [precision, mean](const Vector& x, Vector& gradient) {
      gradient = precision * (x - mean);
      return 0.5 * gradient.dot(x - mean);
    };
  }
};

// Target with modes at -1.5 (weight 0.3, deviation 0.4) and 1 (0.7, 0.7), drawn
// from at t = 1.
class TwoModesProblem final : public MoveProblem {
 public:
  TwoModesProblem() : MoveProblem(Vector{{0}}, Vector{{3}}, Target(), 2) {}

  Matrix ExactDraws(Index n, double t) const override {
    TTFLOW_CHECK(t == 1);
    Matrix x(n, 1);
    for (Index i = 0; i < n; ++i) {
      RandomStream stream = DrawStream(i);
      const double z = stream.Normal();
      x(i, 0) = stream.Uniform() < 0.3 ? -1.5 + 0.4 * z : 1 + 0.7 * z;
    }
    return x;
  }
  double Cdf(double, Index, double x) const override {
    return 0.3 * StandardNormalCdf((x + 1.5) / 0.4) +
           0.7 * StandardNormalCdf((x - 1) / 0.7);
  }
  Vector scale() const override { return Vector{{1}}; }

 private:
  static PointwiseEnergy::Function Target() {
    return [](const Vector& x, Vector& gradient) {
      const double a = (x[0] + 1.5) / 0.4;
      const double b = (x[0] - 1) / 0.7;
      const double p = 0.3 / 0.4 * std::exp(-0.5 * a * a);
      const double q = 0.7 / 0.7 * std::exp(-0.5 * b * b);
      gradient[0] = (p * a / 0.4 + q * b / 0.7) / (p + q);
      return -std::log(p + q);
    };
  }
};

// The standard normal cut off at zero, the energy infinite below; from a
// standard normal base, so that p_t is the same for every t > 0.
class HalfNormalProblem final : public MoveProblem {
 public:
  HalfNormalProblem() : MoveProblem(Vector{{0}}, Vector{{1}}, Target(), 2) {}

  Matrix ExactDraws(Index n, double t) const override {
    Matrix x(n, 1);
    for (Index i = 0; i < n; ++i) {
      const double z = DrawStream(i).Normal();
      x(i, 0) = t > 0 ? std::abs(z) : z;
    }
    return x;
  }
  double Cdf(double t, Index, double x) const override {
    if (t == 0) return StandardNormalCdf(x);
    return x <= 0 ? 0 : 2 * StandardNormalCdf(x) - 1;
  }
  Vector scale() const override { return Vector{{1}}; }

 private:
  static PointwiseEnergy::Function Target() {
    return [](const Vector& x, Vector& gradient) {
      gradient = x;
      return x[0] < 0 ? std::numeric_limits<double>::infinity()
                      : 0.5 * x[0] * x[0];
    };
  }
};

}  // namespace ttflow

#endif  // TTFLOW_TESTS_CONFORMANCE_MOVE_TARGETS_H_
