#include "tests/conformance/move_conformance.h"

#include <gtest/gtest.h>

#include <string>

namespace ttflow {
namespace {

MoveCase Case(const std::string& name,
              MoveKind kind,
              double step_size,
              int num_leapfrog_steps,
              double log_step_spread) {
  MoveSettings settings;
  settings.kind = kind;
  settings.step_size = step_size;
  settings.num_leapfrog_steps = num_leapfrog_steps;
  settings.log_step_spread = log_step_spread;
  return {name, settings};
}

INSTANTIATE_TEST_SUITE_P(
    Langevin,
    MoveConformance,
    testing::Values(Case("FixedStep", MoveKind::kMala, 0.8, 0, 0),
                    Case("SpreadStep", MoveKind::kMala, 0.7, 0, 0.5)),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Hmc,
    MoveConformance,
    testing::Values(Case("FixedStep", MoveKind::kHmc, 0.6, 4, 0),
                    Case("SpreadStep", MoveKind::kHmc, 0.5, 5, 0.7)),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace ttflow
