#include "client/output/terminal.h"

#include "gtest/gtest.h"

namespace ttflow::client {
namespace {

Environment AtTerminal() {
  Environment environment;
  environment.stderr_is_terminal = true;
  environment.stdout_is_terminal = true;
  environment.term = "xterm-256color";
  environment.locale = "en_GB.UTF-8";
  return environment;
}

TEST(TerminalTest, ATerminalGetsLiveLinesAndColour) {
  const Terminal terminal = DescribeTerminal(AtTerminal(), false, false);
  EXPECT_EQ(terminal.progress, ProgressMode::kLive);
  EXPECT_TRUE(terminal.color);
  EXPECT_TRUE(terminal.utf8);
}

TEST(TerminalTest, APipeDumbTerminalsAndCiGetPlainLines) {
  Environment environment = AtTerminal();
  environment.stderr_is_terminal = false;
  EXPECT_EQ(DescribeTerminal(environment, false, false).progress,
            ProgressMode::kLines);
  EXPECT_FALSE(DescribeTerminal(environment, false, false).color);
  environment = AtTerminal();
  environment.term = "dumb";
  EXPECT_EQ(DescribeTerminal(environment, false, false).progress,
            ProgressMode::kLines);
  EXPECT_FALSE(DescribeTerminal(environment, false, false).color);
  environment = AtTerminal();
  environment.ci = "true";
  EXPECT_EQ(DescribeTerminal(environment, false, false).progress,
            ProgressMode::kLines);
}

TEST(TerminalTest, NoColorTakesColourAndNothingElse) {
  Environment environment = AtTerminal();
  environment.no_color = "1";
  EXPECT_FALSE(DescribeTerminal(environment, false, false).color);
  EXPECT_EQ(DescribeTerminal(environment, false, false).progress,
            ProgressMode::kLive);
  EXPECT_FALSE(DescribeTerminal(AtTerminal(), false, true).color);
}

TEST(TerminalTest, QuietIsQuiet) {
  EXPECT_EQ(DescribeTerminal(AtTerminal(), true, false).progress,
            ProgressMode::kOff);
}

TEST(TerminalTest, AnotherLocaleIsDrawnInAscii) {
  Environment environment = AtTerminal();
  environment.locale = "C";
  EXPECT_FALSE(DescribeTerminal(environment, false, false).utf8);
}

}  // namespace
}  // namespace ttflow::client
