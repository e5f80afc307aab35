#include "client/commands/commands.h"

namespace ttflow::client {

void AddAllCommands(CLI::App& app, CommandContext& context) {
  GlobalFlags& flags = context.flags;
  app.require_subcommand(1);
  app.fallthrough();  // global flags may follow the subcommand
  app.add_option("--server",
                 flags.server,
                 "Address of a server; without it, work in this process")
      ->envname("TTFLOW_ADDRESS")
      ->type_name("ADDR");
  app.add_option(
         "--timeout", flags.timeout_seconds, "Seconds to wait for an answer")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_flag("--json",
               flags.json,
               "Print one JSON document (protobuf JSON, proto field names)");
  app.add_flag("--quiet", flags.quiet, "No progress, no hints");
  app.add_flag("--no-color", flags.no_color, "No colours, as NO_COLOR=1");
  AddRunCommand(app, context);
  AddSubmitCommand(app, context);
  AddWatchCommand(app, context);
  AddResumeCommand(app, context);
  AddSamplesCommand(app, context);
  AddJobsCommand(app, context);
  AddShowCommand(app, context);
  AddCancelCommand(app, context);
  AddDeleteCommand(app, context);
  AddFlowsCommand(app, context);
  AddDrawCommand(app, context);
  AddTargetsCommand(app, context);
  AddServerInfoCommand(app, context);
  AddPlotCommand(app, context);
}

}  // namespace ttflow::client
