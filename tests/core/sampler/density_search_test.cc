#include "core/sampler/density_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "core/density/gaussian.h"
#include "core/evidence/importance.h"
#include "core/targets/target_registry.h"

namespace ttflow {
namespace {

std::shared_ptr<const Target> Make(const char* name, Index d) {
  Violations violations;
  auto target = MakeTarget(name, d, {}, violations);
  EXPECT_NE(target, nullptr) << name;
  return target;
}

class Counter final : public Interrupter {
 public:
  explicit Counter(int limit = -1) : limit_(limit) {}
  absl::Status Check() override {
    ++calls_;
    return limit_ >= 0 && calls_ > limit_ ? absl::CancelledError("stop")
                                          : absl::OkStatus();
  }
  int calls() const { return calls_; }

 private:
  int limit_;
  int calls_ = 0;
};

constexpr Index kForModes = 9000;

struct Found {
  FoundDensity found;
  std::vector<StageInfo> stages;
  std::int64_t evaluations = 0;
  std::int64_t excess = 0;  // evaluations of a step beyond what it announced
  int calls = 0;
};

Found Search(const std::shared_ptr<const Target>& target,
             std::uint64_t seed,
             const DensityOptions& options = {},
             int threads = 2) {
  const Executor executor(threads);
  const Index d = target->dimension();
  const GaussianDensity base(Vector::Zero(d), Vector::Constant(d, 3));
  CountingEnergy energy(target, executor);
  DensitySearch search(options, base, energy, RandomKey(seed), executor);
  search.AllowForModes(kForModes);
  Counter interrupter;
  Found result;
  while (!search.done() && result.stages.size() < 200) {
    const std::int64_t before = energy.counts().num_energy_evaluations;
    const Index limit =
        search.NextEvaluations() + (result.stages.empty() ? kForModes : 0);
    StageInfo info;
    const absl::Status status = search.Step(interrupter, info);
    EXPECT_TRUE(status.ok()) << status;
    if (!status.ok()) break;
    result.excess = std::max(
        result.excess, energy.counts().num_energy_evaluations - before - limit);
    result.stages.push_back(info);
  }
  EXPECT_TRUE(search.done());
  result.found = search.found();
  result.evaluations = energy.counts().num_energy_evaluations;
  result.calls = interrupter.calls();
  return result;
}

// Log weights of draws first .. first + count - 1 of the density.
Vector LogWeights(const Density& density,
                  const Target& target,
                  Index count,
                  std::uint64_t seed,
                  Index first) {
  const Executor executor(2);
  const Matrix x = density.Sample(count, RandomKey(seed), executor, first);
  Vector energy(count);
  NullInterrupter interrupter;
  EXPECT_TRUE(target.Evaluate(x, energy, nullptr, interrupter).ok());
  Vector log_density;
  density.LogDensity(x, executor, log_density, nullptr);
  return -energy - log_density;
}

class SearchOf : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Targets,
                         SearchOf,
                         testing::Values("many_well", "coupled_wells"));

// Three seeds, five standard errors each: a false alarm of under 2e-6 if the
// errors are normal.
TEST_P(SearchOf, FindsADensityWhoseDrawsGiveTheEvidence) {
  const auto target = Make(GetParam(), 8);
  for (const std::uint64_t seed : {101, 102, 103}) {
    const Found result = Search(target, seed);
    ASSERT_NE(result.found.density, nullptr);
    EXPECT_EQ(result.stages.back().t, 1);
    EXPECT_GT(result.found.ess_fraction, 0.3) << seed;
    const Vector log_weight =
        LogWeights(*result.found.density, *target, 8000, 7 + seed, 0);
    const ImportanceEvidence evidence = EstimateImportanceEvidence(log_weight);
    EXPECT_NEAR(evidence.log_evidence,
                *target->LogEvidence(),
                5 * evidence.standard_error)
        << seed;
    EXPECT_LT(evidence.standard_error, 0.03);
    // What the search said of its draws is what they are.
    EXPECT_NEAR(evidence.ess_fraction, result.found.ess_fraction, 0.25) << seed;
    // Gradients determine these targets: far fewer points than particles moved
    // along a path.
    EXPECT_LT(result.evaluations, 150'000);
    // A budget is checked against this before a step.
    EXPECT_EQ(result.excess, 0) << seed;
  }
}

// The density is fixed before anything is drawn for the estimate: the mean of
// many small estimates of Z is Z. Four standard errors: 6e-5 of false alarm.
TEST_P(SearchOf, SmallBatchesOfAFixedDensityAreUnbiased) {
  const auto target = Make(GetParam(), 8);
  const Found result = Search(target, 104);
  constexpr Index kBatches = 1000;
  constexpr Index kDraws = 16;
  const Vector ratio =
      (LogWeights(*result.found.density, *target, kBatches * kDraws, 9, 1 << 20)
           .array() -
       *target->LogEvidence())
          .exp();
  Vector batches(kBatches);
  for (Index b = 0; b < kBatches; ++b) {
    batches[b] = ratio.segment(b * kDraws, kDraws).mean();
  }
  const double mean = batches.mean();
  const double error = std::sqrt((batches.array() - mean).square().sum()) /
                       static_cast<double>(kBatches);
  EXPECT_LT(std::abs(mean - 1), 4 * error);
  // The check has power: a bias of a few per cent would be seen.
  EXPECT_LT(error, 0.02);
}

TEST_P(SearchOf, GivesTheSameBytesForAnyNumberOfThreads) {
  const auto target = Make(GetParam(), 8);
  const Found one = Search(target, 105, {}, 1);
  const Found two = Search(target, 105, {}, 2);
  EXPECT_EQ(one.evaluations, two.evaluations);
  EXPECT_EQ(one.found.ess_fraction, two.found.ess_fraction);
  EXPECT_EQ(LogWeights(*one.found.density, *target, 500, 1, 0),
            LogWeights(*two.found.density, *target, 500, 1, 0));
  ASSERT_EQ(one.stages.size(), two.stages.size());
  for (std::size_t i = 0; i < one.stages.size(); ++i) {
    EXPECT_EQ(one.stages[i].log_evidence, two.stages[i].log_evidence);
  }
}

TEST(DensitySearch, AnotherSeedFindsAnotherDensity) {
  const auto target = Make("coupled_wells", 4);
  EXPECT_NE(LogWeights(*Search(target, 1).found.density, *target, 50, 1, 0),
            LogWeights(*Search(target, 2).found.density, *target, 50, 1, 0));
}

TEST(DensitySearch, StagesAscendAndAreDescribed) {
  DensityOptions options;
  options.look_ahead = false;
  const Found result = Search(Make("coupled_wells", 8), 106, options);
  ASSERT_GT(result.stages.size(), 3u);
  double t = 0;
  for (std::size_t i = 0; i < result.stages.size(); ++i) {
    const StageInfo& info = result.stages[i];
    EXPECT_EQ(info.stage, static_cast<int>(i));
    EXPECT_GE(info.t, t);
    EXPECT_NEAR(info.dt, info.t - t, 1e-12);
    EXPECT_FALSE(info.flow_used);
    EXPECT_GE(info.fresh_ess_fraction, 0);
    EXPECT_LE(info.fresh_ess_fraction, 1);
    EXPECT_TRUE(std::isfinite(info.log_evidence));
    t = info.t;
  }
  EXPECT_EQ(t, 1);
}

TEST(DensitySearch, ACancelIsHandedOnWhereverItComes) {
  const auto target = Make("coupled_wells", 4);
  const int calls = Search(target, 107).calls;
  ASSERT_GT(calls, 3);
  for (const int limit : {0, 1, calls / 2, calls - 1}) {
    const Executor executor(1);
    const GaussianDensity base(Vector::Zero(4), Vector::Constant(4, 3));
    CountingEnergy energy(target, executor);
    DensitySearch search({}, base, energy, RandomKey(107), executor);
    search.AllowForModes(kForModes);
    Counter interrupter(limit);
    absl::Status status;
    while (status.ok() && !search.done()) {
      StageInfo info;
      status = search.Step(interrupter, info);
    }
    EXPECT_TRUE(absl::IsCancelled(status)) << limit << ": " << status;
  }
}

}  // namespace
}  // namespace ttflow
