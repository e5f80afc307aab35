#include "core/density/mixture_fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace ttflow {
namespace {

Vector EqualWeights(Index size) {
  return Vector::Constant(size, 1 / static_cast<double>(size));
}

// Five components of unequal weights, widths and correlations, well apart.
GaussianMixtureParameters Truth(Index d) {
  GaussianMixtureParameters p;
  p.weights = Vector{{0.1, 0.15, 0.2, 0.25, 0.3}};
  p.means.resize(5, d);
  for (Index k = 0; k < 5; ++k) {
    RandomStream random = RandomKey(8).Stream(Purpose::kExact, 1, k);
    Matrix root = Matrix::Zero(d, d);
    for (Index a = 0; a < d; ++a) {
      p.means(k, a) = 8 * random.Normal();
      for (Index b = 0; b < a; ++b) root(a, b) = 0.4 * random.Normal();
      root(a, a) = 0.5 + random.Uniform();
    }
    p.root.push_back(root);
  }
  return p;
}

class MixtureFitTest : public testing::TestWithParam<Index> {
 protected:
  Matrix Draw(Index count, std::uint64_t seed) const {
    return truth_.Sample(count, RandomKey(seed), executor_, 0);
  }
  double LogLikelihood(const GaussianMixtureParameters& parameters,
                       const Matrix& x) const {
    return WeightedLogLikelihood(GaussianMixtureDensity(parameters),
                                 x,
                                 EqualWeights(x.rows()),
                                 executor_);
  }
  // The component found that is nearest to component k of the truth.
  Index Nearest(const GaussianMixtureParameters& found, Index k) const {
    Index nearest = 0;
    (found.means.rowwise() - truth_.parameters().means.row(k))
        .rowwise()
        .squaredNorm()
        .minCoeff(&nearest);
    return nearest;
  }

  GaussianMixtureDensity truth_{Truth(GetParam())};
  Executor executor_{1};
};

TEST_P(MixtureFitTest, RecoversFiveComponents) {
  const Matrix x = Draw(6000, 1);
  const GaussianMixtureParameters found =
      FitGaussianMixture(x,
                         EqualWeights(x.rows()),
                         {.num_components = 5},
                         nullptr,
                         RandomKey(2),
                         executor_);
  ASSERT_EQ(found.num_components(), 5);
  const GaussianMixtureParameters& truth = truth_.parameters();
  for (Index k = 0; k < 5; ++k) {
    const Index n = Nearest(found, k);
    const Matrix& root = truth.root[static_cast<std::size_t>(k)];
    const Matrix covariance = root * root.transpose();
    const Matrix& other = found.root[static_cast<std::size_t>(n)];
    EXPECT_NEAR(found.weights[n], truth.weights[k], 0.02);
    EXPECT_LT((found.means.row(n) - truth.means.row(k)).norm(), 0.25);
    EXPECT_LT((other * other.transpose() - covariance).norm(),
              0.2 * covariance.norm());
  }
}

TEST_P(MixtureFitTest, SelectionIsAsGoodAsTheTruthOnOtherPoints) {
  const Matrix train = Draw(3000, 3);
  const Matrix held_out = Draw(1500, 4);
  const MixtureSelection selection =
      FitGaussianMixtureBySelection(train,
                                    EqualWeights(3000),
                                    held_out,
                                    EqualWeights(1500),
                                    {},
                                    RandomKey(5),
                                    executor_);
  EXPECT_GE(selection.mixture.num_components(), 5);
  EXPECT_LE(selection.mixture.num_components(), 13);
  const Matrix fresh = Draw(20000, 6);
  const double best = LogLikelihood(truth_.parameters(), fresh);
  // 5 (1 + d + d (d + 1) / 2) numbers fitted to 3000 points cost half as many
  // nats.
  const double d = static_cast<double>(GetParam());
  const double cost = 5 * (1 + d + d * (d + 1) / 2) / (2 * 3000);
  EXPECT_GT(LogLikelihood(selection.mixture, fresh), best - 3 * cost - 0.005);
  EXPECT_NEAR(
      selection.held_out, LogLikelihood(selection.mixture, held_out), 1e-10);
  // The path starts with one normal, which is much worse.
  EXPECT_EQ(selection.path.front().num_components, 1);
  EXPECT_LT(selection.path.front().held_out, selection.held_out - 0.5);
}

// Points from a broad density, weighted to the truth.
TEST_P(MixtureFitTest, WeightsMakeThePointsThoseOfTheTarget) {
  GaussianMixtureParameters broad = truth_.parameters();
  for (Matrix& root : broad.root) root *= 1.5;
  broad.weights.setConstant(0.2);
  const GaussianMixtureDensity proposal(broad);
  const Matrix x = proposal.Sample(20000, RandomKey(7), executor_, 0);
  Vector log_p, log_q;
  truth_.LogDensity(x, executor_, log_p, nullptr);
  proposal.LogDensity(x, executor_, log_q, nullptr);
  Vector weights = (log_p - log_q).array().exp();
  weights /= weights.sum();
  const GaussianMixtureParameters found = FitGaussianMixture(
      x, weights, {.num_components = 5}, nullptr, RandomKey(2), executor_);
  const Matrix fresh = Draw(20000, 6);
  EXPECT_GT(LogLikelihood(found, fresh),
            LogLikelihood(truth_.parameters(), fresh) - 0.05);
}

TEST_P(MixtureFitTest, MoreIterationsFromAWarmStartDoNotLoseLikelihood) {
  const Matrix x = Draw(2000, 8);
  const Vector weights = EqualWeights(x.rows());
  MixtureFitOptions options{.num_components = 8, .max_iterations = 3};
  options.shrinkage = 0;
  const GaussianMixtureParameters rough =
      FitGaussianMixture(x, weights, options, nullptr, RandomKey(2), executor_);
  double before = LogLikelihood(rough, x);
  GaussianMixtureParameters present = rough;
  options.max_iterations = 1;
  for (int step = 0; step < 10; ++step) {
    GaussianMixtureParameters next = FitGaussianMixture(
        x, weights, options, &present, RandomKey(2), executor_);
    if (next.num_components() == present.num_components()) {
      EXPECT_GT(LogLikelihood(next, x), before - 1e-6);
    }
    present = next;
    before = LogLikelihood(present, x);
  }
}

TEST_P(MixtureFitTest, SameBytesForAnyNumberOfThreads) {
  const Matrix x = Draw(1700, 9);
  const Vector weights = EqualWeights(x.rows());
  const Executor three(3);
  const MixtureFitOptions options{.num_components = 7, .max_iterations = 15};
  const auto one =
      FitGaussianMixture(x, weights, options, nullptr, RandomKey(2), executor_);
  const auto many =
      FitGaussianMixture(x, weights, options, nullptr, RandomKey(2), three);
  EXPECT_EQ(one.weights, many.weights);
  EXPECT_EQ(one.means, many.means);
  for (std::size_t k = 0; k < one.root.size(); ++k) {
    EXPECT_EQ(one.root[k], many.root[k]);
  }
}

INSTANTIATE_TEST_SUITE_P(Dimensions, MixtureFitTest, testing::Values(2, 5, 9));

TEST(MixtureFitEdgeTest, DegeneratePointsGiveAProperDensity) {
  const Executor executor(1);
  for (const Index n : {1, 2, 3, 20}) {
    for (const bool same : {false, true}) {
      SCOPED_TRACE(testing::Message() << n << " same " << same);
      Matrix x(n, 2);
      for (Index i = 0; i < n; ++i) {
        x.row(i) << (same ? 3.0 : static_cast<double>(i)), 7.0;
      }
      Vector weights = EqualWeights(n);
      if (n == 20) {
        x(3, 0) = std::numeric_limits<double>::quiet_NaN();
        weights[4] = 0;
      }
      const GaussianMixtureParameters found = FitGaussianMixture(
          x, weights, {.num_components = 6}, nullptr, RandomKey(2), executor);
      EXPECT_TRUE(found.means.allFinite());
      Vector log_density;
      GaussianMixtureDensity(found).LogDensity(
          x.topRows(1), executor, log_density, nullptr);
      EXPECT_TRUE(log_density.allFinite());
    }
  }
}

TEST(MixtureFitEdgeTest, InflationWidensTheComponents) {
  const Executor executor(1);
  const GaussianMixtureDensity truth(Truth(2));
  const Matrix x = truth.Sample(1000, RandomKey(1), executor, 0);
  MixtureFitOptions options{.num_components = 5};
  const auto plain = FitGaussianMixture(
      x, EqualWeights(1000), options, nullptr, RandomKey(2), executor);
  options.inflation = 1.44;
  const auto wide = FitGaussianMixture(
      x, EqualWeights(1000), options, nullptr, RandomKey(2), executor);
  EXPECT_LT((wide.root[0] - 1.2 * plain.root[0]).norm(), 1e-12);
}

// Heavy tails: t components must beat normal ones on points of a t mixture.
TEST(MixtureFitEdgeTest, StudentComponentsFitHeavyTails) {
  const Executor executor(1);
  GaussianMixtureParameters p = Truth(2);
  p.degrees_of_freedom = 2;
  const GaussianMixtureDensity truth(p);
  const Matrix x = truth.Sample(4000, RandomKey(1), executor, 0);
  const Matrix fresh = truth.Sample(4000, RandomKey(3), executor, 0);
  const Vector weights = EqualWeights(4000);
  const auto fit = [&](double nu) {
    MixtureSelectionOptions options;
    options.max_components = 16;
    options.fit.degrees_of_freedom = nu;
    return FitGaussianMixtureBySelection(
               x, weights, fresh, weights, options, RandomKey(2), executor)
        .held_out;
  };
  const double best = WeightedLogLikelihood(truth, fresh, weights, executor);
  const double student = fit(2);
  EXPECT_GT(student, best - 0.02);
  EXPECT_GT(student, fit(std::numeric_limits<double>::infinity()) + 0.02);
}

}  // namespace
}  // namespace ttflow
