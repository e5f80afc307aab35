#include "server/jobs/sampling_runner.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/foundation/status_macros.h"
#include "core/sampler/sampler.h"
#include "server/convert/diagnostics_converter.h"
#include "server/convert/flow_converter.h"
#include "server/convert/job_spec_validation.h"
#include "server/convert/model_codec.h"
#include "server/convert/resource_names.h"
#include "server/convert/rows.h"
#include "server/storage/store_error.h"
#include "ttflow/v1/job.pb.h"

namespace ttflow::server {
namespace {

// A flow to draw from: what the API shows of it, and the model itself.
struct LoadedFlow {
  v1::Flow description;
  std::shared_ptr<const Model> model;
};

absl::StatusOr<LoadedFlow> LoadFlow(FlowStore& flows, const std::string& name) {
  const std::optional<std::string> id = ParseFlowName(name);
  if (!id.has_value()) {
    return ErrorWithReason(absl::StatusCode::kInvalidArgument,
                           kInvalidSpec,
                           absl::StrCat("'", name, "' is no name of a flow"));
  }
  TTFLOW_ASSIGN_OR_RETURN(const FlowRecord record, flows.Get(*id));
  LoadedFlow flow;
  TTFLOW_ASSIGN_OR_RETURN(flow.description, FlowToProto(record));
  TTFLOW_ASSIGN_OR_RETURN(Model model, DecodeModel(record.model));
  flow.model = std::make_shared<const Model>(std::move(model));
  return flow;
}

// The spec was valid when it was accepted; a server with other limits, or of
// another version, may see it differently.
absl::StatusOr<PreparedJob> Prepare(const v1::JobSpec& spec,
                                    const std::optional<LoadedFlow>& flow,
                                    const Limits& limits) {
  Violations violations;
  PreparedJob prepared =
      PrepareJob(spec,
                 flow.has_value() ? &flow->description : nullptr,
                 spec.seed(),
                 limits,
                 violations);
  if (violations.empty()) {
    return prepared;
  }
  std::string message = "the spec is not valid any more:";
  for (const Violation& violation : violations.items()) {
    absl::StrAppend(
        &message, " ", violation.field, " ", violation.description, ";");
  }
  message.pop_back();
  return ErrorWithReason(
      absl::StatusCode::kInvalidArgument, kInvalidSpec, message);
}

absl::StatusOr<std::unique_ptr<Sampler>> MakeSampler(
    const PreparedJob& job,
    const std::optional<LoadedFlow>& flow,
    const Executor& executor) {
  if (flow.has_value()) {
    return Sampler::CreateDraw(job.target, flow->model, job.draw, executor);
  }
  return Sampler::Create(job.target, job.options, executor);
}

// What the engine refuses to go on with has no reason of its own.
absl::Status WithRunReason(const absl::Status& status) {
  if (status.code() != absl::StatusCode::kFailedPrecondition ||
      !ReasonOf(status).empty()) {
    return status;
  }
  const absl::string_view message = status.message();
  return ErrorWithReason(status.code(),
                         kRunFailed,
                         std::string_view(message.data(), message.size()));
}

absl::Status RunStages(Sampler& sampler,
                       StageSink& stages,
                       Interrupter& interrupter) {
  std::size_t num_reported = 0;
  while (!sampler.done()) {
    TTFLOW_RETURN_IF_ERROR(WithRunReason(sampler.Step(interrupter)));
    for (; num_reported < sampler.stages().size(); ++num_reported) {
      TTFLOW_RETURN_IF_ERROR(stages.AppendStage(
          EncodeStage(sampler.stages()[num_reported], sampler.progress())));
    }
  }
  return absl::OkStatus();
}

Completion Complete(Sampler& sampler, const v1::JobSpec& spec, RunFacts facts) {
  facts.num_stages = static_cast<std::int64_t>(sampler.stages().size());
  SampleResult result = sampler.TakeResult();
  Completion completion;
  completion.result = ResultToProto(result, facts).SerializeAsString();
  completion.samples =
      MakeRowSource(std::make_shared<const Matrix>(std::move(result.samples)));
  completion.particles = MakeRowSource(
      std::make_shared<const Matrix>(std::move(result.particles)));
  completion.log_weights = MakeRowSource(
      std::make_shared<const Matrix>(std::move(result.log_weights)));
  const std::shared_ptr<const Model> model = sampler.model();
  if (spec.has_sample() && model != nullptr) {
    completion.flow = FlowToStore(*model, spec.sample().target());
  }
  return completion;
}

}  // namespace

absl::StatusOr<Completion> SamplingRunner::Run(const JobRecord& job,
                                               StageSink& stages,
                                               Interrupter& interrupter) {
  const auto begin = std::chrono::steady_clock::now();
  v1::JobSpec spec;
  if (!spec.ParseFromString(job.spec)) {
    return ErrorWithReason(absl::StatusCode::kDataLoss,
                           kStoreFailed,
                           "the stored spec is damaged");
  }
  std::optional<LoadedFlow> flow;
  if (spec.has_draw()) {
    TTFLOW_ASSIGN_OR_RETURN(flow, LoadFlow(flows_, spec.draw().flow()));
  }
  TTFLOW_ASSIGN_OR_RETURN(const PreparedJob prepared,
                          Prepare(spec, flow, limits_));
  TTFLOW_ASSIGN_OR_RETURN(const auto sampler,
                          MakeSampler(prepared, flow, executor_));
  TTFLOW_RETURN_IF_ERROR(RunStages(*sampler, stages, interrupter));
  const std::chrono::duration<double> wall =
      std::chrono::steady_clock::now() - begin;
  return Complete(
      *sampler,
      spec,
      {.seed = spec.seed(),
       .wall_seconds = wall.count(),
       .coordinate_names = prepared.target->Traits().coordinate_names,
       .flow = spec.draw().flow()});
}

}  // namespace ttflow::server
