// ttflow run: a job from its flags to its files, with or without a server.

#include <fmt/format.h>

#include <memory>

#include "client/commands/commands.h"
#include "client/commands/follow.h"
#include "client/commands/job_options.h"
#include "client/errors/client_error.h"
#include "client/input/option_path.h"
#include "client/output/atomic_file.h"
#include "core/foundation/status_macros.h"

namespace ttflow::client {
namespace {

struct RunFlags {
  JobFlags job;
  std::string out;
  bool dry_run = false;
};

absl::Status Run(const CommandContext& context, const RunFlags& flags) {
  if (flags.out.empty() && !flags.dry_run) {
    return UsageError("say where the results go: --out DIR",
                      {"to queue the job and read them later: ttflow submit"});
  }
  TTFLOW_ASSIGN_OR_RETURN(const v1::JobSpec spec, BuildJobSpec(flags.job));
  // A folder that cannot be made is found out before the work, not after it.
  if (!flags.dry_run) TTFLOW_RETURN_IF_ERROR(MakeDirectories(flags.out));
  TTFLOW_ASSIGN_OR_RETURN(ServerAccess access,
                          context.Connect(/*runs_jobs=*/!flags.dry_run));
  TTFLOW_ASSIGN_OR_RETURN(const v1::CreateJobResponse created,
                          CreateJob(*access.connection, spec, flags.dry_run));
  if (flags.dry_run) {
    context.Print(created,
                  fmt::format("valid: {}\n", EstimateText(created.estimate())));
    return absl::OkStatus();
  }
  FollowOptions options;
  options.out_folder = flags.out;
  options.server_is_known = true;
  return FollowToEnd(context, access, created.job().name(), options);
}

}  // namespace

void AddRunCommand(CLI::App& app, CommandContext& context) {
  auto flags = std::make_shared<RunFlags>();
  CLI::App* const command =
      app.add_subcommand("run", "Sample a target and write the results");
  AddJobFlags(*command, flags->job);
  command
      ->add_option("--out",
                   flags->out,
                   "Folder for samples.npy, result.json and the others")
      ->type_name("DIR");
  command->add_flag("--dry-run",
                    flags->dry_run,
                    "Check the job and estimate its cost; run nothing");
  std::string paths = "Paths for --set:";
  for (const std::string& path :
       OptionPaths(*v1::SamplerOptions::descriptor())) {
    paths += "\n  " + path;
  }
  command->footer(
      paths +
      "\n\nExamples:\n"
      "  ttflow run --target many_well --dim 8 --seed 7 --out wells\n"
      "  ttflow run --target gaussian_mixture --param 'means=[[0,0],[3,1]]' "
      "--param std=0.5 "
      "--out two\n"
      "  ttflow run -f job.json --set flow.max_rank=4 --out more");
  command->callback([flags, &context] {
    context.action = [flags, &context] { return Run(context, *flags); };
  });
}

}  // namespace ttflow::client
