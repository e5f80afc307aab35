// Target converter: ttflow.v1.TargetSpec <-> the engine's targets and energies.

#ifndef TTFLOW_SERVER_CONVERT_TARGET_CONVERTER_H_
#define TTFLOW_SERVER_CONVERT_TARGET_CONVERTER_H_

#include <memory>

#include "core/foundation/violations.h"
#include "core/targets/target_registry.h"
#include "ttflow/v1/target.pb.h"
#include "ttflow/v1/target_service.pb.h"

namespace ttflow::server {

// Makes the energy of a spec. Every fault goes to `violations`, with fields
// relative to the spec ("builtin.parameters.std",
// "mixture.components[2].mean", "bounds[1].lower"); null is returned then. Its
// traits have the bounds.
std::shared_ptr<const Energy> EnergyFromProto(const v1::TargetSpec& spec,
                                              Violations& violations);

// Describes a built-in target for ListTargets.
v1::Target TargetToProto(const TargetSchema& schema);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_CONVERT_TARGET_CONVERTER_H_
