// Target registry: the built-in energies by name, with their parameter schemas.

#ifndef TTFLOW_CORE_TARGETS_TARGET_REGISTRY_H_
#define TTFLOW_CORE_TARGETS_TARGET_REGISTRY_H_

#include <memory>
#include <span>
#include <string_view>

#include "core/foundation/violations.h"
#include "core/targets/target.h"

namespace ttflow {

// All built-in targets, in the order of the documentation.
std::span<const TargetSchema> TargetSchemas();

// Makes a target. `dimension` 0 means unset: the schema's default or what the
// parameters imply. Every fault goes to `violations` (fields "name",
// "dimension", "parameters.NAME"), all of them at once; null is returned then.
std::shared_ptr<const Target> MakeTarget(std::string_view name,
                                         Index dimension,
                                         const ParameterValues& parameters,
                                         Violations& violations);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TARGETS_TARGET_REGISTRY_H_
