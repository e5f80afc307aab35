// ttflow: the command line.

#include <cstdio>

#include "CLI/CLI.hpp"
#include "client/commands/commands.h"
#include "client/commands/interrupts.h"
#include "client/commands/parse_fault.h"
#include "client/errors/client_error.h"
#include "core/foundation/heap.h"

namespace {

using ttflow::client::CommandContext;
using ttflow::client::DescribeTerminal;
using ttflow::client::Environment;

int Report(const absl::Status& status, const CommandContext& context) {
  if (!status.ok()) {
    std::fputs(
        ttflow::client::FormatError(status, context.terminal.color).c_str(),
        stderr);
  }
  return static_cast<int>(ttflow::client::ExitCodeOf(status));
}

}  // namespace

int main(int argc, char** argv) {
  ttflow::KeepLargeBlocks();
  ttflow::client::Interrupts interrupts;
  CommandContext context;
  context.interrupts = &interrupts;

  CLI::App app("Sample an energy and estimate its evidence", "ttflow");
  app.set_version_flag("--version", TTFLOW_VERSION);
  ttflow::client::AddAllCommands(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    context.terminal =
        DescribeTerminal(Environment::FromProcess(), false, false);
    return Report(ttflow::client::ParseFault(app, error), context);
  }
  context.terminal = DescribeTerminal(
      Environment::FromProcess(), context.flags.quiet, context.flags.no_color);
  return Report(context.action(), context);
}
