// ttflow targets: the built-in energies and their parameters.

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "client/commands/commands.h"
#include "client/errors/client_error.h"
#include "client/input/near_names.h"
#include "client/output/number_format.h"
#include "client/output/table.h"
#include "core/foundation/status_macros.h"

namespace ttflow::client {
namespace {

std::string DimensionText(const v1::Target& target) {
  if (target.has_maximum_dimension() &&
      target.maximum_dimension() == target.minimum_dimension()) {
    return fmt::format("{}", target.minimum_dimension());
  }
  std::string text = fmt::format("{} or more", target.minimum_dimension());
  if (target.has_maximum_dimension()) {
    text = fmt::format(
        "{} to {}", target.minimum_dimension(), target.maximum_dimension());
  }
  if (target.dimension_multiple() > 1) {
    text += fmt::format(", a multiple of {}", target.dimension_multiple());
  }
  if (target.has_default_dimension())
    text += fmt::format(" ({})", target.default_dimension());
  return text;
}

std::string TargetText(const v1::Target& target) {
  std::string text =
      fmt::format("{}\n  {}\n  dimension: {}\n  known exactly: {}{}\n",
                  target.name(),
                  target.description(),
                  DimensionText(target),
                  target.has_exact_evidence() ? "log Z" : "nothing",
                  target.has_exact_sampler() ? ", samples" : "");
  if (target.parameters().empty()) return text;
  text += "  parameters (--param NAME=VALUE):\n";
  std::vector<std::vector<std::string>> rows = {
      {"    NAME", "DEFAULT", "RANGE", "MEANING"}};
  for (const v1::TargetParameter& parameter : target.parameters()) {
    rows.push_back(
        {"    " + parameter.name(),
         parameter.has_default_value()
             ? fmt::format("{:g}", parameter.default_value())
         : parameter.required() ? "required"
                                : "",
         fmt::format("{:g} .. {:g}", parameter.minimum(), parameter.maximum()),
         parameter.description()});
  }
  return text + TableText(rows);
}

absl::Status ListTargets(const CommandContext& context,
                         const std::string& name) {
  TTFLOW_ASSIGN_OR_RETURN(ServerAccess access, context.Connect());
  TTFLOW_ASSIGN_OR_RETURN(
      const v1::ListTargetsResponse list,
      access.connection->Call(access.connection->targets(),
                              &v1::TargetService::Stub::ListTargets,
                              v1::ListTargetsRequest()));
  if (name.empty()) {
    std::vector<std::vector<std::string>> rows = {
        {"TARGET", "DIMENSION", "PARAMETERS"}};
    for (const v1::Target& target : list.targets()) {
      std::vector<std::string> parameters;
      for (const auto& parameter : target.parameters())
        parameters.push_back(parameter.name());
      rows.push_back({target.name(),
                      DimensionText(target),
                      fmt::format("{}", fmt::join(parameters, ", "))});
    }
    context.Print(list, TableText(rows));
    context.Note("(one of them: ttflow targets NAME)");
    return absl::OkStatus();
  }
  std::vector<std::string> names;
  for (const v1::Target& target : list.targets()) {
    if (target.name() == name) {
      context.Print(target, TargetText(target));
      return absl::OkStatus();
    }
    names.push_back(target.name());
  }
  ErrorBlock block;
  block.what = fmt::format("there is no target {}", name);
  const std::vector<std::string> near = NearNames(name, names);
  block.mend = {near.empty()
                    ? fmt::format("there are: {}", fmt::join(names, ", "))
                    : fmt::format("did you mean {}?", fmt::join(near, ", "))};
  block.reason = "TARGET_UNKNOWN";
  return MakeError(ExitCode::kNotFound, block);
}

}  // namespace

void AddTargetsCommand(CLI::App& app, CommandContext& context) {
  auto name = std::make_shared<std::string>();
  CLI::App* const command = app.add_subcommand(
      "targets", "List the built-in targets and their parameters");
  command->add_option("name", *name, "Only this one, with its parameters");
  command->callback([name, &context] {
    context.action = [name, &context] { return ListTargets(context, *name); };
  });
}

}  // namespace ttflow::client
