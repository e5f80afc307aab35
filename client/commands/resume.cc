// ttflow resume: takes up a job that was left, waits for it and writes its
// files.

#include <memory>

#include "client/commands/commands.h"
#include "client/commands/follow.h"
#include "client/output/atomic_file.h"
#include "core/foundation/status_macros.h"

namespace ttflow::client {
namespace {

struct ResumeFlags {
  std::string job;
  std::string out;
};

absl::Status Resume(const CommandContext& context, const ResumeFlags& flags) {
  TTFLOW_RETURN_IF_ERROR(MakeDirectories(flags.out));
  TTFLOW_ASSIGN_OR_RETURN(ServerAccess access,
                          context.Connect(/*runs_jobs=*/true));
  TTFLOW_ASSIGN_OR_RETURN(const std::string job,
                          ResolveJobName(*access.connection, flags.job));
  FollowOptions options;
  options.out_folder = flags.out;
  return FollowToEnd(context, access, job, options);
}

}  // namespace

void AddResumeCommand(CLI::App& app, CommandContext& context) {
  auto flags = std::make_shared<ResumeFlags>();
  CLI::App* const command = app.add_subcommand(
      "resume", "Wait for a job that was left and write its results");
  command->add_option("job", flags->job, "Name of the job, or @last")
      ->required();
  command
      ->add_option("--out",
                   flags->out,
                   "Folder for samples.npy, result.json and the others")
      ->required()
      ->type_name("DIR");
  command->callback([flags, &context] {
    context.action = [flags, &context] { return Resume(context, *flags); };
  });
}

}  // namespace ttflow::client
