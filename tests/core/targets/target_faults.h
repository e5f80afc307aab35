// What the registry finds wrong with a request, for the tests here.

#ifndef TTFLOW_TESTS_CORE_TARGETS_TARGET_FAULTS_H_
#define TTFLOW_TESTS_CORE_TARGETS_TARGET_FAULTS_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/targets/target_registry.h"

namespace ttflow {

// The faults of a request that has some.
inline std::vector<Violation> Faults(std::string_view name,
                                     Index dimension,
                                     const ParameterValues& parameters) {
  Violations violations;
  EXPECT_EQ(MakeTarget(name, dimension, parameters, violations), nullptr);
  EXPECT_FALSE(violations.empty());
  return violations.items();
}

// Matches a violation of `field` whose description contains `text`.
inline auto Fault(const std::string& field, const std::string& text) {
  return testing::AllOf(
      testing::Field(&Violation::field, field),
      testing::Field(&Violation::description, testing::HasSubstr(text)));
}

}  // namespace ttflow

#endif  // TTFLOW_TESTS_CORE_TARGETS_TARGET_FAULTS_H_
