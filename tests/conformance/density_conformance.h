// DensityConformance: what every Density promises. A new density only adds
//   INSTANTIATE_TEST_SUITE_P(Name, DensityConformance,
//   testing::Values(cases...));

#ifndef TTFLOW_TESTS_CONFORMANCE_DENSITY_CONFORMANCE_H_
#define TTFLOW_TESTS_CONFORMANCE_DENSITY_CONFORMANCE_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <numbers>
#include <string>

#include "core/density/density.h"
#include "core/foundation/executor.h"
#include "core/foundation/random.h"
#include "core/math/quadrature.h"
#include "core/math/standard_normal.h"
#include "tests/conformance/goodness_of_fit.h"

namespace ttflow {

struct DensityCase {
  std::string name;
  std::function<std::unique_ptr<Density>()> make;
  // Where the mass is and how wide, per coordinate; [d].
  Vector center;
  Vector width;
  // Exact P(x_k <= value).
  std::function<double(Index k, double value)> marginal_cdf;
  // A density in cells jumps from one to the next: quadrature is coarse, and
  // its score is that of a smooth interpolation, seen over many cells alone.
  bool has_cells = false;
};

inline std::ostream& operator<<(std::ostream& out, const DensityCase& c) {
  return out << c.name;
}

class DensityConformance : public testing::TestWithParam<DensityCase> {
 protected:
  // log q of the independent normals around `center` with half of `width`.
  Vector NarrowLogDensity(const Matrix& x) const {
    Vector log_density = Vector::Zero(x.rows());
    for (Index k = 0; k < x.cols(); ++k) {
      const double s = 0.5 * GetParam().width[k];
      log_density.array() -=
          0.5 * ((x.col(k).array() - GetParam().center[k]) / s).square() +
          kHalfLogTwoPi + std::log(s);
    }
    return log_density;
  }

  std::unique_ptr<Density> density_ = GetParam().make();
  Executor executor_{2};
};

TEST_P(DensityConformance, IntegratesToOne) {
  const Index d = density_->dimension();
  if (d > 2) GTEST_SKIP() << "quadrature in one and two dimensions only";
  // x = center + width tan(angle) brings the whole line to an interval.
  const double edge = 0.5 * std::numbers::pi;
  const QuadratureRule rule = CompositeGaussLegendre(40, 8, -edge, edge);
  const Index n = rule.nodes.size();
  const Index rows = d == 1 ? n : n * n;
  Matrix x(rows, d);
  Vector weight = Vector::Ones(rows);
  for (Index i = 0; i < rows; ++i) {
    for (Index k = 0; k < d; ++k) {
      const Index node = k == 0 ? i % n : i / n;
      const double angle = rule.nodes[node];
      x(i, k) = GetParam().center[k] + GetParam().width[k] * std::tan(angle);
      weight[i] *= rule.weights[node] * GetParam().width[k] /
                   (std::cos(angle) * std::cos(angle));
    }
  }
  Vector log_density;
  density_->LogDensity(x, executor_, log_density, nullptr);
  EXPECT_NEAR(weight.dot(log_density.array().exp().matrix()),
              1,
              GetParam().has_cells ? 1e-2 : 1e-9);
}

TEST_P(DensityConformance, DrawsHaveTheMarginals) {
  const Index n = 20000;
  const Matrix x = density_->Sample(n, RandomKey(71), executor_, 0);
  for (Index k = 0; k < density_->dimension(); ++k) {
    EXPECT_LT(
        KolmogorovSmirnovDistance(
            x.col(k), [k](double v) { return GetParam().marginal_cdf(k, v); }),
        KolmogorovSmirnovBound(n))
        << "coordinate " << k;
  }
}

// E_p[q / p] = 1 for a normalised q: joint agreement of draws and density.
TEST_P(DensityConformance, DrawsHaveTheJointDensity) {
  const Index n = 100000;
  const Matrix x = density_->Sample(n, RandomKey(72), executor_, 0);
  Vector log_density;
  density_->LogDensity(x, executor_, log_density, nullptr);
  const Vector ratio = (NarrowLogDensity(x) - log_density).array().exp();
  EXPECT_LT(std::abs(ZScore(ratio, 1)), kFalseAlarmZ);
  // The check has power: an error of a few per cent would be seen.
  EXPECT_LT((ratio.array() - 1).square().mean(), 200);
}

TEST_P(DensityConformance, ScoreIsTheGradientOfTheLogDensity) {
  Matrix x = density_->Sample(100, RandomKey(73), executor_, 0);
  // Far out as well.
  x.row(0) = (GetParam().center + 30 * GetParam().width).transpose();
  Vector log_density;
  Matrix score;
  density_->LogDensity(x, executor_, log_density, &score);
  for (Index k = 0; k < density_->dimension(); ++k) {
    const double h = (GetParam().has_cells ? 0.02 : 1e-4) * GetParam().width[k];
    const double tolerance = GetParam().has_cells ? 0.05 : 1e-6;
    Matrix up = x;
    Matrix down = x;
    up.col(k).array() += h;
    down.col(k).array() -= h;
    Vector log_up;
    Vector log_down;
    density_->LogDensity(up, executor_, log_up, nullptr);
    density_->LogDensity(down, executor_, log_down, nullptr);
    int num_wrong = 0;
    for (Index i = 0; i < x.rows(); ++i) {
      const double slope = (log_up[i] - log_down[i]) / (up(i, k) - down(i, k));
      const double error = std::abs(score(i, k) - slope) * GetParam().width[k];
      const double bound =
          tolerance * (1 + std::abs(slope) * GetParam().width[k]);
      if (!(error <= bound)) ++num_wrong;
    }
    // Cells have ends, at which the density jumps, and functions have kinks.
    EXPECT_LE(num_wrong, GetParam().has_cells ? x.rows() / 20 : 0);
  }
}

TEST_P(DensityConformance, DrawDependsOnItsNumberAlone) {
  const RandomKey key = RandomKey(74).AtStage(1, 5);
  const Matrix all = density_->Sample(700, key, executor_, 0);
  EXPECT_EQ(density_->Sample(650, key, executor_, 50), all.bottomRows(650));
  EXPECT_NE(density_->Sample(700, RandomKey(74), executor_, 0), all);
}

TEST_P(DensityConformance, SameBytesForAnyNumberOfThreads) {
  const Executor one(1);
  const Executor three(3);
  const Matrix x = density_->Sample(2000, RandomKey(75), one, 0);
  EXPECT_EQ(x, density_->Sample(2000, RandomKey(75), three, 0));
  Vector log_density_one;
  Vector log_density_three;
  Matrix score_one;
  Matrix score_three;
  density_->LogDensity(x, one, log_density_one, &score_one);
  density_->LogDensity(x, three, log_density_three, &score_three);
  EXPECT_EQ(log_density_one, log_density_three);
  EXPECT_EQ(score_one, score_three);
}

}  // namespace ttflow

#endif  // TTFLOW_TESTS_CONFORMANCE_DENSITY_CONFORMANCE_H_
