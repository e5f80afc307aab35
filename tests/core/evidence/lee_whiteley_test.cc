#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "core/evidence/standard_error.h"
#include "core/foundation/random.h"
#include "core/math/log_sum_exp.h"
#include "core/particles/resampling.h"
#include "core/particles/weights.h"

namespace ttflow {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A pass in one dimension in closed form: base N(0, 1), h = curvature/2 (x -
// m)^2, p_t = N(mean_t, 1 / precision_t), precision_t = 1 + t curvature.
struct Toy {
  double curvature = 20;
  double center = 1.5;

  double Precision(double t) const { return 1 + t * curvature; }
  double Mean(double t) const { return t * curvature * center / Precision(t); }
  double LogEvidence() const {
    return -0.5 * std::log(Precision(1)) -
           0.5 * curvature * center * center / Precision(1);
  }
};

struct ToyRun {
  double log_evidence = 0;
  LeeWhiteleyError error;
};

// Tempered SMC with resampling where the ESS falls below `ess_threshold`, and
// exact autoregressive moves.
ToyRun RunToy(const Toy& toy,
              ResamplingScheme scheme,
              Index num_particles,
              int num_stages,
              double ess_threshold,
              double memory,
              std::uint64_t seed) {
  const RandomKey key(seed);
  std::vector<RandomStream> streams;
  Vector x(num_particles);
  std::vector<std::int32_t> eve(static_cast<size_t>(num_particles));
  std::iota(eve.begin(), eve.end(), 0);
  for (Index i = 0; i < num_particles; ++i) {
    streams.push_back(
        key.Stream(Purpose::kExact, 0, static_cast<std::uint64_t>(i)));
    x[i] = streams.back().Normal();
  }
  Vector log_weight = Vector::Zero(num_particles);
  double noise = 0;
  ToyRun run;
  for (int stage = 1; stage <= num_stages; ++stage) {
    // Ascending powers: the first steps, where h is large, are short.
    const double t_from = std::pow((stage - 1.0) / num_stages, 3);
    const double t_to = std::pow(1.0 * stage / num_stages, 3);
    const Vector next =
        log_weight.array() - (t_to - t_from) * 0.5 * toy.curvature *
                                 (x.array() - toy.center).square();
    run.log_evidence += LogSumExp(next) - LogSumExp(log_weight);
    log_weight = next;
    if (stage == num_stages) break;
    if (WeightEssFraction(log_weight) < ess_threshold) {
      const std::vector<Index> ancestors =
          DrawAncestors(scheme,
                        log_weight,
                        num_particles,
                        key.AtStage(0, static_cast<std::uint32_t>(stage)));
      const Vector old_x = x;
      const std::vector<std::int32_t> old_eve = eve;
      for (Index i = 0; i < num_particles; ++i) {
        const Index a = ancestors[static_cast<size_t>(i)];
        x[i] = old_x[a];
        eve[static_cast<size_t>(i)] = old_eve[static_cast<size_t>(a)];
      }
      noise += ResamplingNoise(scheme, log_weight, eve, num_particles);
      log_weight.setZero();
    }
    const double deviation = 1 / std::sqrt(toy.Precision(t_to));
    for (Index i = 0; i < num_particles; ++i) {
      x[i] = toy.Mean(t_to) + memory * (x[i] - toy.Mean(t_to)) +
             std::sqrt(1 - memory * memory) * deviation *
                 streams[static_cast<size_t>(i)].Normal();
    }
  }
  run.error = LeeWhiteley(log_weight, eve, num_particles, noise);
  return run;
}

// Spread of (estimate - truth) / stated error over independent runs.
double Spread(Index num_particles,
              double ess_threshold,
              double memory,
              ResamplingScheme scheme = ResamplingScheme::kMultinomial) {
  const Toy toy;
  constexpr int kRuns = 400;
  double sum = 0;
  for (int run = 0; run < kRuns; ++run) {
    const ToyRun result = RunToy(toy,
                                 scheme,
                                 num_particles,
                                 8,
                                 ess_threshold,
                                 memory,
                                 1000 + static_cast<std::uint64_t>(run));
    EXPECT_GT(result.error.standard_error, 0);
    sum += std::pow(
        (result.log_evidence - toy.LogEvidence()) / result.error.standard_error,
        2);
  }
  return std::sqrt(sum / kRuns);
}

// The spread of 400 standard normal numbers has the error 0.035: 0.8 is 5.7 and
// 1.25 is 7 of them away from one, a false alarm below 1e-7.
TEST(LeeWhiteleyTest, IsCalibratedWithResamplingAtEveryStage) {
  const double spread = Spread(1600, 1.1, 0.3);
  EXPECT_GT(spread, 0.8);
  EXPECT_LT(spread, 1.25);
}

TEST(LeeWhiteleyTest, IsCalibratedWithAdaptiveResamplingAndSluggishMoves) {
  const double spread = Spread(400, 0.5, 0.8);
  EXPECT_GT(spread, 0.8);
  EXPECT_LT(spread, 1.25);
}

// Schemes that add less chance than the multinomial one: counted as that, they
// would bring the error near zero (a spread of 5).
TEST(LeeWhiteleyTest, IsCalibratedWithEverySchemeAtEveryStage) {
  for (const ResamplingScheme scheme : {ResamplingScheme::kSystematic,
                                        ResamplingScheme::kStratified,
                                        ResamplingScheme::kResidual}) {
    const double spread = Spread(1600, 1.1, 0.3, scheme);
    EXPECT_GT(spread, 0.7);
    EXPECT_LT(spread, 1.4);
  }
}

// Without resampling V is (N / (N-1)) (sum W^2 - 1/N): the error of importance
// sampling.
TEST(LeeWhiteleyTest, WithoutResamplingIsTheImportanceSamplingError) {
  const Vector log_weight{{0.3, -1, 0.7, -0.2}};
  const Vector weights = NormalizedWeights(log_weight);
  const LeeWhiteleyError error = LeeWhiteley(log_weight, {0, 1, 2, 3}, 4, 0);
  EXPECT_NEAR(error.standard_error,
              std::sqrt(4.0 / 3 * (weights.squaredNorm() - 0.25)),
              1e-14);
  EXPECT_EQ(error.num_ancestors, 4);
}

TEST(LeeWhiteleyTest, SumsTheWeightsOfEachFirstAncestor) {
  const Vector log_weight{{0, std::log(2.0), 0, -kInfinity}};
  // Shares 3/4 and 1/4; the last has no weight and so no living ancestor.
  const LeeWhiteleyError error = LeeWhiteley(log_weight, {2, 2, 0, 3}, 4, 1);
  const double variance = 1 - std::pow(4.0 / 3, 2) * (1 - 10.0 / 16);
  EXPECT_NEAR(error.standard_error, std::sqrt(variance), 1e-14);
  EXPECT_EQ(error.num_ancestors, 2);
}

TEST(LeeWhiteleyTest, TheEdges) {
  // One ancestor of all: nothing is known but that the error is large.
  EXPECT_EQ(LeeWhiteley(Vector::Zero(3), {1, 1, 1}, 3, 10).standard_error, 1);
  // A negative estimate of the variance is zero, with even weights ...
  EXPECT_EQ(LeeWhiteley(Vector::Zero(3), {0, 1, 2}, 3, 2).standard_error, 0);
  // ... and else the part of the last weights.
  EXPECT_NEAR(LeeWhiteley(Vector{{std::log(2.0), 0, 0}}, {0, 1, 2}, 3, 5)
                  .standard_error,
              std::sqrt((3 * 6.0 / 16 - 1) / 2),
              1e-14);
  EXPECT_EQ(LeeWhiteley(Vector::Constant(3, -kInfinity), {0, 1, 2}, 3, 2)
                .standard_error,
            kInfinity);
}

}  // namespace
}  // namespace ttflow
