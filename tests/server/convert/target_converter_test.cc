#include "server/convert/target_converter.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <numbers>
#include <string>
#include <vector>

#include "core/foundation/interrupter.h"

namespace ttflow::server {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

v1::TargetSpec Parse(const std::string& text) {
  v1::TargetSpec spec;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &spec));
  return spec;
}

std::vector<std::string> FaultsOf(const std::string& text) {
  Violations violations;
  EXPECT_EQ(EnergyFromProto(Parse(text), violations), nullptr);
  std::vector<std::string> fields;
  for (const Violation& item : violations.items()) fields.push_back(item.field);
  return fields;
}

double EnergyAt(const Energy& target, const std::vector<double>& point) {
  const Matrix x = Eigen::Map<const Matrix>(
      point.data(), 1, static_cast<Index>(point.size()));
  Vector energy(1);
  NullInterrupter interrupter;
  EXPECT_TRUE(target.Evaluate(x, energy, nullptr, interrupter).ok());
  return energy(0);
}

std::shared_ptr<const Energy> Make(const std::string& text) {
  Violations violations;
  auto target = EnergyFromProto(Parse(text), violations);
  for (const Violation& item : violations.items()) {
    ADD_FAILURE() << item.field << ": " << item.description;
  }
  return target;
}

constexpr double kLogTwoPi = 1.8378770664093453;

TEST(TargetConverter, MakesBuiltinTargets) {
  const auto target = Make(R"pb(builtin { name: "many_well" dimension: 4 })pb");
  ASSERT_NE(target, nullptr);
  EXPECT_EQ(target->dimension(), 4);
}

TEST(TargetConverter, HandsParametersOver) {
  const auto target = Make(R"pb(
    builtin {
      name: "gaussian"
      dimension: 2
      parameters {
        key: "mean"
        value { values: [ 3, -1 ] }
      }
    })pb");
  ASSERT_NE(target, nullptr);
  EXPECT_LT(EnergyAt(*target, {3, -1}), EnergyAt(*target, {0, 0}));
}

TEST(TargetConverter, MixtureOfOneStdIsTheClosedForm) {
  const auto target = Make(R"pb(
    mixture {
      components {
        mean: [ 1, 2 ]
        std: 0.5
      }
    })pb");
  ASSERT_NE(target, nullptr);
  EXPECT_NEAR(EnergyAt(*target, {1, 2}), kLogTwoPi + 2 * std::log(0.5), 1e-12);
  EXPECT_NEAR(
      EnergyAt(*target, {1.5, 2}) - EnergyAt(*target, {1, 2}), 0.5, 1e-12);
}

TEST(TargetConverter, StdOfEachCoordinateAndCovarianceAgree) {
  const auto diagonal = Make(R"pb(
    mixture {
      components {
        mean: [ 0, 0 ]
        std: [ 0.5, 2 ]
        weight: 0.25
      }
      components {
        mean: [ 4, 0 ]
        std: 3
        weight: 0.75
      }
    })pb");
  const auto full = Make(R"pb(
    mixture {
      components {
        mean: [ 0, 0 ]
        covariance: [ 0.25, 0, 0, 4 ]
        weight: 0.25
      }
      components {
        mean: [ 4, 0 ]
        covariance: [ 9, 0, 0, 9 ]
        weight: 0.75
      }
    })pb");
  ASSERT_NE(diagonal, nullptr);
  ASSERT_NE(full, nullptr);
  for (const auto& x : {std::vector<double>{0.3, -1}, {4, 5}, {-2, 0}}) {
    EXPECT_NEAR(EnergyAt(*diagonal, x), EnergyAt(*full, x), 1e-12);
  }
  // Not symmetric in the two coordinates: the order of std was kept.
  EXPECT_GT(EnergyAt(*diagonal, {-2, 0}), EnergyAt(*diagonal, {0, -2}));
}

TEST(TargetConverter, WithoutWeightsAllAreEqual) {
  const auto target = Make(R"pb(
    mixture {
      components { mean: 0 }
      components { mean: 100 }
    })pb");
  ASSERT_NE(target, nullptr);
  EXPECT_NEAR(EnergyAt(*target, {0}), 0.5 * kLogTwoPi + std::log(2.0), 1e-12);
}

TEST(TargetConverter, ReportsEveryShapeOfAMixture) {
  EXPECT_THAT(FaultsOf(R"pb(mixture {
                              components {
                                mean: [ 0, 0 ]
                                weight: 0.5
                              }
                              components {
                                mean: 1
                                std: [ 1, 2, 3 ]
                              }
                              components { std: -1 weight: 0.5 }
                            })pb"),
              UnorderedElementsAre("mixture.components[1].mean",
                                   "mixture.components[1].weight",
                                   "mixture.components[1].std",
                                   "mixture.components[2].mean",
                                   "mixture.components[2].std"));
  EXPECT_THAT(FaultsOf(R"pb(mixture {
                              components { mean: 0 covariance: 1 std: 1 }
                              components { mean: 1 }
                            })pb"),
              UnorderedElementsAre("mixture.components[0].std",
                                   "mixture.components[1].covariance"));
}

TEST(TargetConverter, NamesTheUsersFieldsForFaultsOfValues) {
  EXPECT_THAT(FaultsOf(R"pb(mixture {
                              components { mean: 0 weight: 0.5 }
                              components { mean: 1 weight: 0.2 }
                            })pb"),
              ElementsAre("mixture.components.weight"));
  EXPECT_THAT(FaultsOf(R"pb(mixture { components { mean: nan } })pb"),
              ElementsAre("mixture.components.mean"));
}

TEST(TargetConverter, RefusesMatricesBeyondMemory) {
  v1::TargetSpec spec;
  auto* component = spec.mutable_mixture()->add_components();
  for (int k = 0; k < 5000; ++k) {
    component->add_mean(0);
    component->add_std(1);
  }
  Violations violations;
  EXPECT_EQ(EnergyFromProto(spec, violations), nullptr);
  ASSERT_EQ(violations.items().size(), 1u);
  EXPECT_EQ(violations.items()[0].field, "mixture.components.std");
}

TEST(TargetConverter, ReportsFaultsOfBuiltinTargets) {
  EXPECT_THAT(FaultsOf(""), ElementsAre("kind"));
  EXPECT_THAT(FaultsOf("builtin {}"), ElementsAre("builtin.name"));
  EXPECT_THAT(FaultsOf("mixture {}"), ElementsAre("mixture.components"));
  EXPECT_THAT(FaultsOf(R"pb(builtin { name: "none" })pb"),
              ElementsAre("builtin.name"));
  EXPECT_THAT(FaultsOf(R"pb(builtin { name: "gaussian" dimension: 0 })pb"),
              ElementsAre("builtin.dimension"));
  EXPECT_THAT(FaultsOf(R"pb(builtin {
                              name: "gaussian"
                              dimension: 2
                              parameters {
                                key: "colour"
                                value { values: 1 }
                              }
                            })pb"),
              ElementsAre("builtin.parameters.colour"));
}

TEST(TargetConverter, DescribesEveryTarget) {
  for (const TargetSchema& schema : TargetSchemas()) {
    const v1::Target proto = TargetToProto(schema);
    EXPECT_EQ(proto.name(), schema.name);
    EXPECT_EQ(proto.parameters_size(),
              static_cast<int>(schema.parameters.size()));
    EXPECT_EQ(proto.has_default_dimension(), schema.default_dimension > 0);
    EXPECT_EQ(proto.has_exact_sampler(), schema.has_exact_sampler);
    EXPECT_GE(proto.dimension_multiple(), 1);
  }
}

TEST(TargetConverter, BoundsAreTraits) {
  const auto one = Make(R"pb(builtin { name: "many_well" dimension: 4 }
                             bounds { lower: 0 })pb");
  ASSERT_NE(one, nullptr);
  EXPECT_EQ(one->Traits().bounds, std::vector<Bounds>(4, Bounds{.lower = 0}));
  const auto each = Make(R"pb(builtin { name: "gmm40" }
                              bounds {}
                              bounds { lower: -1 upper: 2 })pb");
  ASSERT_NE(each, nullptr);
  EXPECT_EQ(each->Traits().bounds, (std::vector<Bounds>{{}, {-1, 2}}));
  EXPECT_TRUE(
      Make(R"pb(builtin { name: "gmm40" })pb")->Traits().bounds.empty());
}

TEST(TargetConverter, NamesEveryFaultOfBounds) {
  EXPECT_THAT(FaultsOf(R"pb(builtin { name: "gmm40" }
                            bounds { lower: 1 upper: 1 }
                            bounds { lower: nan })pb"),
              ElementsAre("bounds[0].lower", "bounds[1].lower"));
  EXPECT_THAT(FaultsOf(R"pb(builtin { name: "gmm40" }
                            bounds {}
                            bounds {}
                            bounds {})pb"),
              ElementsAre("bounds"));
}

}  // namespace
}  // namespace ttflow::server
