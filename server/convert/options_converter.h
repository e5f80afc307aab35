// Options converter: ttflow.v1.SamplerOptions <-> ttflow::SamplerOptions.

#ifndef TTFLOW_SERVER_CONVERT_OPTIONS_CONVERTER_H_
#define TTFLOW_SERVER_CONVERT_OPTIONS_CONVERTER_H_

#include "core/foundation/violations.h"
#include "core/sampler/sampler_options.h"
#include "ttflow/v1/sampler_options.pb.h"

namespace ttflow::server {

// Returns the engine's options; an unset field keeps its default. num_samples
// and seed stand in the job's spec and are not touched.
//
// Values are not checked (ValidateOptions does that) but for what the engine's
// types cannot hold: a number of an enum that this build does not know goes to
// `violations` under its dotted path, "flow.mode".
SamplerOptions OptionsFromProto(const v1::SamplerOptions& proto,
                                Violations& violations);

// The inverse: every field is set.
v1::SamplerOptions OptionsToProto(const SamplerOptions& options);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_CONVERT_OPTIONS_CONVERTER_H_
