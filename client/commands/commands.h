// The subcommands: one function adds one to the parser; each is in its own
// file.
//
// A subcommand's callback only sets context.action; main runs it once the whole
// command line has been understood.

#ifndef TTFLOW_CLIENT_COMMANDS_COMMANDS_H_
#define TTFLOW_CLIENT_COMMANDS_COMMANDS_H_

#include "CLI/CLI.hpp"
#include "client/commands/command_context.h"

namespace ttflow::client {

void AddRunCommand(CLI::App& app, CommandContext& context);
void AddSubmitCommand(CLI::App& app, CommandContext& context);
void AddWatchCommand(CLI::App& app, CommandContext& context);
void AddResumeCommand(CLI::App& app, CommandContext& context);
void AddSamplesCommand(CLI::App& app, CommandContext& context);
void AddJobsCommand(CLI::App& app, CommandContext& context);
void AddShowCommand(CLI::App& app, CommandContext& context);
void AddCancelCommand(CLI::App& app, CommandContext& context);
void AddDeleteCommand(CLI::App& app, CommandContext& context);
void AddFlowsCommand(CLI::App& app, CommandContext& context);
void AddDrawCommand(CLI::App& app, CommandContext& context);
void AddTargetsCommand(CLI::App& app, CommandContext& context);
void AddServerInfoCommand(CLI::App& app, CommandContext& context);
void AddPlotCommand(CLI::App& app, CommandContext& context);

// Adds the global flags and all subcommands, in the order of the help.
void AddAllCommands(CLI::App& app, CommandContext& context);

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_COMMANDS_COMMANDS_H_
