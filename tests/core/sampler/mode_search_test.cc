#include "core/sampler/mode_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>

#include "core/foundation/random.h"
#include "core/sampler/descent.h"
#include "core/sampler/mode_density.h"
#include "tests/core/sampler/test_energies.h"

namespace ttflow {
namespace {

Matrix NormalRows(Index rows, Index d, double scale, std::uint64_t seed) {
  Matrix x(rows, d);
  for (Index i = 0; i < rows; ++i) {
    RandomStream stream = RandomKey(seed).Stream(Purpose::kBase, 0, i);
    for (Index k = 0; k < d; ++k) x(i, k) = scale * stream.Normal();
  }
  return x;
}

TEST(Descent, EndsWhereTheGradientIsZero) {
  const Executor executor(1);
  CountingEnergy energy(std::make_shared<DoubleWells>(3), executor);
  NullInterrupter interrupter;
  const Matrix start = NormalRows(40, 3, 3, 1);
  const auto ends =
      Descend(start, Vector::Ones(3), DescentOptions(), energy, interrupter);
  ASSERT_TRUE(ends.ok()) << ends.status();
  for (Index i = 0; i < 40; ++i) {
    ASSERT_TRUE(ends->arrived[i]);
    EXPECT_LT((ends->position.row(i).cwiseAbs().array() - 2).abs().maxCoeff(),
              0.02);
  }
}

TEST(Descent, StopsBeforeTheEvaluationsAreSpent) {
  const Executor executor(1);
  NullInterrupter interrupter;
  const Matrix start = NormalRows(20, 3, 50, 2);
  for (const std::int64_t most : {20, 79, 80, 100}) {
    CountingEnergy energy(std::make_shared<DoubleWells>(3), executor);
    DescentOptions options;
    options.most_evaluations = most;
    const auto ends =
        Descend(start, Vector::Ones(3), options, energy, interrupter);
    ASSERT_TRUE(ends.ok()) << ends.status();
    EXPECT_LE(energy.counts().num_energy_evaluations, most);
    EXPECT_GT(energy.counts().num_energy_evaluations, most - 20);
    EXPECT_EQ(std::count(ends->arrived.begin(), ends->arrived.end(), true), 0);
  }
}

TEST(ModeSearch, CountsAndWeighsTheModesOfDoubleWells) {
  const Executor executor(1);
  CountingEnergy energy(std::make_shared<DoubleWells>(3), executor);
  NullInterrupter interrupter;
  const auto found = FindModes(NormalRows(512, 3, 3, 3),
                               Vector::Ones(3),
                               ModeSearchOptions(),
                               energy,
                               interrupter);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->modes.size(), 8);
  EXPECT_LT(found->unseen_share, 0.01);
  Index ended = 0;
  for (const Mode& mode : found->modes) {
    ended += mode.num_starts;
    EXPECT_NEAR(mode.energy, 0, 1e-3);
    // The second derivative at a well is 8.
    EXPECT_NEAR(mode.log_mass, 1.5 * std::log(2 * std::numbers::pi / 8), 0.02);
  }
  EXPECT_EQ(ended, found->num_starts);
}

// A descent that starts at a maximum has nowhere to go.
TEST(ModeSearch, AMaximumIsNoMode) {
  const Executor executor(1);
  CountingEnergy energy(std::make_shared<DoubleWells>(1), executor);
  NullInterrupter interrupter;
  Matrix starts = NormalRows(512, 1, 3, 3);
  starts(0, 0) = 0;
  const auto found = FindModes(
      starts, Vector::Ones(1), ModeSearchOptions(), energy, interrupter);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->modes.size(), 2);
  for (const Mode& mode : found->modes) {
    EXPECT_NEAR(std::abs(mode.position[0]), 2, 0.02);
  }
}

// Equal wells at -2 and 2; from 6 on ripples make minima 40 nats up and higher.
class Ripples final : public Energy {
 public:
  Index dimension() const override { return 1; }
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter&) const override {
    for (Index i = 0; i < x.rows(); ++i) {
      const double u = std::abs(x(i, 0));
      const double sign = x(i, 0) < 0 ? -1 : 1;
      const bool far = u > 6;
      energy[i] = far ? 40 + 4 * (u - 6) + 3 * (1 - std::cos(4 * (u - 6)))
                      : 2.5 * (u - 2) * (u - 2);
      if (gradient != nullptr) {
        (*gradient)(i, 0) =
            sign * (far ? 4 + 12 * std::sin(4 * (u - 6)) : 5 * (u - 2));
      }
    }
    return absl::OkStatus();
  }
};

// Shallow minima that hardly any mass lies in are no reason to go on.
TEST(ModeSearch, NegligibleModesDoNotCount) {
  const Executor executor(1);
  CountingEnergy energy(std::make_shared<Ripples>(), executor);
  NullInterrupter interrupter;
  const auto found = FindModes(NormalRows(512, 1, 8, 3),
                               Vector::Ones(1),
                               ModeSearchOptions(),
                               energy,
                               interrupter);
  ASSERT_TRUE(found.ok()) << found.status();
  const double least = LeastLogMass(found->modes);
  Index alone = 0;
  Index kept = 0;
  for (const Mode& mode : found->modes) {
    if (mode.log_mass >= least) {
      ++kept;
    } else {
      alone += mode.num_starts == 1 ? 1 : 0;
    }
  }
  EXPECT_EQ(kept, 2);
  EXPECT_GT(alone, 1) << "the test needs minima that were met once";
  EXPECT_LT(found->unseen_share, 0.01);
  EXPECT_LE(found->num_starts, 128);
}

TEST(ModeSearch, NeverSpendsMoreThanItMay) {
  const Executor executor(1);
  NullInterrupter interrupter;
  for (const std::int64_t most : {10, 100, 333, 1000}) {
    CountingEnergy energy(std::make_shared<DoubleWells>(3), executor);
    ModeSearchOptions options;
    options.most_evaluations = most;
    const auto found = FindModes(NormalRows(512, 3, 30, 4),
                                 Vector::Ones(3),
                                 options,
                                 energy,
                                 interrupter);
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_LE(energy.counts().num_energy_evaluations, most);
    // Eight modes want more than that: it must not believe it has seen them.
    EXPECT_GT(found->unseen_share, options.wanted_unseen_share);
  }
}

TEST(ModeSearch, SeesThatModesAreCountless) {
  const Executor executor(1);
  CountingEnergy energy(std::make_shared<DoubleWells>(30), executor);
  NullInterrupter interrupter;
  const auto found = FindModes(NormalRows(512, 30, 3, 5),
                               Vector::Ones(30),
                               ModeSearchOptions(),
                               energy,
                               interrupter);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_TRUE(found->modes.empty());
  EXPECT_EQ(found->num_starts, ModeSearchOptions().first_batch);
}

// A wide mode about zero and one of a tenth of its width far out.
class WideAndNarrow : public Energy {
 public:
  Index dimension() const override { return 2; }
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter&) const override {
    for (Index i = 0; i < x.rows(); ++i) {
      const Vector wide = x.row(i).transpose();
      const Vector narrow = (x.row(i).transpose() - center_) / 0.1;
      const double a = -0.5 * wide.squaredNorm();
      const double b = -0.5 * narrow.squaredNorm() - 2 * std::log(0.1);
      const double most = std::max(a, b);
      const double share =
          std::exp(a - most) / (std::exp(a - most) + std::exp(b - most));
      energy[i] = -most - std::log(std::exp(a - most) + std::exp(b - most));
      if (gradient != nullptr) {
        gradient->row(i) =
            (share * wide + (1 - share) * narrow / 0.1).transpose();
      }
    }
    return absl::OkStatus();
  }

 private:
  const Vector center_ = Vector::Constant(2, 8);
};

TEST(ModeSearch, SurpriseFindsANarrowModeThatAPointLiesIn) {
  const Executor executor(1);
  const auto target = std::make_shared<WideAndNarrow>();
  CountingEnergy energy(target, executor);
  NullInterrupter interrupter;
  ModeSearchOptions options;
  options.most_starts = 4;
  options.least_starts = 4;
  const auto found = FindModes(Matrix::Constant(4, 2, 0.5),
                               Vector::Ones(2),
                               options,
                               energy,
                               interrupter);
  ASSERT_TRUE(found.ok()) << found.status();
  std::vector<Mode> modes = found->modes;
  ASSERT_EQ(modes.size(), 1u);
  // Points about the wide mode say nothing new.
  Matrix points = NormalRows(50, 2, 1, 6);
  Vector energies(50);
  ASSERT_TRUE(target->Evaluate(points, energies, nullptr, interrupter).ok());
  ASSERT_TRUE(FindModesBySurprise(points,
                                  energies,
                                  Vector::Ones(2),
                                  options,
                                  energy,
                                  interrupter,
                                  modes)
                  .ok());
  EXPECT_EQ(modes.size(), 1u);
  // One within the narrow mode's basin, ten of its deviations off, is enough,
  // even where others are so far out that a curvature known to three digits
  // makes thousands of nats.
  points.topRows(49).array() -= 3000;
  modes[0].root *= 1 - 1e-3;
  points.row(49) << 8, 7;
  ASSERT_TRUE(target->Evaluate(points, energies, nullptr, interrupter).ok());
  ASSERT_TRUE(FindModesBySurprise(points,
                                  energies,
                                  Vector::Ones(2),
                                  options,
                                  energy,
                                  interrupter,
                                  modes)
                  .ok());
  ASSERT_EQ(modes.size(), 2u);
  EXPECT_NEAR(modes[1].position[0], 8, 1e-3);
  EXPECT_NEAR(modes[1].log_mass, modes[0].log_mass, 1e-2);
}

// Equal normals at 0, 9, 18 and 27.
class Row final : public Energy {
 public:
  Index dimension() const override { return 1; }
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter&) const override {
    for (Index i = 0; i < x.rows(); ++i) {
      const double nearest = std::clamp(9 * std::round(x(i, 0) / 9), 0., 27.);
      const double offset = x(i, 0) - nearest;
      energy[i] = 0.5 * offset * offset;
      if (gradient != nullptr) (*gradient)(i, 0) = offset;
    }
    return absl::OkStatus();
  }
};

// From a cloud that reaches a part of the modes alone those at its rim show
// that it is too narrow.
TEST(ModeSearch, WidensToModesBeyondTheCloud) {
  const Executor executor(1);
  CountingEnergy energy(std::make_shared<Row>(), executor);
  NullInterrupter interrupter;
  const Matrix wide = NormalRows(512, 1, 2.5, 3);
  Vector energies;
  ASSERT_TRUE(energy.Evaluate(wide, energies, nullptr, interrupter).ok());
  const auto found =
      FindModeDensity(wide, energies, 20000, energy, interrupter);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->modes.size(), 4);
}

TEST(ModeSearch, DensityKeepsToItsAllowance) {
  const Executor executor(1);
  NullInterrupter interrupter;
  const Matrix wide = NormalRows(512, 2, 5, 7);
  Vector energies(512);
  ASSERT_TRUE(
      WideAndNarrow().Evaluate(wide, energies, nullptr, interrupter).ok());
  for (const std::int64_t most : {0, 500, 2000, 4000, 10000}) {
    CountingEnergy energy(std::make_shared<WideAndNarrow>(), executor);
    const auto modes =
        FindModeDensity(wide, energies, most, energy, interrupter);
    ASSERT_TRUE(modes.ok()) << modes.status();
    EXPECT_LE(energy.counts().num_energy_evaluations, most);
    if (most == 10000) {
      EXPECT_EQ(modes->modes.size(), 2u);
    }
  }
}

}  // namespace
}  // namespace ttflow
