// ttflow plot: a picture of a run, from the folder that run has written.

#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "client/commands/commands.h"
#include "client/errors/client_error.h"
#include "client/output/atomic_file.h"
#include "client/output/npy.h"
#include "client/report/sample_picture.h"
#include "core/foundation/status_macros.h"

namespace ttflow::client {
namespace {

struct PlotFlags {
  std::string folder;
  std::string file;
};

absl::Status Plot(const CommandContext& context, const PlotFlags& flags) {
  const std::filesystem::path folder(flags.folder);
  TTFLOW_ASSIGN_OR_RETURN(const std::string text,
                          ReadFile((folder / "result.json").string()));
  const Json result = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!result.is_object()) {
    ErrorBlock block;
    block.what = fmt::format("{} is not a result of ttflow run",
                             (folder / "result.json").string());
    block.reason = "RESULT_INVALID";
    return MakeError(ExitCode::kInvalidArgument, block);
  }
  TTFLOW_ASSIGN_OR_RETURN(const NpyArray samples,
                          ReadNpy((folder / "samples.npy").string()));
  TTFLOW_ASSIGN_OR_RETURN(const SamplePicture picture,
                          MakeSamplePicture(result, samples));
  TTFLOW_RETURN_IF_ERROR(
      WriteFileAtomically(flags.file, SamplePictureSvg(picture)));
  context.Note(fmt::format("wrote {}", flags.file));
  return absl::OkStatus();
}

}  // namespace

void AddPlotCommand(CLI::App& app, CommandContext& context) {
  auto flags = std::make_shared<PlotFlags>();
  CLI::App* const command = app.add_subcommand(
      "plot", "Draw the samples of a run over the true modes, as SVG");
  command->add_option("folder", flags->folder, "Folder that run has written")
      ->required()
      ->type_name("DIR");
  command->add_option("-o", flags->file, "File to write")
      ->required()
      ->type_name("FILE.svg");
  command->callback([flags, &context] {
    context.action = [flags, &context] { return Plot(context, *flags); };
  });
}

}  // namespace ttflow::client
