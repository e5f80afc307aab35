// Terminal: what the streams of this process can show.

#ifndef TTFLOW_CLIENT_OUTPUT_TERMINAL_H_
#define TTFLOW_CLIENT_OUTPUT_TERMINAL_H_

#include <string>

namespace ttflow::client {

// How progress is shown on the standard error stream.
enum class ProgressMode {
  kOff,    // --quiet
  kLines,  // a pipe, TERM=dumb or CI: key=value lines
  kLive,   // a terminal: lines repainted in place
};

// The parts of the environment that decide; taken apart so that they can be
// tested.
struct Environment {
  bool stderr_is_terminal = false;
  bool stdout_is_terminal = false;
  std::string term;  // TERM
  std::string
      no_color;    // NO_COLOR: any value that is not empty switches colour off
  std::string ci;  // CI: any value that is not empty
  std::string locale;  // the first of LC_ALL, LC_CTYPE, LANG that is set

  static Environment FromProcess();
};

struct Terminal {
  ProgressMode progress = ProgressMode::kLines;
  bool color = false;  // on the standard error stream
  bool utf8 = true;
  int width = 80;  // columns of the terminal; 80 where there is none
};

// `quiet` and `no_color` are the flags of the command line.
Terminal DescribeTerminal(const Environment& environment,
                          bool quiet,
                          bool no_color);

// Columns of the terminal at the standard error stream now; 80 where it has
// none.
int TerminalWidth();

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_OUTPUT_TERMINAL_H_
