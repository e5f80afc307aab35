// ttflow jobs: the newest jobs, one a line.

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "client/commands/commands.h"
#include "client/errors/client_error.h"
#include "client/input/option_path.h"
#include "client/input/parameter_values.h"
#include "client/output/number_format.h"
#include "client/output/summary.h"
#include "client/output/table.h"
#include "core/foundation/status_macros.h"
#include "google/protobuf/util/time_util.h"

namespace ttflow::client {
namespace {

constexpr int kMaxPage = 500;

struct JobsFlags {
  int limit = 50;
  std::vector<std::string> states;
  std::vector<std::string> labels;
};

absl::StatusOr<v1::ListJobsRequest> MakeRequest(const JobsFlags& flags) {
  v1::ListJobsRequest request;
  for (const std::string& state : flags.states) {
    const std::vector<std::string> names =
        ShortEnumNames(*v1::Job::State_descriptor());
    const auto found = std::find(names.begin(), names.end(), state);
    if (found == names.end()) {
      return UsageError(fmt::format(
          "--state {}: expected one of {}", state, fmt::join(names, ", ")));
    }
    request.add_states(static_cast<v1::Job::State>(found - names.begin() + 1));
  }
  for (const std::string& label : flags.labels) {
    TTFLOW_ASSIGN_OR_RETURN(const auto assignment,
                            SplitAssignment("--label", label));
    (*request.mutable_labels())[assignment.first] = assignment.second;
  }
  return request;
}

std::string JobsTable(const v1::ListJobsResponse& list) {
  std::vector<std::vector<std::string>> rows = {
      {"JOB", "WORK", "STATE", ">DONE", ">LOG EVIDENCE", "CREATED"}};
  for (const v1::Job& job : list.jobs()) {
    std::string evidence;
    if (job.has_result()) {
      evidence = WithError(job.result().log_evidence(),
                           job.result().log_evidence_standard_error());
    }
    const bool done = job.state() == v1::Job::STATE_SUCCEEDED;
    rows.push_back(
        {job.name(),
         WorkName(job.spec()),
         StateName(job.state()),
         fmt::format("{:.0f} %",
                     100 * (done ? 1.0 : job.progress().fraction())),
         evidence,
         google::protobuf::util::TimeUtil::ToString(job.create_time())
             .substr(0, 19)});
  }
  return TableText(rows);
}

absl::Status ListJobs(const CommandContext& context, const JobsFlags& flags) {
  TTFLOW_ASSIGN_OR_RETURN(v1::ListJobsRequest request, MakeRequest(flags));
  TTFLOW_ASSIGN_OR_RETURN(ServerAccess access, context.Connect());
  v1::ListJobsResponse all;
  while (all.jobs_size() < flags.limit) {
    request.set_page_size(std::min(flags.limit - all.jobs_size(), kMaxPage));
    TTFLOW_ASSIGN_OR_RETURN(
        const v1::ListJobsResponse page,
        access.connection->Call(access.connection->jobs(),
                                &v1::JobService::Stub::ListJobs,
                                request));
    all.mutable_jobs()->MergeFrom(page.jobs());
    all.set_next_page_token(page.next_page_token());
    request.set_page_token(page.next_page_token());
    if (page.next_page_token().empty()) break;
  }
  context.Print(all, JobsTable(all));
  if (!all.next_page_token().empty()) {
    context.Note(
        fmt::format("(more: ttflow jobs --limit {})", 10 * flags.limit));
  }
  return absl::OkStatus();
}

}  // namespace

void AddJobsCommand(CLI::App& app, CommandContext& context) {
  auto flags = std::make_shared<JobsFlags>();
  CLI::App* const command =
      app.add_subcommand("jobs", "List jobs, newest first");
  command->add_option("--limit", flags->limit, "Most jobs to list")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--state", flags->states, "Only jobs in this state")
      ->allow_extra_args(false);
  command->add_option("--label", flags->labels, "Only jobs with this label")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command->callback([flags, &context] {
    context.action = [flags, &context] { return ListJobs(context, *flags); };
  });
}

}  // namespace ttflow::client
