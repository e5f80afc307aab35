// ttflow draw: more samples from a trained flow, without training.

#include <fmt/format.h>

#include <memory>
#include <optional>

#include "client/commands/commands.h"
#include "client/commands/follow.h"
#include "client/commands/job_options.h"
#include "client/errors/client_error.h"
#include "client/output/atomic_file.h"
#include "core/foundation/status_macros.h"

namespace ttflow::client {
namespace {

struct DrawFlags {
  std::string from;
  std::optional<std::int32_t> num_samples;
  std::optional<std::int32_t> num_particles;
  std::optional<std::uint64_t> seed;
  std::string out_folder;
  std::string out_file;
};

// A flow by its name, or by the name of the job that trained it.
absl::StatusOr<std::string> ResolveFlow(const Connection& connection,
                                        const std::string& from) {
  if (from.starts_with("flows/")) return from;
  if (!from.starts_with("jobs/") && !from.starts_with('@')) {
    const auto flow = connection.GetFlow(FlowName(from));
    if (flow.ok()) return flow->name();
    if (flow.status().code() != absl::StatusCode::kNotFound)
      return flow.status();
  }
  TTFLOW_ASSIGN_OR_RETURN(const std::string name,
                          ResolveJobName(connection, from));
  TTFLOW_ASSIGN_OR_RETURN(const v1::Job job, connection.GetJob(name));
  if (job.result().flow().empty()) {
    ErrorBlock block;
    block.what = fmt::format("{} has no flow to draw from", name);
    block.mend = {fmt::format("see how far it is: ttflow show {}", name)};
    block.reason = "NO_FLOW";
    return MakeError(ExitCode::kFailedPrecondition, block);
  }
  return job.result().flow();
}

absl::Status Draw(const CommandContext& context, const DrawFlags& flags) {
  if (flags.out_folder.empty() == flags.out_file.empty()) {
    return UsageError(
        "say where the samples go: -o FILE.npy, or --out DIR for all results");
  }
  if (!flags.out_folder.empty())
    TTFLOW_RETURN_IF_ERROR(MakeDirectories(flags.out_folder));
  TTFLOW_ASSIGN_OR_RETURN(ServerAccess access,
                          context.Connect(/*runs_jobs=*/true));
  v1::JobSpec spec;
  TTFLOW_ASSIGN_OR_RETURN(*spec.mutable_draw()->mutable_flow(),
                          ResolveFlow(*access.connection, flags.from));
  if (flags.num_particles)
    spec.mutable_draw()->set_num_particles(*flags.num_particles);
  if (flags.num_samples) spec.set_num_samples(*flags.num_samples);
  if (flags.seed) spec.set_seed(*flags.seed);
  TTFLOW_ASSIGN_OR_RETURN(
      const v1::CreateJobResponse created,
      CreateJob(*access.connection, spec, /*validate_only=*/false));
  FollowOptions options;
  options.out_folder = flags.out_folder;
  options.samples_file = flags.out_file;
  options.server_is_known = true;
  return FollowToEnd(context, access, created.job().name(), options);
}

}  // namespace

void AddDrawCommand(CLI::App& app, CommandContext& context) {
  auto flags = std::make_shared<DrawFlags>();
  CLI::App* const command =
      app.add_subcommand("draw", "Draw more samples from a trained flow");
  command
      ->add_option(
          "flow", flags->from, "Name of a flow, or of the job that trained it")
      ->required();
  command
      ->add_option(
          "-n,--num-samples", flags->num_samples, "Samples to deliver (2000)")
      ->type_name("M");
  command
      ->add_option(
          "--particles", flags->num_particles, "Particles in a run of the flow")
      ->type_name("N");
  command
      ->add_option(
          "--seed", flags->seed, "Seed; the same seed gives the same samples")
      ->check(CheckSeed)
      ->type_name("S");
  command
      ->add_option("--out",
                   flags->out_folder,
                   "Folder for samples.npy, result.json, ...")
      ->type_name("DIR");
  command->add_option("-o", flags->out_file, "File for the samples alone")
      ->type_name("FILE.npy");
  command->callback([flags, &context] {
    context.action = [flags, &context] { return Draw(context, *flags); };
  });
}

}  // namespace ttflow::client
