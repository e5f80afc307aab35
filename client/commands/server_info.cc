// ttflow server-info: version and limits of the server.

#include <fmt/format.h>

#include "client/commands/commands.h"
#include "client/output/number_format.h"
#include "core/foundation/status_macros.h"
#include "google/protobuf/util/time_util.h"

namespace ttflow::client {
namespace {

std::string Mebibytes(std::int64_t bytes) {
  return fmt::format("{:.0f} MiB", static_cast<double>(bytes) / (1 << 20));
}

absl::Status ShowServerInfo(const CommandContext& context) {
  TTFLOW_ASSIGN_OR_RETURN(ServerAccess access, context.Connect());
  TTFLOW_ASSIGN_OR_RETURN(
      const v1::GetServerInfoResponse info,
      access.connection->Call(access.connection->server(),
                              &v1::ServerService::Stub::GetServerInfo,
                              v1::GetServerInfoRequest()));
  const v1::ServerLimits& limits = info.limits();
  std::string text = fmt::format("ttflow {} ({}) at {}\n",
                                 info.version(),
                                 info.build(),
                                 access.connection->address());
  text += fmt::format(
      "  running since  {}\n",
      google::protobuf::util::TimeUtil::ToString(info.start_time()));
  text += fmt::format("  workers        {}, threads {}\n",
                      info.num_workers(),
                      info.num_threads());
  text += fmt::format(
      "  a job          up to {} dimensions, {} samples, {} of memory\n",
      WithThousands(limits.max_dimension()),
      WithThousands(limits.max_num_samples()),
      Mebibytes(limits.max_job_memory_bytes()));
  text += fmt::format("  queue          {} jobs\n",
                      WithThousands(limits.max_queued_jobs()));
  text += fmt::format("  a message      {}\n",
                      Mebibytes(limits.max_message_bytes()));
  text += fmt::format("  targets        {}\n", fmt::join(info.targets(), ", "));
  context.Print(info, text);
  return absl::OkStatus();
}

}  // namespace

void AddServerInfoCommand(CLI::App& app, CommandContext& context) {
  CLI::App* const command =
      app.add_subcommand("server-info", "Show the server and its limits");
  command->callback([&context] {
    context.action = [&context] { return ShowServerInfo(context); };
  });
}

}  // namespace ttflow::client
