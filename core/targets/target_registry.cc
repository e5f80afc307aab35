#include "core/targets/target_registry.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/targets/coupled_wells.h"
#include "core/targets/eight_schools.h"
#include "core/targets/funnel.h"
#include "core/targets/gaussian.h"
#include "core/targets/gaussian_mixture.h"
#include "core/targets/logistic.h"
#include "core/targets/many_well.h"
#include "core/targets/mw54.h"
#include "core/targets/phi4.h"
#include "core/targets/rotated_many_well.h"
#include "core/targets/student_mixture.h"
#include "core/targets/target_parameters.h"

namespace ttflow {
namespace {

// One row a target; a new target adds its own.
struct Row {
  TargetSchema (*schema)();
  std::shared_ptr<const Target> (*make)(TargetParameters& parameters);
};

constexpr Row kRows[] = {
    {GaussianSchema, MakeGaussian},
    {GaussianMixtureSchema, MakeGaussianMixture},
    {Gmm40Schema, MakeGmm40},
    {ManyWellSchema, MakeManyWell},
    {RotatedManyWellSchema, MakeRotatedManyWell},
    {CoupledWellsSchema, MakeCoupledWells},
    {Mw54Schema, MakeMw54},
    {FunnelSchema, MakeFunnel},
    {Phi4Schema, MakePhi4},
    {StudentMixtureSchema, MakeStudentMixture},
    {EightSchoolsSchema, MakeEightSchools},
    {LogisticSchema, MakeLogistic},
};

std::string UnknownName(std::string_view name) {
  std::vector<std::string> names;
  for (const TargetSchema& schema : TargetSchemas())
    names.push_back(schema.name);
  const std::string nearest = NearestName(name, names);
  return absl::StrCat(
      "'",
      absl::string_view(name.data(), name.size()),
      "' is no target; ",
      nearest.empty() ? "" : absl::StrCat("did you mean '", nearest, "'? "),
      "There are: ",
      absl::StrJoin(names, ", "));
}

}  // namespace

std::span<const TargetSchema> TargetSchemas() {
  static const std::vector<TargetSchema>& schemas = *[] {
    auto* made = new std::vector<TargetSchema>;
    for (const Row& row : kRows) made->push_back(row.schema());
    return made;
  }();
  return schemas;
}

std::shared_ptr<const Target> MakeTarget(std::string_view name,
                                         Index dimension,
                                         const ParameterValues& parameters,
                                         Violations& violations) {
  const std::span<const TargetSchema> schemas = TargetSchemas();
  for (std::size_t i = 0; i < schemas.size(); ++i) {
    if (schemas[i].name != name) continue;
    Violations found;
    TargetParameters reader(schemas[i], dimension, parameters, found);
    std::shared_ptr<const Target> target = kRows[i].make(reader);
    for (const Violation& violation : found.items()) {
      violations.Add(violation.field, violation.description);
    }
    return found.empty() ? target : nullptr;
  }
  violations.Add("name", UnknownName(name));
  return nullptr;
}

}  // namespace ttflow
