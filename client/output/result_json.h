// result.json: what a run found, in numbers.

#ifndef TTFLOW_CLIENT_OUTPUT_RESULT_JSON_H_
#define TTFLOW_CLIENT_OUTPUT_RESULT_JSON_H_

#include <span>

#include "client/output/proto_json.h"
#include "ttflow/v1/diagnostics.pb.h"
#include "ttflow/v1/job.pb.h"
#include "ttflow/v1/target.pb.h"

namespace ttflow::client {

// A target as {"name", "dimension", "parameters": {"coupling": [0.5]}}; an
// inline mixture as {"name": "mixture", "components": [...]}.
Json TargetJson(const v1::TargetSpec& target);

// The document of a job that SUCCEEDED, its keys as the README lists them.
// `target` is what was sampled: of a draw job the flow's. `stages` are all
// stages of the job, in order. Numbers that are not finite are null.
Json ResultJson(const v1::Job& job,
                const v1::TargetSpec& target,
                std::span<const v1::Stage> stages);

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_OUTPUT_RESULT_JSON_H_
