// Job spec validation: a JobSpec -> what runs, or every fault at once.

#ifndef TTFLOW_SERVER_CONVERT_JOB_SPEC_VALIDATION_H_
#define TTFLOW_SERVER_CONVERT_JOB_SPEC_VALIDATION_H_

#include <cstdint>
#include <memory>

#include "core/energy/energy.h"
#include "core/foundation/violations.h"
#include "core/sampler/sampler.h"
#include "core/sampler/sampler_options.h"
#include "server/limits.h"
#include "ttflow/v1/flow_service.pb.h"
#include "ttflow/v1/job.pb.h"

namespace ttflow::server {

// A valid spec, ready to run.
struct PreparedJob {
  // What runs: number of samples, seed and options filled in. Preparing it
  // again gives the same job.
  v1::JobSpec effective;
  std::shared_ptr<const Energy> target;
  // Of a job that trains; number of samples and seed are in it.
  SamplerOptions options;
  // Of a job that draws.
  DrawOptions draw;
  ResourceEstimate estimate;
};

// Checks a spec and fills it in. `fresh_seed` is taken where the spec has none.
// A job that draws needs the description of its flow; null: the spec's flow
// does not exist, which the caller reports otherwise.
//
// Every fault goes to `violations` with its field relative to the spec
// ("sample.options.flow.max_rank", "num_samples"); the result is meaningless
// then. A job whose memory estimate is over the limit is such a fault: it names
// the estimate and the field that drives it.
PreparedJob PrepareJob(const v1::JobSpec& spec,
                       const v1::Flow* flow,
                       std::uint64_t fresh_seed,
                       const Limits& limits,
                       Violations& violations);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_CONVERT_JOB_SPEC_VALIDATION_H_
