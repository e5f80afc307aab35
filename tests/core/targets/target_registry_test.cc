#include "core/targets/target_registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "tests/core/targets/target_faults.h"
#include "tests/core/targets/test_targets.h"

namespace ttflow {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

TEST(TargetSchemasTest, AreCompleteAndConsistent) {
  std::set<std::string> names;
  for (const TargetSchema& schema : TargetSchemas()) {
    EXPECT_TRUE(names.insert(schema.name).second) << schema.name;
    EXPECT_FALSE(schema.description.empty()) << schema.name;
    EXPECT_GE(schema.minimum_dimension, 1);
    if (schema.default_dimension > 0) {
      EXPECT_GE(schema.default_dimension, schema.minimum_dimension);
      EXPECT_EQ(schema.default_dimension % schema.dimension_multiple, 0);
    }
    for (const ParameterSchema& parameter : schema.parameters) {
      EXPECT_FALSE(parameter.description.empty())
          << schema.name << "." << parameter.name;
      EXPECT_LT(parameter.minimum, parameter.maximum);
      EXPECT_FALSE(parameter.required && parameter.default_value.has_value());
      if (parameter.default_value.has_value()) {
        EXPECT_GE(*parameter.default_value, parameter.minimum);
        EXPECT_LE(*parameter.default_value, parameter.maximum);
      }
    }
  }
  for (const char* name : {"gaussian",
                           "gaussian_mixture",
                           "gmm40",
                           "many_well",
                           "rotated_many_well",
                           "coupled_wells",
                           "mw54",
                           "funnel",
                           "phi4",
                           "student_mixture",
                           "eight_schools",
                           "logistic"}) {
    EXPECT_EQ(names.count(name), 1u) << name;
  }
}

TEST(TargetSchemasTest, SayTheTruthOfWhatATargetHas) {
  for (const TargetCase& c : TargetCases()) {
    for (const TargetSchema& schema : TargetSchemas()) {
      if (schema.name != c.name) continue;
      const std::shared_ptr<const Target> target = c.Make();
      EXPECT_EQ(target->LogEvidence().has_value(), schema.has_exact_evidence)
          << c.label;
      EXPECT_EQ(target->SampleExactly(1, RandomKey(0)).has_value(),
                schema.has_exact_sampler);
    }
  }
}

TEST(MakeTargetTest, UsesTheDefaults) {
  EXPECT_EQ(MakeValidTarget("many_well", 0)->dimension(), 32);
  EXPECT_EQ(MakeValidTarget("coupled_wells", 0)->dimension(), 8);
  EXPECT_EQ(MakeValidTarget("mw54", 0)->dimension(), 5);
  EXPECT_EQ(MakeValidTarget("funnel", 0)->dimension(), 10);
  EXPECT_EQ(MakeValidTarget("gmm40", 0)->dimension(), 2);
}

TEST(MakeTargetTest, TakesTheDimensionFromParameters) {
  EXPECT_EQ(MakeValidTarget("gaussian", 0, {{"mean", {1, 2, 3}}})->dimension(),
            3);
  EXPECT_EQ(MakeValidTarget("gaussian", 0, {{"std", {1, 2}}})->dimension(), 2);
  EXPECT_EQ(MakeValidTarget("gaussian", 0, {{"covariance", {1, 0, 0, 1}}})
                ->dimension(),
            2);
  const ParameterValues mixture = {{"means", {0, 0, 0, 1, 1, 1}},
                                   {"weights", {0.5, 0.5}}};
  EXPECT_EQ(MakeValidTarget("gaussian_mixture", 0, mixture)->dimension(), 3);
  const ParameterValues spread = {{"means", {0, 0, 0, 1, 1, 1}},
                                  {"std", {1, 2}}};
  EXPECT_EQ(MakeValidTarget("gaussian_mixture", 0, spread)->dimension(), 3);
}

TEST(MakeTargetTest, SuggestsTheNearestName) {
  EXPECT_THAT(Faults("gausian", 2, {}),
              ElementsAre(Fault("name", "did you mean 'gaussian'?")));
  EXPECT_THAT(Faults("manywell", 2, {}),
              ElementsAre(Fault("name", "did you mean 'many_well'?")));
  EXPECT_THAT(Faults("", 2, {}),
              ElementsAre(Fault("name", "There are: gaussian, ")));
  EXPECT_THAT(Faults("banana_split", 2, {}),
              ElementsAre(Fault("name", "is no target")));
}

TEST(MakeTargetTest, RefusesWrongDimensions) {
  EXPECT_THAT(Faults("gaussian", 0, {}),
              ElementsAre(Fault("dimension", "missing")));
  EXPECT_THAT(Faults("gaussian", -3, {}),
              ElementsAre(Fault("dimension", "-3 is outside [1, ")));
  EXPECT_THAT(Faults("gaussian", Index{1} << 60, {}),
              ElementsAre(Fault("dimension", "is outside [1, 1000000]")));
  EXPECT_THAT(Faults("many_well", 7, {}),
              ElementsAre(Fault("dimension", "give 6 or 8")));
  EXPECT_THAT(Faults("mw54", 4, {}),
              ElementsAre(Fault("dimension", "has dimension 5")));
  EXPECT_THAT(Faults("funnel", 1, {}),
              ElementsAre(Fault("dimension", "1 is outside [2, ")));
  EXPECT_THAT(Faults("rotated_many_well", 100000, {}),
              ElementsAre(Fault("dimension", "is outside [2, 2048]")));
}

TEST(MakeTargetTest, RefusesADimensionThatContradictsParameters) {
  EXPECT_THAT(
      Faults("gaussian", 2, {{"mean", {1, 2, 3}}}),
      ElementsAre(Fault("parameters.mean", "has 3 values; give one, or 2")));
  EXPECT_THAT(
      Faults("gaussian", 0, {{"mean", {1, 2, 3}}, {"std", {1, 2}}}),
      ElementsAre(Fault("parameters.std", "has 2 values; give one, or 3")));
  EXPECT_THAT(Faults("gaussian", 3, {{"covariance", {1, 0, 0, 1}}}),
              ElementsAre(Fault("parameters.covariance",
                                "has 4 values; give 3 x 3 = 9")));
  EXPECT_THAT(Faults("gaussian_mixture", 2, {{"means", {1, 2, 3}}}),
              ElementsAre(Fault("parameters.means", "give K x 2")));
}

TEST(MakeTargetTest, RefusesMissingExtraAndEmptyParameters) {
  EXPECT_THAT(Faults("gaussian_mixture", 2, {}),
              ElementsAre(Fault("parameters.means", "missing")));
  EXPECT_THAT(Faults("gaussian", 2, {{"stdd", {1}}}),
              ElementsAre(Fault("parameters.stdd", "did you mean 'std'?")));
  EXPECT_THAT(Faults("mw54", 5, {{"std", {1}}}),
              ElementsAre(Fault("parameters.std", "has none")));
  EXPECT_THAT(Faults("gaussian", 2, {{"std", {}}}),
              ElementsAre(Fault("parameters.std", "has no values")));
  EXPECT_THAT(
      Faults("coupled_wells", 4, {{"coupling", {1, 2}}}),
      ElementsAre(Fault("parameters.coupling", "has 2 values; give one")));
}

TEST(MakeTargetTest, RefusesValuesThatAreNotFiniteOrOutOfBounds) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_THAT(
      Faults("gaussian", 2, {{"mean", {0, nan}}}),
      ElementsAre(Fault("parameters.mean", "value 1 = nan is not finite")));
  EXPECT_THAT(Faults("gaussian", 2, {{"std", {infinity}}}),
              ElementsAre(Fault("parameters.std", "inf is not finite")));
  for (const double value : {0.0, -1.0}) {
    EXPECT_THAT(Faults("gaussian", 2, {{"std", {value}}}),
                ElementsAre(Fault("parameters.std", "is not positive")));
    EXPECT_THAT(Faults("funnel", 2, {{"scale", {value}}}),
                ElementsAre(Fault("parameters.scale", "is not positive")));
  }
  EXPECT_THAT(Faults("gaussian", 2, {{"rho", {1}}}),
              ElementsAre(Fault("parameters.rho", "1 is outside [")));
  EXPECT_THAT(
      Faults("coupled_wells", 2, {{"coupling", {-1}}}),
      ElementsAre(Fault("parameters.coupling", "-1 is outside [0, 100]")));
  EXPECT_THAT(Faults("rotated_many_well", 2, {{"rotation_seed", {1.5}}}),
              ElementsAre(Fault("parameters.rotation_seed", "not an integer")));
}

TEST(MakeTargetTest, RefusesWeightsThatAreNoDistribution) {
  const std::vector<double> means = {-3, 0, 3, 0};
  EXPECT_THAT(
      Faults(
          "gaussian_mixture", 2, {{"means", means}, {"weights", {0.5, 0.6}}}),
      ElementsAre(Fault("parameters.weights", "sum to 1.1")));
  EXPECT_THAT(
      Faults("gaussian_mixture", 2, {{"means", means}, {"weights", {1, 0}}}),
      ElementsAre(Fault("parameters.weights", "value 1 = 0 is not positive")));
  EXPECT_THAT(
      Faults("gaussian_mixture", 2, {{"means", means}, {"weights", {1}}}),
      ElementsAre(Fault("parameters.weights", "has 1 values for 2 means")));
  // A third each, as a person writes it.
  MakeValidTarget(
      "gaussian_mixture",
      1,
      {{"means", {1, 2, 3}}, {"weights", {0.3333333, 0.3333333, 0.3333333}}});
}

TEST(MakeTargetTest, RefusesWhatIsNoCovariance) {
  EXPECT_THAT(Faults("gaussian", 2, {{"covariance", {1, 0.5, 0.4, 1}}}),
              ElementsAre(Fault("parameters.covariance",
                                "is not symmetric: [1, 0] = 0.4")));
  EXPECT_THAT(
      Faults("gaussian", 2, {{"covariance", {1, 2, 2, 1}}}),
      ElementsAre(Fault("parameters.covariance", "is not positive definite")));
  EXPECT_THAT(
      Faults("gaussian", 2, {{"covariance", {0, 0, 0, 0}}}),
      ElementsAre(Fault("parameters.covariance", "is not positive definite")));
  const ParameterValues second = {{"means", {0, 1}}, {"covariances", {1, -1}}};
  EXPECT_THAT(Faults("gaussian_mixture", 1, second),
              ElementsAre(Fault("parameters.covariances",
                                "matrix 1 is not positive definite")));
  EXPECT_THAT(
      Faults("gaussian", 2, {{"covariance", {1, 0, 0, 1}}, {"std", {1}}}),
      ElementsAre(Fault("parameters.std", "contradicts covariance")));
}

TEST(MakeTargetTest, FindsAllFaultsAtOnce) {
  EXPECT_THAT(
      Faults("gaussian", 2, {{"std", {0}}, {"mean", {1, 2, 3}}, {"foo", {1}}}),
      UnorderedElementsAre(
          Fault("parameters.std", "not positive"),
          Fault("parameters.mean", "has 3 values"),
          Fault("parameters.foo", "no parameter of gaussian")));
  EXPECT_THAT(Faults("many_well", 7, {{"coupling", {1}}}),
              UnorderedElementsAre(
                  Fault("dimension", "7 is no multiple of 2"),
                  Fault("parameters.coupling", "no parameter of many_well")));
  EXPECT_THAT(
      Faults("gaussian_mixture",
             2,
             {{"means", {0, 0, 1, 1}}, {"weights", {0.5, 0.6}}, {"std", {-1}}}),
      UnorderedElementsAre(Fault("parameters.weights", "sum to 1.1"),
                           Fault("parameters.std", "not positive")));
}

TEST(MakeTargetTest, KeepsFaultsThatWereThereBefore) {
  Violations violations;
  violations.Add("seed", "before");
  EXPECT_NE(MakeTarget("mw54", 0, {}, violations), nullptr);
  EXPECT_EQ(violations.items().size(), 1u);
  EXPECT_EQ(MakeTarget("mw54", 3, {}, violations), nullptr);
  EXPECT_EQ(violations.items().size(), 2u);
}

}  // namespace
}  // namespace ttflow
