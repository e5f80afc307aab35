#include "client/output/progress.h"

#include <algorithm>
#include <string>
#include <vector>

#include "client/output/number_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ttflow::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

StageProgress Example() {
  StageProgress progress;
  progress.stage = 16;
  progress.annealing_time = 0.731;
  progress.share_done = 0.75;
  progress.seconds_left = 61;
  progress.log_evidence = 15.06;
  progress.conditional_ess = 0.95;
  progress.flow_used = true;
  progress.validation_r2 = 0.97;
  progress.max_rank = 4;
  progress.acceptance_rate = 0.61;
  progress.num_energy_evaluations = 256000;
  progress.max_energy_evaluations = 500000;
  return progress;
}

Terminal MakeTerminal(ProgressMode mode, int width = 80) {
  Terminal terminal;
  terminal.progress = mode;
  terminal.width = width;
  return terminal;
}

TEST(ProgressLineTest, HasEveryNumberByName) {
  EXPECT_EQ(
      ProgressLine("jobs/1", Example()),
      "job=jobs/1 pass=0 stage=16 t=0.7310 done=0.750 log_evidence=15.0600 "
      "ess=0.950 flow=on "
      "r2=0.970 rank=4 acceptance=0.610 evaluations=256000 seconds_left=61");
}

StageProgress SearchExample() {
  StageProgress progress = Example();
  progress.flow_used = false;
  progress.fresh_ess = 0.876;
  return progress;
}

TEST(ProgressLineTest, HasTheFreshDrawsOfASearch) {
  EXPECT_THAT(ProgressLine("jobs/1", SearchExample()),
              HasSubstr(" flow=off fresh_ess=0.876 rank=4 acceptance="));
}

TEST(ProgressPictureTest, HasTheFreshDrawsOfASearch) {
  EXPECT_EQ(
      ProgressPicture(
          SearchExample(), {1.0}, MakeTerminal(ProgressMode::kLive))[1],
      "  log Z +15.060   ESS  95 %   fresh draws 88 %, rank 4   moves 61 %");
}

TEST(ProgressPictureTest, HasThreeLines) {
  const auto lines = ProgressPicture(
      Example(), {1.0, 0.5, 0.0}, MakeTerminal(ProgressMode::kLive));
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_THAT(lines[0],
              AllOf(StartsWith("stage 16"),
                    HasSubstr("━╌"),
                    HasSubstr("t = 0.731   1:01 left")));
  EXPECT_EQ(lines[1],
            "  log Z +15.060   ESS  95 %   flow R² 0.97, rank 4   moves 61 %");
  EXPECT_EQ(lines[2], "  evaluations 256k of 500k   ESS by stage █▄ ");
}

TEST(ProgressPictureTest, NoLineIsWiderThanTheTerminal) {
  const std::vector<double> history(200, 0.9);
  for (int width = 1; width < 130; ++width) {
    const auto lines = ProgressPicture(
        Example(), history, MakeTerminal(ProgressMode::kLive, width));
    EXPECT_THAT(lines, SizeIs(width < 60 ? 2 : 3));
    for (const std::string& line : lines) {
      EXPECT_LE(DisplayWidth(line),
                static_cast<std::size_t>(std::max(width - 1, 1)))
          << width << ": " << line;
    }
  }
}

TEST(ProgressPictureTest, IsAsciiWhereTheTerminalIs) {
  Terminal terminal = MakeTerminal(ProgressMode::kLive);
  terminal.utf8 = false;
  for (const std::string& line : ProgressPicture(Example(), {0.9}, terminal)) {
    EXPECT_TRUE(std::all_of(line.begin(), line.end(), [](char letter) {
      return static_cast<unsigned char>(letter) < 0x80;
    })) << line;
  }
}

class ProgressDisplayTest : public testing::Test {
 protected:
  ProgressDisplay Make(ProgressMode mode) {
    return ProgressDisplay("jobs/1",
                           MakeTerminal(mode),
                           [this](std::string_view text) { written_ += text; });
  }
  std::ptrdiff_t NumLines() const {
    return std::count(written_.begin(), written_.end(), '\n');
  }

  std::string written_;
};

TEST_F(ProgressDisplayTest,
       PlainLinesComeAtMostEveryTenSecondsAndTheLastAlways) {
  ProgressDisplay display = Make(ProgressMode::kLines);
  StageProgress progress = Example();
  for (int i = 0; i < 200; ++i) {  // 20 s, ten stages a second
    progress.stage = i;
    display.Update(progress, 1000 + 0.1 * i);
  }
  EXPECT_EQ(NumLines(), 2);
  EXPECT_THAT(written_, AllOf(HasSubstr("stage=0 "), HasSubstr("stage=100 ")));
  EXPECT_THAT(written_, Not(HasSubstr("stage=199 ")));
  display.Finish();
  EXPECT_EQ(NumLines(), 3);
  EXPECT_THAT(written_, HasSubstr("stage=199 "));
  EXPECT_EQ(written_.find('\x1b'), std::string::npos);
}

TEST_F(ProgressDisplayTest, TheLastLineIsNotWrittenTwice) {
  ProgressDisplay display = Make(ProgressMode::kLines);
  display.Update(Example(), 0);
  display.Finish();
  display.Finish();
  EXPECT_EQ(NumLines(), 1);
}

TEST_F(ProgressDisplayTest, LivePicturesReplaceEachOtherAndGoAtTheEnd) {
  ProgressDisplay display = Make(ProgressMode::kLive);
  display.Update(Example(), 0);
  EXPECT_EQ(written_.find('\x1b'), std::string::npos);  // nothing to erase yet
  written_.clear();
  display.Update(Example(), 0.1);
  EXPECT_THAT(written_, StartsWith("\x1b[3A\r\x1b[0J"));
  written_.clear();
  display.Finish();
  EXPECT_EQ(written_, "\x1b[3A\r\x1b[0J");
}

TEST_F(ProgressDisplayTest, ANoteStandsAboveTheLivePicture) {
  ProgressDisplay display = Make(ProgressMode::kLive);
  display.Update(Example(), 0);
  written_.clear();
  display.Note("lost the server");
  EXPECT_THAT(written_,
              StartsWith("\x1b[3A\r\x1b[0Jlost the server\nstage 16"));
}

TEST_F(ProgressDisplayTest, QuietWritesNothing) {
  ProgressDisplay display = Make(ProgressMode::kOff);
  display.Update(Example(), 0);
  display.Note("x");
  display.Finish();
  EXPECT_EQ(written_, "");
}

}  // namespace
}  // namespace ttflow::client
