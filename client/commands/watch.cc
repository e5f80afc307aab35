// ttflow watch: the progress of a job, live, until it ends.

#include <memory>

#include "client/commands/commands.h"
#include "client/commands/follow.h"
#include "core/foundation/status_macros.h"

namespace ttflow::client {
namespace {

absl::Status WatchJob(const CommandContext& context, const std::string& name) {
  TTFLOW_ASSIGN_OR_RETURN(ServerAccess access,
                          context.Connect(/*runs_jobs=*/true));
  TTFLOW_ASSIGN_OR_RETURN(const std::string job,
                          ResolveJobName(*access.connection, name));
  return FollowToEnd(context, access, job, {});
}

}  // namespace

void AddWatchCommand(CLI::App& app, CommandContext& context) {
  auto name = std::make_shared<std::string>();
  CLI::App* const command =
      app.add_subcommand("watch", "Show the progress of a job until it ends");
  command->add_option("job", *name, "Name of the job, or @last")->required();
  command->callback([name, &context] {
    context.action = [name, &context] { return WatchJob(context, *name); };
  });
}

}  // namespace ttflow::client
