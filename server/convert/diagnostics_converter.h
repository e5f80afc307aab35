// Diagnostics converter: what a run reports, engine -> wire, and how stages are
// kept in the store.

#ifndef TTFLOW_SERVER_CONVERT_DIAGNOSTICS_CONVERTER_H_
#define TTFLOW_SERVER_CONVERT_DIAGNOSTICS_CONVERTER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/sampler/summary.h"
#include "ttflow/v1/diagnostics.pb.h"
#include "ttflow/v1/job.pb.h"

namespace ttflow::server {

v1::Stage StageToProto(const StageInfo& info);

// The bytes of a row of `stages`: a stage and the share of the work done with
// it, in [0, 1].
std::string EncodeStage(const StageInfo& info, double fraction);

// The inverse. `sequence` is left 0: it is the store's.
// Errors: kDataLoss where the bytes are no stage.
absl::StatusOr<v1::Progress> DecodeStage(std::string_view bytes);

// What the engine does not know of its result.
struct RunFacts {
  std::uint64_t seed = 0;
  double wall_seconds = 0;
  std::int64_t num_stages = 0;  // executed, all passes
  // [d], or empty: "x1", "x2", ...
  std::vector<std::string> coordinate_names;
  // A draw job: the flow drawn from, "flows/<id>". Empty for a job that trains:
  // the name of its flow is filled in when the job is read.
  std::string flow;
};

v1::Result ResultToProto(const SampleResult& result, const RunFacts& facts);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_CONVERT_DIAGNOSTICS_CONVERTER_H_
