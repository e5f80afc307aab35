#include "server/handlers/job_handlers.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/foundation/status_macros.h"
#include "server/convert/flow_converter.h"
#include "server/convert/job_converter.h"
#include "server/convert/job_spec_validation.h"
#include "server/convert/resource_names.h"
#include "server/handlers/request_fields.h"
#include "server/rpc/rpc_status.h"
#include "server/storage/job_id.h"

namespace ttflow::server {
namespace {

// Of a list's specs and results: clients refuse messages of 4 MiB by default.
constexpr std::int64_t kMaxListBytes = 2 << 20;

// Below 2^53, so that a seed survives JSON numbers.
std::uint64_t FreshSeed() {
  std::random_device device;
  return ((std::uint64_t{device()} << 32) | device()) >> 11;
}

// The same bytes for the same message: maps are sorted.
std::string SerializeDeterministically(
    const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

// The description of the flow that a draw names; nullopt for a job that trains,
// or where the name is no flow's (a fault that PrepareJob reports).
absl::StatusOr<std::optional<v1::Flow>> FlowOf(ServiceContext& context,
                                               const v1::JobSpec& spec) {
  if (!spec.has_draw()) return std::optional<v1::Flow>();
  const auto id = ParseFlowName(spec.draw().flow());
  if (!id.has_value()) return std::optional<v1::Flow>();
  TTFLOW_ASSIGN_OR_RETURN(const FlowRecord record, context.jobs.GetFlow(*id));
  TTFLOW_ASSIGN_OR_RETURN(v1::Flow flow, FlowToProto(record));
  return std::optional<v1::Flow>(std::move(flow));
}

std::string FiltersOf(const JobQuery& query) {
  std::string text;
  for (const JobState state : query.states) {
    absl::StrAppend(&text, static_cast<int>(state), ";");
  }
  for (const auto& [key, value] : query.labels)
    absl::StrAppend(&text, key, "=", value, ";");
  return text;
}

}  // namespace

absl::Status CreateJob(ServiceContext& context,
                       const v1::CreateJobRequest& request,
                       v1::CreateJobResponse& response) {
  const v1::JobSpec& spec = request.job_spec();
  Violations violations;
  if (!request.request_id().empty() && !IsUuid(request.request_id())) {
    violations.Add("request_id", "must be a UUID, or empty");
  }
  if (static_cast<std::int64_t>(spec.ByteSizeLong()) >
      context.limits.max_spec_bytes) {
    return InvalidField("job_spec",
                        absl::StrCat("has ",
                                     spec.ByteSizeLong(),
                                     " bytes; at most ",
                                     context.limits.max_spec_bytes,
                                     " are kept"));
  }
  TTFLOW_ASSIGN_OR_RETURN(const std::optional<v1::Flow> flow,
                          FlowOf(context, spec));
  Violations in_spec;
  const PreparedJob prepared = PrepareJob(spec,
                                          flow.has_value() ? &*flow : nullptr,
                                          FreshSeed(),
                                          context.limits,
                                          in_spec);
  violations.Append("job_spec", in_spec);
  if (!violations.empty()) return InvalidRequest(violations);

  response.mutable_estimate()->set_memory_bytes(prepared.estimate.memory_bytes);
  response.mutable_estimate()->set_num_energy_evaluations(
      prepared.estimate.num_energy_evaluations);
  if (request.validate_only()) {
    *response.mutable_job()->mutable_spec() = prepared.effective;
    return absl::OkStatus();
  }
  NewJob job;
  job.spec = SerializeDeterministically(prepared.effective);
  job.request_id = request.request_id();
  job.request_fingerprint = SerializeDeterministically(spec);
  job.labels = Labels(spec.labels().begin(), spec.labels().end());
  TTFLOW_ASSIGN_OR_RETURN(const CreatedJob created,
                          context.jobs.CreateJob(job));
  TTFLOW_ASSIGN_OR_RETURN(*response.mutable_job(), JobToProto(created.job));
  return absl::OkStatus();
}

absl::Status GetJob(ServiceContext& context,
                    const v1::GetJobRequest& request,
                    v1::GetJobResponse& response) {
  TTFLOW_ASSIGN_OR_RETURN(const std::string id, JobIdOf(request.name()));
  TTFLOW_ASSIGN_OR_RETURN(const JobRecord record, context.jobs.GetJob(id));
  TTFLOW_ASSIGN_OR_RETURN(*response.mutable_job(), JobToProto(record));
  return absl::OkStatus();
}

absl::Status ListJobs(ServiceContext& context,
                      const v1::ListJobsRequest& request,
                      v1::ListJobsResponse& response) {
  Violations violations;
  JobQuery query;
  query.max_bytes = kMaxListBytes;
  query.page_size = PageSizeOf(request.page_size(), context.limits, violations);
  for (int i = 0; i < request.states_size(); ++i) {
    const auto state = StateFromProto(request.states(i));
    if (state.has_value()) {
      query.states.push_back(*state);
    } else {
      violations.Add(absl::StrCat("states[", i, "]"), "is no state of a job");
    }
  }
  query.labels = Labels(request.labels().begin(), request.labels().end());
  const std::string filters = FiltersOf(query);
  query.cursor = ParsePageToken(request.page_token(), filters, violations);
  if (!violations.empty()) return InvalidRequest(violations);
  TTFLOW_ASSIGN_OR_RETURN(const JobPage page, context.jobs.ListJobs(query));
  for (const JobRecord& record : page.jobs) {
    TTFLOW_ASSIGN_OR_RETURN(*response.add_jobs(), JobToProto(record));
  }
  response.set_next_page_token(MakePageToken(page.next_cursor, filters));
  return absl::OkStatus();
}

absl::Status CancelJob(ServiceContext& context,
                       const v1::CancelJobRequest& request,
                       v1::CancelJobResponse& response) {
  TTFLOW_ASSIGN_OR_RETURN(const std::string id, JobIdOf(request.name()));
  TTFLOW_ASSIGN_OR_RETURN(const JobRecord record, context.jobs.CancelJob(id));
  TTFLOW_ASSIGN_OR_RETURN(*response.mutable_job(), JobToProto(record));
  return absl::OkStatus();
}

absl::Status DeleteJob(ServiceContext& context,
                       const v1::DeleteJobRequest& request,
                       v1::DeleteJobResponse&) {
  TTFLOW_ASSIGN_OR_RETURN(const std::string id, JobIdOf(request.name()));
  const absl::Status status = context.jobs.DeleteJob(id);
  if (request.allow_missing() && absl::IsNotFound(status))
    return absl::OkStatus();
  return status;
}

}  // namespace ttflow::server
