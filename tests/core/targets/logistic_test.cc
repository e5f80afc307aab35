#include "core/targets/logistic.h"

#include <cmath>

#include "core/math/quadrature.h"
#include "core/math/standard_normal.h"
#include "tests/core/targets/target_faults.h"
#include "tests/core/targets/test_targets.h"

namespace ttflow {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

double Sigmoid(double z) { return 1 / (1 + std::exp(-z)); }

TEST(LogisticTest, HasTheValuesOfAHandComputation) {
  // Rows (1, 2), (3, 4), (5, 6), as they are given.
  const std::shared_ptr<const Target> target =
      MakeValidTarget("logistic",
                      0,
                      {{"features", {1, 2, 3, 4, 5, 6}},
                       {"labels", {1, 0, 1}},
                       {"prior_std", {2}}});
  ASSERT_EQ(target->dimension(), 3);
  const Matrix w{{0.5, -0.3, 0.1}, {0, 0, 0}};
  const Vector energy = Energies(*target, w);
  // z = 0.5 - 0.3 a + 0.1 b: 0.4, 0, -0.4.
  const double data =
      std::log(Sigmoid(0.4)) + std::log(0.5) + std::log(Sigmoid(-0.4));
  const double prior =
      -0.5 * (0.25 + 0.09 + 0.01) / 4 - 3 * (kHalfLogTwoPi + std::log(2.0));
  EXPECT_NEAR(energy[0], -data - prior, 1e-13);
  EXPECT_NEAR(
      energy[1], 3 * (std::log(2.0) + kHalfLogTwoPi + std::log(2.0)), 1e-13);
}

TEST(LogisticTest, InterceptIsAColumnOfOnes) {
  const std::vector<double> labels = {1, 0, 1};
  const Matrix w{{0.5, -0.3}, {-2, 1}};
  const Vector with = Energies(
      *MakeValidTarget(
          "logistic", 2, {{"features", {3, -1, 2}}, {"labels", labels}}),
      w);
  const Vector without =
      Energies(*MakeValidTarget("logistic",
                                2,
                                {{"features", {1, 3, 1, -1, 1, 2}},
                                 {"labels", labels},
                                 {"intercept", {0}}}),
               w);
  EXPECT_TRUE(with.isApprox(without, 1e-14));
}

// Margins at which exp overflows: the energy is the margin, its slope a label's
// distance.
TEST(LogisticTest, IsStableForLargeMargins) {
  const std::shared_ptr<const Target> target =
      MakeValidTarget("logistic",
                      1,
                      {{"features", {1, 1}},
                       {"labels", {1, 0}},
                       {"prior_std", {1e8}},
                       {"intercept", {0}}});
  const Matrix w{{5000}, {-5000}, {40}};
  Vector energy(3);
  Matrix gradient(3, 1);
  MatrixRef gradient_ref = gradient;
  NullInterrupter never;
  ASSERT_TRUE(target->Evaluate(w, energy, &gradient_ref, never).ok());
  const double constant = kHalfLogTwoPi + std::log(1e8);
  EXPECT_NEAR(energy[0] - constant, 5000, 1e-8);
  EXPECT_NEAR(energy[1] - constant, 5000, 1e-8);
  // log(1 + e^-40) is not lost beside 40.
  EXPECT_NEAR(energy[2] - constant, 40, 1e-12);
  EXPECT_NEAR(gradient(0, 0), 1, 1e-11);
  EXPECT_NEAR(gradient(1, 0), -1, 1e-11);
}

// log Z is the log probability of the labels under the prior: by symmetry one
// label has 1/2, and the probabilities of all labellings sum to one.
TEST(LogisticTest, EvidenceIsTheProbabilityOfTheLabels) {
  const QuadratureRule rule = CompositeGaussLegendre(100, 8, -25, 25);
  const auto evidence = [&](const ParameterValues& parameters) {
    const Vector energy =
        Energies(*MakeValidTarget("logistic", 1, parameters), rule.nodes);
    return (rule.weights.array() * (-energy.array()).exp()).sum();
  };
  EXPECT_NEAR(evidence({{"features", {1.7}},
                        {"labels", {1}},
                        {"prior_std", {2.5}},
                        {"intercept", {0}}}),
              0.5,
              1e-10);
  double total = 0;
  for (const double first : {0, 1}) {
    for (const double second : {0, 1}) {
      total += evidence({{"features", {0.4, -1.3}},
                         {"labels", {first, second}},
                         {"intercept", {0}}});
    }
  }
  EXPECT_NEAR(total, 1, 1e-10);
}

// More observations than a panel's rows, and more rows than a panel has.
TEST(LogisticTest, SumsOverAllObservations) {
  constexpr Index kObservations = 3000;
  ParameterValues parameters = {{"features", {}}, {"labels", {}}};
  RandomStream stream = RandomKey(1).Stream(Purpose::kExact, 0, 0);
  for (Index i = 0; i < kObservations; ++i) {
    for (int k = 0; k < 3; ++k)
      parameters["features"].push_back(stream.Normal());
    parameters["labels"].push_back(stream.Uniform() < 0.5 ? 1 : 0);
  }
  Matrix w(70, 4);
  for (double& value : w.reshaped()) value = stream.Normal();
  const Vector energy =
      Energies(*MakeValidTarget("logistic", 0, parameters), w);
  for (const Index row : {0, 20, 21, 22, 63, 64, 69}) {
    double expected = 0.5 * w.row(row).squaredNorm() + 4 * kHalfLogTwoPi;
    for (Index i = 0; i < kObservations; ++i) {
      double z = w(row, 0);
      for (Index k = 0; k < 3; ++k) {
        z += w(row, 1 + k) *
             parameters["features"][static_cast<std::size_t>(3 * i + k)];
      }
      const bool positive =
          parameters["labels"][static_cast<std::size_t>(i)] == 1;
      expected += std::log1p(std::exp(positive ? -z : z));
    }
    EXPECT_NEAR(energy[row], expected, 1e-9) << row;
  }
}

TEST(LogisticTest, NamesItsCoordinates) {
  const ParameterValues data = {{"features", {1, 2}}, {"labels", {1}}};
  EXPECT_THAT(MakeValidTarget("logistic", 3, data)->Traits().coordinate_names,
              ElementsAre("intercept", "weight_0", "weight_1"));
}

TEST(LogisticTest, RefusesWrongParameters) {
  EXPECT_THAT(Faults("logistic", 0, {}),
              UnorderedElementsAre(Fault("parameters.features", "missing"),
                                   Fault("parameters.labels", "missing")));
  EXPECT_THAT(
      Faults("logistic", 0, {{"features", {1, 2, 3}}, {"labels", {1, 0}}}),
      ElementsAre(
          Fault("parameters.features",
                "has 3 values, no multiple of the number of labels 2")));
  EXPECT_THAT(
      Faults("logistic", 4, {{"features", {1, 2, 3, 4}}, {"labels", {1, 0}}}),
      ElementsAre(
          Fault("dimension", "4, but 2 features and the intercept make 3")));
  EXPECT_THAT(
      Faults(
          "logistic",
          3,
          {{"features", {1, 2, 3, 4}}, {"labels", {1, 0}}, {"intercept", {0}}}),
      ElementsAre(Fault("dimension", "3, but 2 features make 2")));
  EXPECT_THAT(
      Faults("logistic", 0, {{"features", {1, 2}}, {"labels", {1, 0.5}}}),
      ElementsAre(Fault("parameters.labels", "value 1 = 0.5 is no label")));
}

TEST(LogisticTest, FindsAllFaultsAtOnce) {
  EXPECT_THAT(Faults("logistic",
                     7,
                     {{"features", {1, std::nan("")}},
                      {"labels", {2, 0}},
                      {"prior_std", {0}},
                      {"intercept", {0.5}}}),
              UnorderedElementsAre(
                  Fault("parameters.features", "value 1 = nan is not finite"),
                  Fault("parameters.labels", "value 0 = 2 is outside [0, 1]"),
                  Fault("parameters.prior_std", "is not positive"),
                  Fault("parameters.intercept", "0.5 is not an integer"),
                  Fault("dimension", "7, but ")));
}

}  // namespace
}  // namespace ttflow
