#include "server/convert/target_converter.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/energy/bounded_energy.h"

namespace ttflow::server {
namespace {

using Component = v1::GaussianMixture::Component;

// A std for each coordinate becomes full matrices, K d^2 numbers: 128 MiB.
constexpr std::int64_t kMaxCovarianceNumbers = 1 << 24;

std::shared_ptr<const Target> MakeBuiltin(const v1::BuiltinTarget& spec,
                                          Violations& violations) {
  ParameterValues parameters;
  for (const auto& [name, list] : spec.parameters()) {
    parameters[name].assign(list.values().begin(), list.values().end());
  }
  Violations found;
  // The registry takes 0 as unset; on the wire that is what leaving it out is
  // for.
  if (spec.has_dimension() && spec.dimension() < 1) {
    found.Add("dimension",
              absl::StrCat("is ", spec.dimension(), "; must be at least 1"));
    violations.Append("builtin", found);
    return nullptr;
  }
  if (spec.name().empty()) {
    found.Add("name", "is empty; the name of a target is required");
    violations.Append("builtin", found);
    return nullptr;
  }
  std::shared_ptr<const Target> target =
      MakeTarget(spec.name(), spec.dimension(), parameters, found);
  violations.Append("builtin", found);
  return target;
}

std::string ComponentField(int index, const char* field) {
  return absl::StrCat("components[", index, "].", field);
}

// What all components have in common.
struct MixtureForm {
  int dimension = 0;
  bool weights = false;
  bool covariances = false;
  bool anisotropic = false;  // some std has a value for each coordinate
};

MixtureForm FormOf(const v1::GaussianMixture& spec) {
  MixtureForm form;
  form.dimension = spec.components(0).mean_size();
  for (const Component& component : spec.components()) {
    form.weights |= component.has_weight();
    form.covariances |= component.covariance_size() > 0;
    form.anisotropic |= component.std_size() > 1;
  }
  return form;
}

// Shapes only: values are the registry's to judge.
void CheckComponent(const Component& component,
                    int index,
                    const MixtureForm& form,
                    Violations& violations) {
  const int d = form.dimension;
  if (component.mean_size() == 0) {
    violations.Add(ComponentField(index, "mean"), "is empty; it is required");
  } else if (component.mean_size() != d) {
    violations.Add(ComponentField(index, "mean"),
                   absl::StrCat("has ",
                                component.mean_size(),
                                " values, the first component has ",
                                d));
  }
  if (form.weights && !component.has_weight()) {
    violations.Add(ComponentField(index, "weight"),
                   "is missing; give one to every component or to none");
  }
  if (component.std_size() > 1 && component.std_size() != d) {
    violations.Add(
        ComponentField(index, "std"),
        absl::StrCat("has ", component.std_size(), " values; give 1 or ", d));
  }
  for (const double value : component.std()) {
    if (!(value > 0)) {
      violations.Add(ComponentField(index, "std"),
                     absl::StrCat("is ", value, "; must be positive"));
    }
  }
  if (form.covariances) {
    if (component.std_size() > 0) {
      violations.Add(ComponentField(index, "std"),
                     "stands beside covariances; give one of the two");
    }
    if (component.covariance_size() != d * d) {
      violations.Add(ComponentField(index, "covariance"),
                     absl::StrCat("has ",
                                  component.covariance_size(),
                                  " values; give ",
                                  d * d,
                                  " to every component"));
    }
  }
}

void AppendDiagonal(const Component& component,
                    int dimension,
                    std::vector<double>& covariances) {
  for (int i = 0; i < dimension; ++i) {
    double std = 1;
    if (component.std_size() == 1) std = component.std(0);
    if (component.std_size() > 1) std = component.std(i);
    for (int j = 0; j < dimension; ++j) {
      covariances.push_back(i == j ? std * std : 0);
    }
  }
}

ParameterValues MixtureParameters(const v1::GaussianMixture& spec,
                                  const MixtureForm& form) {
  ParameterValues parameters;
  std::vector<double>& means = parameters["means"];
  for (const Component& component : spec.components()) {
    means.insert(means.end(), component.mean().begin(), component.mean().end());
    if (form.weights) parameters["weights"].push_back(component.weight());
    if (form.covariances) {
      std::vector<double>& covariances = parameters["covariances"];
      covariances.insert(covariances.end(),
                         component.covariance().begin(),
                         component.covariance().end());
    } else if (form.anisotropic) {
      AppendDiagonal(component, form.dimension, parameters["covariances"]);
    } else {
      parameters["std"].push_back(component.std_size() ? component.std(0) : 1);
    }
  }
  return parameters;
}

// The registry speaks of lists over all components; the user gave components.
std::string MixtureField(std::string_view field) {
  constexpr std::pair<std::string_view, const char*> kFields[] = {
      {"parameters.means", "components.mean"},
      {"parameters.weights", "components.weight"},
      {"parameters.std", "components.std"},
      {"parameters.covariances", "components.covariance"},
  };
  for (const auto& [registry, wire] : kFields) {
    if (field == registry) return wire;
  }
  return std::string(field);
}

std::shared_ptr<const Target> MakeMixture(const v1::GaussianMixture& spec,
                                          Violations& violations) {
  Violations found;
  if (spec.components().empty()) {
    found.Add("components", "is empty; at least one component is required");
    violations.Append("mixture", found);
    return nullptr;
  }
  const MixtureForm form = FormOf(spec);
  for (int i = 0; i < spec.components_size(); ++i) {
    CheckComponent(spec.components(i), i, form, found);
  }
  const std::int64_t numbers =
      std::int64_t{form.dimension} * form.dimension * spec.components_size();
  if (form.anisotropic && numbers > kMaxCovarianceNumbers) {
    found.Add("components.std",
              absl::StrCat("needs ",
                           numbers,
                           " numbers in full matrices; at most ",
                           kMaxCovarianceNumbers,
                           " are possible: give one std a component"));
  }
  std::shared_ptr<const Target> target;
  if (found.empty()) {
    Violations registry;
    target = MakeTarget("gaussian_mixture",
                        form.dimension,
                        MixtureParameters(spec, form),
                        registry);
    for (const Violation& violation : registry.items()) {
      found.Add(MixtureField(violation.field), violation.description);
    }
  }
  violations.Append("mixture", found);
  return target;
}

std::shared_ptr<const Target> MakeOfKind(const v1::TargetSpec& spec,
                                         Violations& violations) {
  switch (spec.kind_case()) {
    case v1::TargetSpec::kBuiltin:
      return MakeBuiltin(spec.builtin(), violations);
    case v1::TargetSpec::kMixture:
      return MakeMixture(spec.mixture(), violations);
    case v1::TargetSpec::KIND_NOT_SET:
      break;
  }
  violations.Add("kind", "is missing; give `builtin` or `mixture`");
  return nullptr;
}

// One entry stands for all coordinates.
std::vector<Bounds> BoundsFromProto(const v1::TargetSpec& spec,
                                    Index dimension) {
  std::vector<Bounds> bounds;
  for (const v1::Bounds& given : spec.bounds()) {
    Bounds& added = bounds.emplace_back();
    if (given.has_lower()) added.lower = given.lower();
    if (given.has_upper()) added.upper = given.upper();
  }
  if (bounds.size() == 1) {
    bounds.assign(static_cast<std::size_t>(dimension), bounds.front());
  }
  return bounds;
}

}  // namespace

std::shared_ptr<const Energy> EnergyFromProto(const v1::TargetSpec& spec,
                                              Violations& violations) {
  std::shared_ptr<const Target> target = MakeOfKind(spec, violations);
  if (target == nullptr || spec.bounds().empty()) return target;
  std::vector<Bounds> bounds = BoundsFromProto(spec, target->dimension());
  Violations found;
  ValidateBounds(bounds, target->dimension(), found);
  if (!found.empty()) {
    for (const Violation& fault : found.items()) {
      violations.Add("bounds" + fault.field, fault.description);
    }
    return nullptr;
  }
  return std::make_shared<const BoundedEnergy>(std::move(target),
                                               std::move(bounds));
}

v1::Target TargetToProto(const TargetSchema& schema) {
  v1::Target proto;
  proto.set_name(schema.name);
  proto.set_description(schema.description);
  for (const ParameterSchema& parameter : schema.parameters) {
    v1::TargetParameter& added = *proto.add_parameters();
    added.set_name(parameter.name);
    added.set_description(parameter.description);
    if (parameter.default_value) {
      added.set_default_value(*parameter.default_value);
    }
    added.set_required(parameter.required);
    added.set_minimum(parameter.minimum);
    added.set_maximum(parameter.maximum);
  }
  if (schema.default_dimension > 0) {
    proto.set_default_dimension(
        static_cast<std::int32_t>(schema.default_dimension));
  }
  proto.set_minimum_dimension(
      static_cast<std::int32_t>(schema.minimum_dimension));
  if (schema.maximum_dimension > 0) {
    proto.set_maximum_dimension(
        static_cast<std::int32_t>(schema.maximum_dimension));
  }
  proto.set_dimension_multiple(
      static_cast<std::int32_t>(schema.dimension_multiple));
  proto.set_has_exact_evidence(schema.has_exact_evidence);
  proto.set_has_exact_sampler(schema.has_exact_sampler);
  return proto;
}

}  // namespace ttflow::server
