#include <cmath>

#include "tests/core/targets/target_faults.h"
#include "tests/core/targets/test_targets.h"

namespace ttflow {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

TEST(Phi4Test, HasTheValuesOfAHandComputation) {
  const std::shared_ptr<const Target> target =
      MakeValidTarget("phi4", 4, {{"kappa", {0.5}}, {"lambda", {0.25}}});
  Matrix x(3, 4);
  x.row(0).setZero();
  // Every site: -2 * 0.5 * 2 * (2 + 2) + 0.5 * 4 + 0.25 * 16 = -2.
  x.row(1).setConstant(2);
  // Bonds of a 2 x 2 torus count twice: -2 * 0.5 * 2 * (1*2 + 1*3 + 2*4 + 3*4)
  // = -50; squares 0.5 * 30 = 15; quartics 0.25 * (1 + 16 + 81 + 256) = 88.5.
  x.row(2) << 1, 2, 3, 4;
  const Vector energy = Energies(*target, x);
  EXPECT_EQ(energy[0], 0);
  EXPECT_NEAR(energy[1], -8, 1e-13);
  EXPECT_NEAR(energy[2], 53.5, 1e-12);
}

// Two sites touched at a time: which ones are neighbours on a 3 x 3 torus.
TEST(Phi4Test, BindsTheNeighboursOfATorus) {
  const double kappa = 0.35;
  const double lambda = 0.1;
  const std::shared_ptr<const Target> target =
      MakeValidTarget("phi4", 9, {{"kappa", {kappa}}, {"lambda", {lambda}}});
  const double alone = 1 - 2 * lambda + lambda;
  for (Index a = 0; a < 9; ++a) {
    for (Index b = 0; b < 9; ++b) {
      if (a == b) continue;
      Matrix x = Matrix::Zero(1, 9);
      x(0, a) = 1;
      x(0, b) = 1;
      // On a 3 x 3 torus, all sites of one row or one column are neighbours.
      const bool bound = a / 3 == b / 3 || a % 3 == b % 3;
      EXPECT_NEAR(
          Energies(*target, x)[0], 2 * alone - (bound ? 2 * kappa : 0), 1e-14)
          << a << " " << b;
    }
  }
}

// The action does not know where the torus begins, nor the field's sign.
TEST(Phi4Test, IsInvariantUnderShiftsReflectionAndSign) {
  const std::shared_ptr<const Target> target = MakeValidTarget("phi4", 25);
  RandomStream stream = RandomKey(4).Stream(Purpose::kExact, 0, 0);
  Matrix x(4, 25);
  for (Index s = 0; s < 25; ++s) x(0, s) = stream.Normal();
  for (Index i = 0; i < 5; ++i) {
    for (Index j = 0; j < 5; ++j) {
      const double value = x(0, i * 5 + j);
      x(1, (i + 2) % 5 * 5 + (j + 4) % 5) = value;
      x(2, j * 5 + i) = value;
      x(3, i * 5 + j) = -value;
    }
  }
  const Vector energy = Energies(*target, x);
  for (Index i = 1; i < 4; ++i) EXPECT_NEAR(energy[i], energy[0], 1e-12) << i;
}

TEST(Phi4Test, HasItsDefaults) {
  const std::shared_ptr<const Target> target = MakeValidTarget("phi4", 0);
  ASSERT_EQ(target->dimension(), 64);
  EXPECT_FALSE(target->LogEvidence().has_value());
  // 64 * (-4 * 0.3 + 1 - 2 * 0.022 + 0.022) = 64 * -0.222.
  EXPECT_NEAR(Energies(*target, Matrix::Ones(1, 64))[0], 64 * -0.222, 1e-12);
}

TEST(Phi4Test, RefusesWhatIsNoTorus) {
  EXPECT_THAT(
      Faults("phi4", 60, {}),
      ElementsAre(Fault("dimension", "60 is no square; give 49 or 64")));
  EXPECT_THAT(Faults("phi4", 5, {}),
              ElementsAre(Fault("dimension", "give 4 or 9")));
  EXPECT_THAT(Faults("phi4", 1, {}),
              ElementsAre(Fault("dimension", "1 is outside [4, ")));
  EXPECT_THAT(Faults("phi4", -4, {}),
              ElementsAre(Fault("dimension", "-4 is outside [4, ")));
}

TEST(Phi4Test, RefusesWrongParametersAllAtOnce) {
  EXPECT_THAT(Faults("phi4", 8, {{"lambda", {0}}, {"kappa", {11}}}),
              UnorderedElementsAre(
                  Fault("dimension", "8 is no square"),
                  Fault("parameters.lambda", "0 is outside [1e-06, 100]"),
                  Fault("parameters.kappa", "11 is outside [-10, 10]")));
  EXPECT_THAT(Faults("phi4", 4, {{"kappa", {0.1, 0.2}}}),
              ElementsAre(Fault("parameters.kappa", "has 2 values; give one")));
}

}  // namespace
}  // namespace ttflow
