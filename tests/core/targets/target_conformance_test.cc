#include "tests/conformance/energy_conformance.h"
#include "tests/core/targets/test_targets.h"

namespace ttflow {
namespace {

std::vector<EnergyCase> Cases() {
  std::vector<EnergyCase> cases;
  for (const TargetCase& c : TargetCases()) {
    cases.push_back(
        {.name = c.label,
         .make = [c] { return c.Make(); },
         .width = c.width,
         .log_evidence = c.reach > 0 ? c.Make()->LogEvidence() : std::nullopt,
         .reach = c.reach});
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Targets,
                         EnergyConformance,
                         testing::ValuesIn(Cases()),
                         EnergyCaseName());

}  // namespace
}  // namespace ttflow
