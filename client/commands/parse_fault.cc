#include "client/commands/parse_fault.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "client/errors/client_error.h"
#include "client/input/near_names.h"

namespace ttflow::client {
namespace {

// The innermost subcommand that was named: its help is the one to read.
const CLI::App* Named(const CLI::App& app) {
  const CLI::App* named = &app;
  while (!named->get_subcommands().empty())
    named = named->get_subcommands().front();
  return named;
}

std::vector<std::string> KnownNames(const CLI::App& app,
                                    const CLI::App& named) {
  std::vector<std::string> names;
  for (const CLI::App* const command : named.get_subcommands({})) {
    names.push_back(command->get_name());
  }
  for (const CLI::App* const level : {&named, &app}) {
    for (const CLI::Option* const option : level->get_options()) {
      for (const std::string& name : option->get_lnames())
        names.push_back("--" + name);
    }
  }
  return names;
}

}  // namespace

absl::Status ParseFault(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& named = *Named(app);
  const std::string help =
      &named == &app ? "ttflow --help"
                     : fmt::format("ttflow {} --help", named.get_name());
  std::vector<std::string> unknown = app.remaining(true);
  if (unknown.empty()) return UsageError(error.what(), {"usage: " + help});
  // Flags first: what follows a wrong flag is only its value.
  const auto flag =
      std::find_if(unknown.begin(), unknown.end(), [](const std::string& text) {
        return text.starts_with("-");
      });
  const std::string& fault = flag == unknown.end() ? unknown.front() : *flag;
  std::vector<std::string> mend;
  const std::vector<std::string> near =
      NearNames(fault, KnownNames(app, named));
  if (!near.empty())
    mend.push_back(fmt::format("did you mean {}?", fmt::join(near, ", ")));
  mend.push_back("usage: " + help);
  return UsageError(fmt::format("unknown {}: {}",
                                flag != unknown.end() ? "option"
                                : &named == &app      ? "command"
                                                      : "argument",
                                fault),
                    mend);
}

}  // namespace ttflow::client
