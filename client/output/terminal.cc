#include "client/output/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace ttflow::client {
namespace {

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool IsUtf8(std::string locale) {
  std::transform(
      locale.begin(), locale.end(), locale.begin(), [](unsigned char letter) {
        return static_cast<char>(std::tolower(letter));
      });
  return locale.find("utf-8") != std::string::npos ||
         locale.find("utf8") != std::string::npos;
}

}  // namespace

Environment Environment::FromProcess() {
  Environment environment;
  environment.stderr_is_terminal = isatty(STDERR_FILENO) != 0;
  environment.stdout_is_terminal = isatty(STDOUT_FILENO) != 0;
  environment.term = Variable("TERM");
  environment.no_color = Variable("NO_COLOR");
  environment.ci = Variable("CI");
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    environment.locale = Variable(name);
    if (!environment.locale.empty()) break;
  }
  return environment;
}

Terminal DescribeTerminal(const Environment& environment,
                          bool quiet,
                          bool no_color) {
  Terminal terminal;
  const bool capable =
      environment.stderr_is_terminal && environment.term != "dumb";
  terminal.color = capable && environment.no_color.empty() && !no_color;
  // Files and pipes are read by tools that take UTF-8; a terminal says what it
  // can.
  terminal.utf8 = !environment.stdout_is_terminal || IsUtf8(environment.locale);
  terminal.width = TerminalWidth();
  if (quiet) {
    terminal.progress = ProgressMode::kOff;
  } else if (capable && environment.ci.empty()) {
    terminal.progress = ProgressMode::kLive;
    terminal.utf8 = IsUtf8(environment.locale);
  } else {
    terminal.progress = ProgressMode::kLines;
  }
  return terminal;
}

int TerminalWidth() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return 80;
}

}  // namespace ttflow::client
