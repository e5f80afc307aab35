// ttflow delete: deletes a job that has ended, with its samples.

#include <fmt/format.h>

#include <memory>

#include "client/commands/commands.h"
#include "core/foundation/status_macros.h"

namespace ttflow::client {
namespace {

struct DeleteFlags {
  std::string job;
  bool allow_missing = false;
};

absl::Status Delete(const CommandContext& context, const DeleteFlags& flags) {
  TTFLOW_ASSIGN_OR_RETURN(ServerAccess access, context.Connect());
  v1::DeleteJobRequest request;
  TTFLOW_ASSIGN_OR_RETURN(*request.mutable_name(),
                          ResolveJobName(*access.connection, flags.job));
  request.set_allow_missing(flags.allow_missing);
  TTFLOW_ASSIGN_OR_RETURN(
      const v1::DeleteJobResponse response,
      access.connection->Call(access.connection->jobs(),
                              &v1::JobService::Stub::DeleteJob,
                              request));
  context.Print(response, fmt::format("{}  deleted\n", request.name()));
  return absl::OkStatus();
}

}  // namespace

void AddDeleteCommand(CLI::App& app, CommandContext& context) {
  auto flags = std::make_shared<DeleteFlags>();
  CLI::App* const command = app.add_subcommand(
      "delete", "Delete a job that has ended, with its samples");
  command->add_option("job", flags->job, "Name of the job, or @last")
      ->required();
  command->add_flag("--allow-missing",
                    flags->allow_missing,
                    "No error where it does not exist");
  command->callback([flags, &context] {
    context.action = [flags, &context] { return Delete(context, *flags); };
  });
}

}  // namespace ttflow::client
