// ttflow cancel: asks a job to stop.

#include <fmt/format.h>

#include <memory>

#include "client/commands/commands.h"
#include "client/output/summary.h"
#include "core/foundation/status_macros.h"

namespace ttflow::client {
namespace {

absl::Status Cancel(const CommandContext& context, const std::string& name) {
  TTFLOW_ASSIGN_OR_RETURN(ServerAccess access, context.Connect());
  v1::CancelJobRequest request;
  TTFLOW_ASSIGN_OR_RETURN(*request.mutable_name(),
                          ResolveJobName(*access.connection, name));
  TTFLOW_ASSIGN_OR_RETURN(
      const v1::CancelJobResponse response,
      access.connection->Call(access.connection->jobs(),
                              &v1::JobService::Stub::CancelJob,
                              request));
  const v1::Job& job = response.job();
  const char* const more = job.state() == v1::Job::STATE_RUNNING
                               ? ", stops within one batch of energies"
                               : "";
  context.Print(
      job, fmt::format("{}  {}{}\n", job.name(), StateName(job.state()), more));
  return absl::OkStatus();
}

}  // namespace

void AddCancelCommand(CLI::App& app, CommandContext& context) {
  auto name = std::make_shared<std::string>();
  CLI::App* const command = app.add_subcommand("cancel", "Ask a job to stop");
  command->add_option("job", *name, "Name of the job, or @last")->required();
  command->callback([name, &context] {
    context.action = [name, &context] { return Cancel(context, *name); };
  });
}

}  // namespace ttflow::client
