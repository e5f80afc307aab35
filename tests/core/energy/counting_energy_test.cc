#include "core/energy/counting_energy.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <memory>
#include <thread>
#include <utility>

namespace ttflow {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// |x|^2 / 2, with traits to choose; remembers how it was called.
class WatchedEnergy final : public Energy {
 public:
  explicit WatchedEnergy(EnergyTraits traits) : traits_(std::move(traits)) {}

  Index dimension() const override { return 2; }
  EnergyTraits Traits() const override { return traits_; }
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter& interrupter) const override {
    if (absl::Status status = interrupter.Check(); !status.ok()) return status;
    if (++running_ > 1) overlapped_ = true;
    ++calls_;
    if (x.rows() > largest_) largest_ = x.rows();
    energy = 0.5 * x.rowwise().squaredNorm();
    if (gradient != nullptr) *gradient = x;
    const bool fails = (x.col(0).array() == fail_at_).any();
    --running_;
    return fails ? absl::UnavailableError("evaluator gone") : absl::OkStatus();
  }

  void FailAt(double x0) { fail_at_ = x0; }
  int calls() const { return calls_; }
  bool overlapped() const { return overlapped_; }
  Index largest_batch() const { return largest_; }

 private:
  EnergyTraits traits_;
  double fail_at_ = std::nan("");  // equal to no coordinate
  mutable std::atomic<int> running_ = 0;
  mutable std::atomic<int> calls_ = 0;
  mutable std::atomic<bool> overlapped_ = false;
  mutable std::atomic<Index> largest_ = 0;
};

// Stops at its n-th question (0-based); insists on the thread it was made on.
class StoppingInterrupter final : public Interrupter {
 public:
  explicit StoppingInterrupter(int stop_at) : stop_at_(stop_at) {}
  absl::Status Check() override {
    EXPECT_EQ(std::this_thread::get_id(), thread_);
    return num_checks_++ >= stop_at_ ? absl::CancelledError("by the user")
                                     : absl::OkStatus();
  }
  int num_checks() const { return num_checks_; }

 private:
  int stop_at_;
  int num_checks_ = 0;
  std::thread::id thread_ = std::this_thread::get_id();
};

Matrix Points(Index count) {
  Matrix x(count, 2);
  for (Index i = 0; i < count; ++i) {
    x(i, 0) = static_cast<double>(i);
    x(i, 1) = 1 / static_cast<double>(i + 1);
  }
  return x;
}

EnergyTraits Batches(Index preferred_batch) {
  EnergyTraits traits;
  traits.preferred_batch = preferred_batch;
  return traits;
}

// A batch costs more than the time between two questions.
EnergyTraits Expensive() {
  EnergyTraits traits = Batches(64);
  traits.nominal_cost_ns = 1e6;
  return traits;
}

EnergyTraits Unsafe() {
  EnergyTraits traits = Batches(64);
  traits.thread_safe = false;
  return traits;
}

EnergyTraits WithoutGradient() {
  EnergyTraits traits;
  traits.has_gradient = false;
  return traits;
}

TEST(CountingEnergyTest, CountsPointsWithAndWithoutGradient) {
  const Executor executor(2);
  CountingEnergy energy(std::make_shared<WatchedEnergy>(EnergyTraits{}),
                        executor);
  NullInterrupter never;
  Vector values;
  Matrix gradient;
  ASSERT_TRUE(energy.Evaluate(Points(1000), values, nullptr, never).ok());
  ASSERT_TRUE(energy.Evaluate(Points(77), values, &gradient, never).ok());
  EXPECT_EQ(energy.counts().num_energy_evaluations, 1077);
  EXPECT_EQ(energy.counts().num_gradient_evaluations, 77);
  EXPECT_EQ(energy.counts().num_nonfinite, 0);
}

TEST(CountingEnergyTest, FillsEveryRow) {
  for (const Index rows : {0, 1, 63, 64, 65, 512, 513, 2000}) {
    for (const Index batch : {1, 7, 64, 100, 512}) {
      const Executor executor(2);
      CountingEnergy energy(std::make_shared<WatchedEnergy>(Batches(batch)),
                            executor);
      NullInterrupter never;
      const Matrix x = Points(rows);
      Vector values;
      Matrix gradient;
      ASSERT_TRUE(energy.Evaluate(x, values, &gradient, never).ok());
      ASSERT_EQ(values.size(), rows);
      EXPECT_EQ(gradient, x);
      EXPECT_EQ(values, Vector(0.5 * x.rowwise().squaredNorm()));
    }
  }
}

TEST(CountingEnergyTest, GivesTheSameBytesForAnyNumberOfThreads) {
  const Matrix x = Points(3001);
  Vector one;
  Vector two;
  NullInterrupter never;
  const Executor single(1);
  const Executor pair(2);
  const auto inner = std::make_shared<WatchedEnergy>(EnergyTraits{});
  ASSERT_TRUE(
      CountingEnergy(inner, single).Evaluate(x, one, nullptr, never).ok());
  ASSERT_TRUE(
      CountingEnergy(inner, pair).Evaluate(x, two, nullptr, never).ok());
  EXPECT_EQ(one, two);
}

TEST(CountingEnergyTest, TurnsNonFiniteValuesIntoWeightZero) {
  const Executor executor(1);
  // Rows: finite, energy inf, energy and gradient NaN, and a gradient alone
  // that is not finite (the square of 1e200 is infinite as well).
  Matrix x{{1.0, 2.0}, {kInfinity, 0.0}, {std::nan(""), 1.0}, {1e200, 1.0}};
  CountingEnergy energy(std::make_shared<WatchedEnergy>(EnergyTraits{}),
                        executor);
  NullInterrupter never;
  Vector values;
  Matrix gradient;
  ASSERT_TRUE(energy.Evaluate(x, values, &gradient, never).ok());
  EXPECT_EQ(energy.counts().num_nonfinite, 3);
  EXPECT_EQ(energy.counts().num_energy_evaluations, 4);
  EXPECT_EQ(values, (Vector{{2.5, kInfinity, kInfinity, kInfinity}}));
  EXPECT_EQ(gradient, (Matrix{{1.0, 2.0}, {0.0, 0.0}, {0.0, 0.0}, {0.0, 0.0}}));
}

// -sqrt|x|: finite at 0, where its gradient is not.
class CuspEnergy final : public Energy {
 public:
  Index dimension() const override { return 1; }
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter&) const override {
    energy = -x.col(0).cwiseAbs().cwiseSqrt();
    if (gradient != nullptr)
      gradient->col(0) = -0.5 * x.col(0).cwiseSqrt().cwiseInverse();
    return absl::OkStatus();
  }
};

TEST(CountingEnergyTest, ANonFiniteGradientMakesThePointNonFinite) {
  const Executor executor(1);
  CountingEnergy energy(std::make_shared<CuspEnergy>(), executor);
  NullInterrupter never;
  Vector values;
  Matrix gradient;
  ASSERT_TRUE(
      energy.Evaluate(Matrix{{0.0}, {4.0}}, values, &gradient, never).ok());
  EXPECT_EQ(values, (Vector{{kInfinity, -2.0}}));
  EXPECT_EQ(gradient(0, 0), 0);
  EXPECT_EQ(energy.counts().num_nonfinite, 1);
  ASSERT_TRUE(
      energy.Evaluate(Matrix{{0.0}, {4.0}}, values, nullptr, never).ok());
  EXPECT_EQ(values, (Vector{{0.0, -2.0}}));
}

TEST(CountingEnergyTest, StopsWithinABatchAThreadAndCountsWhatWasDone) {
  for (const int num_threads : {1, 2}) {
    const Executor executor(num_threads);
    const auto inner = std::make_shared<WatchedEnergy>(Expensive());
    CountingEnergy energy(inner, executor);
    StoppingInterrupter interrupter(3);
    Vector values;
    const absl::Status status =
        energy.Evaluate(Points(64 * 40), values, nullptr, interrupter);
    EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
    EXPECT_EQ(status.message(), "by the user");
    EXPECT_EQ(energy.counts().num_energy_evaluations, 3 * 64 * num_threads);
    EXPECT_EQ(inner->calls(), 3 * num_threads);
  }
}

TEST(CountingEnergyTest, AsksBeforeTheFirstBatch) {
  const Executor executor(1);
  const auto inner = std::make_shared<WatchedEnergy>(EnergyTraits{});
  CountingEnergy energy(inner, executor);
  StoppingInterrupter interrupter(0);
  Vector values;
  EXPECT_FALSE(energy.Evaluate(Points(1), values, nullptr, interrupter).ok());
  EXPECT_EQ(inner->calls(), 0);
}

TEST(CountingEnergyTest, NeverOverlapsCallsOfAnEnergyThatIsNotThreadSafe) {
  const Executor executor(2);
  const auto inner = std::make_shared<WatchedEnergy>(Unsafe());
  CountingEnergy energy(inner, executor);
  // Asked from the calling thread alone, inside the batches as well.
  StoppingInterrupter interrupter(1000);
  Vector values;
  ASSERT_TRUE(energy.Evaluate(Points(5000), values, nullptr, interrupter).ok());
  EXPECT_FALSE(inner->overlapped());
  EXPECT_EQ(inner->calls(), 79);
  EXPECT_EQ(interrupter.num_checks(), 2 * 79);
}

TEST(CountingEnergyTest, KeepsToThePreferredBatch) {
  const Executor executor(2);
  const auto inner = std::make_shared<WatchedEnergy>(Batches(128));
  CountingEnergy energy(inner, executor);
  NullInterrupter never;
  Vector values;
  ASSERT_TRUE(energy.Evaluate(Points(1000), values, nullptr, never).ok());
  EXPECT_EQ(inner->largest_batch(), 128);
  EXPECT_EQ(inner->calls(), 8);
}

TEST(CountingEnergyTest, HandsOnTheEnergysError) {
  const Executor executor(2);
  const auto inner = std::make_shared<WatchedEnergy>(Expensive());
  inner->FailAt(70);
  CountingEnergy energy(inner, executor);
  NullInterrupter never;
  Vector values;
  const absl::Status status =
      energy.Evaluate(Points(64 * 40), values, nullptr, never);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(energy.counts().num_energy_evaluations, 64);
}

TEST(CountingEnergyTest, RefusesWrongShapesAndMissingGradients) {
  const Executor executor(1);
  NullInterrupter never;
  Vector values;
  Matrix gradient;
  CountingEnergy plain(std::make_shared<WatchedEnergy>(EnergyTraits{}),
                       executor);
  EXPECT_EQ(plain.Evaluate(Matrix::Zero(5, 3), values, nullptr, never).code(),
            absl::StatusCode::kInvalidArgument);
  CountingEnergy without(std::make_shared<WatchedEnergy>(WithoutGradient()),
                         executor);
  EXPECT_EQ(without.Evaluate(Points(5), values, &gradient, never).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(without.Evaluate(Points(5), values, nullptr, never).ok());
}

}  // namespace
}  // namespace ttflow
