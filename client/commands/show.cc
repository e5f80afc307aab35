// ttflow show: what is known of one job.

#include <limits>
#include <memory>

#include "client/commands/commands.h"
#include "client/output/summary.h"
#include "core/foundation/status_macros.h"

namespace ttflow::client {
namespace {

struct ShowFlags {
  std::string job;
  bool all = false;
};

absl::Status Show(const CommandContext& context, const ShowFlags& flags) {
  TTFLOW_ASSIGN_OR_RETURN(ServerAccess access, context.Connect());
  TTFLOW_ASSIGN_OR_RETURN(const std::string name,
                          ResolveJobName(*access.connection, flags.job));
  TTFLOW_ASSIGN_OR_RETURN(const v1::Job job, access.connection->GetJob(name));
  SummaryOptions options;
  options.utf8 = context.terminal.utf8;
  if (flags.all)
    options.max_coordinates = std::numeric_limits<std::size_t>::max();
  context.Print(job, SummaryText(job, options));
  return absl::OkStatus();
}

}  // namespace

void AddShowCommand(CLI::App& app, CommandContext& context) {
  auto flags = std::make_shared<ShowFlags>();
  CLI::App* const command =
      app.add_subcommand("show", "Show a job and its result");
  command->add_option("job", flags->job, "Name of the job, or @last")
      ->required();
  command->add_flag("--all", flags->all, "Every coordinate");
  command->callback([flags, &context] {
    context.action = [flags, &context] { return Show(context, *flags); };
  });
}

}  // namespace ttflow::client
