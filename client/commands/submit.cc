// ttflow submit: queues a job on a server and returns at once.

#include <fmt/format.h>

#include <memory>

#include "client/commands/commands.h"
#include "client/commands/job_options.h"
#include "client/errors/client_error.h"
#include "core/foundation/status_macros.h"

namespace ttflow::client {
namespace {

absl::Status Submit(const CommandContext& context, const JobFlags& flags) {
  if (context.flags.server.empty()) {
    return UsageError(
        "submit needs a server, which goes on when this process has ended",
        {"name one:     --server ADDR, or TTFLOW_ADDRESS",
         "or wait here: ttflow run ... --out DIR"});
  }
  TTFLOW_ASSIGN_OR_RETURN(const v1::JobSpec spec, BuildJobSpec(flags));
  TTFLOW_ASSIGN_OR_RETURN(ServerAccess access, context.Connect());
  TTFLOW_ASSIGN_OR_RETURN(
      const v1::CreateJobResponse created,
      CreateJob(*access.connection, spec, /*validate_only=*/false));
  // The name alone, so that scripts can take it.
  context.Print(created.job(), created.job().name() + "\n");
  context.Note(fmt::format("estimate: {}\nnext: ttflow resume {} --out DIR{}",
                           EstimateText(created.estimate()),
                           created.job().name(),
                           access.Flag()));
  return absl::OkStatus();
}

}  // namespace

void AddSubmitCommand(CLI::App& app, CommandContext& context) {
  auto flags = std::make_shared<JobFlags>();
  CLI::App* const command =
      app.add_subcommand("submit", "Queue a job on a server");
  AddJobFlags(*command, *flags);
  command->callback([flags, &context] {
    context.action = [flags, &context] { return Submit(context, *flags); };
  });
}

}  // namespace ttflow::client
