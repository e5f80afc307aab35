// Every built-in target in every form of its parameters, for the tests here.

#ifndef TTFLOW_TESTS_CORE_TARGETS_TEST_TARGETS_H_
#define TTFLOW_TESTS_CORE_TARGETS_TEST_TARGETS_H_

#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "core/targets/target_registry.h"

namespace ttflow {

// Makes a target whose arguments are valid; fails the test otherwise.
inline std::shared_ptr<const Target> MakeValidTarget(
    std::string_view name,
    Index dimension,
    const ParameterValues& parameters = {}) {
  Violations violations;
  std::shared_ptr<const Target> target =
      MakeTarget(name, dimension, parameters, violations);
  for (const Violation& violation : violations.items()) {
    ADD_FAILURE() << violation.field << ": " << violation.description;
  }
  return target;
}

// The energies of points [N, d].
inline Vector Energies(const Target& target, const Matrix& x) {
  Vector energy(x.rows());
  NullInterrupter never;
  const absl::Status status = target.Evaluate(x, energy, nullptr, never);
  EXPECT_TRUE(status.ok()) << status;
  return energy;
}

struct TargetCase {
  std::string label;  // letters and digits
  std::string name;
  Index dimension;
  ParameterValues parameters;
  double width;  // of the points at which it is probed
  double reach;  // of the box that holds its mass, where d <= 3 and log Z known
  // Of the gradient and its products with x, under the density: what a mean of
  // exact draws needs.
  bool has_variances = true;

  std::shared_ptr<const Target> Make() const {
    return MakeValidTarget(name, dimension, parameters);
  }
};

inline std::ostream& operator<<(std::ostream& out, const TargetCase& c) {
  return out << c.label;
}

inline std::vector<TargetCase> TargetCases() {
  return {
      {"GaussianStandard", "gaussian", 3, {}, 2, 9},
      {"GaussianScaled",
       "gaussian",
       2,
       {{"mean", {1, -2}}, {"std", {0.5, 2}}},
       3,
       16},
      {"GaussianChain", "gaussian", 16, {{"rho", {0.9}}}, 1, 0},
      {"GaussianScaledChain",
       "gaussian",
       2,
       {{"rho", {-0.6}}, {"std", {1, 0.5}}, {"mean", {0.25}}},
       2,
       10},
      {"GaussianFull",
       "gaussian",
       0,
       {{"covariance", {2, 0.6, 0.6, 0.5}}, {"mean", {1, 0}}},
       2,
       14},
      {"MixtureTwo",
       "gaussian_mixture",
       2,
       {{"means", {-3, 0, 3, 0}}, {"std", {0.7}}},
       3,
       10},
      {"MixtureUneven",
       "gaussian_mixture",
       2,
       {{"means", {-3, 0, 3, 0}}, {"std", {0.7, 1.2}}, {"weights", {0.8, 0.2}}},
       3,
       12},
      {"MixtureOnALine",
       "gaussian_mixture",
       1,
       {{"means", {-3, 0, 4}}, {"std", {0.3}}},
       4,
       10},
      {"MixtureFull",
       "gaussian_mixture",
       2,
       {{"means", {-2, 0, 2, 1}},
        {"covariances", {1, 0.8, 0.8, 1, 0.5, -0.2, -0.2, 0.4}}},
       2,
       10},
      {"MixtureInSpace",
       "gaussian_mixture",
       3,
       {{"means", {-2, 0, 0, 2, 1, 0}}},
       2,
       9},
      {"Gmm40", "gmm40", 2, {}, 20, 56},
      {"ManyWell2", "many_well", 2, {}, 1.5, 9},
      {"ManyWell8", "many_well", 8, {}, 1.5, 0},
      {"RotatedManyWell2",
       "rotated_many_well",
       2,
       {{"rotation_seed", {3}}},
       1.5,
       9},
      {"RotatedManyWell8", "rotated_many_well", 8, {}, 1.5, 0},
      {"CoupledWells1", "coupled_wells", 1, {}, 1.5, 5},
      {"CoupledWells2", "coupled_wells", 2, {{"coupling", {0.5}}}, 1.5, 5},
      {"CoupledWells3", "coupled_wells", 3, {{"coupling", {0.1}}}, 1.5, 4},
      {"CoupledWells8", "coupled_wells", 8, {}, 1.5, 0},
      {"CoupledWellsStiff", "coupled_wells", 4, {{"coupling", {20}}}, 1.5, 0},
      {"CoupledWellsOther",
       "coupled_wells",
       3,
       {{"coupling", {0}}, {"quartic", {0.3}}, {"sine", {1}}},
       1.5,
       4},
      {"CoupledWellsAll",
       "coupled_wells",
       6,
       {{"coupling", {0.2}}, {"quartic", {0.1}}, {"sine", {-2}}},
       1.5,
       0},
      {"Mw54", "mw54", 5, {}, 2, 0},
      {"Funnel10", "funnel", 10, {}, 2, 0},
      {"FunnelShort", "funnel", 2, {{"scale", {0.5}}}, 1, 12},
      {"Phi4Small", "phi4", 4, {{"lambda", {0.5}}}, 1.5, 0},
      {"Phi4Odd", "phi4", 9, {{"kappa", {-0.7}}, {"lambda", {1.5}}}, 1.5, 0},
      {"Phi4", "phi4", 0, {}, 2, 0},
      {"StudentOnALine",
       "student_mixture",
       1,
       {{"centers", {-3, 4}},
        {"degrees_of_freedom", {5}},
        {"weights", {0.3, 0.7}}},
       4,
       400},
      {"StudentInThePlane",
       "student_mixture",
       2,
       {{"centers", {-3, 0, 2, 1, 0, -3}},
        {"degrees_of_freedom", {20}},
        {"scale", {0.5}}},
       3,
       20},
      {"StudentDefault", "student_mixture", 0, {}, 8, 0, false},
      {"StudentInTen", "student_mixture", 10, {}, 8, 0, false},
      {"EightSchools", "eight_schools", 0, {}, 1, 0},
      // Its slope 1 / tau has no mean: the density of tau ends at 0 abruptly.
      {"EightSchoolsCentered",
       "eight_schools",
       10,
       {{"centered", {1}}},
       1,
       0,
       false},
      {"Logistic",
       "logistic",
       0,
       {{"features", {0.5, -1, 2, 0.3, -0.7, 1.1, 0, -2}},
        {"labels", {1, 0, 0, 1}}},
       2,
       0},
      {"LogisticBare",
       "logistic",
       1,
       {{"features", {0.5, -3, 2}},
        {"labels", {1, 0, 1}},
        {"prior_std", {2}},
        {"intercept", {0}}},
       2,
       0},
  };
}

struct TargetCaseName {
  std::string operator()(const testing::TestParamInfo<TargetCase>& info) const {
    return info.param.label;
  }
};

}  // namespace ttflow

#endif  // TTFLOW_TESTS_CORE_TARGETS_TEST_TARGETS_H_
