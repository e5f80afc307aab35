#include "client/output/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>
#include <utility>

#include "client/output/block_histogram.h"
#include "client/output/number_format.h"

namespace ttflow::client {
namespace {

constexpr double kSecondsBetweenLines = 10;
constexpr int kNarrow = 60;

std::string Repeat(std::string_view unit, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += unit;
  return text;
}

std::string Bar(double share, int width, const Terminal& terminal) {
  const int filled =
      std::clamp(static_cast<int>(std::lround(share * width)), 0, width);
  const std::string done = Repeat(terminal.utf8 ? "━" : "#", filled);
  const std::string rest = Repeat(terminal.utf8 ? "╌" : "-", width - filled);
  if (!terminal.color) return done + rest;
  return fmt::format("\x1b[32m{}\x1b[0m\x1b[2m{}\x1b[0m", done, rest);
}

std::string TimeLeft(const StageProgress& progress) {
  if (!progress.seconds_left || !(*progress.seconds_left >= 0)) return "";
  const auto seconds =
      static_cast<std::int64_t>(std::llround(*progress.seconds_left));
  return fmt::format("   {}:{:02} left", seconds / 60, seconds % 60);
}

// What carried the particles: fresh draws of a density, or a flow.
std::string CarrierText(const StageProgress& progress, bool utf8) {
  const std::string rank =
      progress.max_rank > 0 ? fmt::format(", rank {}", progress.max_rank) : "";
  if (progress.fresh_ess > 0) {
    return fmt::format("fresh draws {:.0f} %", 100 * progress.fresh_ess) + rank;
  }
  if (!progress.flow_used) return "flow unused";
  const char* const name = utf8 ? "flow R²" : "flow R2";
  return fmt::format("{} {}", name, Fixed(progress.validation_r2, 2)) + rank;
}

}  // namespace

std::string ProgressLine(const std::string& job,
                         const StageProgress& progress) {
  std::string line = fmt::format(
      "job={} pass={} stage={} t={:.4f} done={:.3f} log_evidence={:.4f} "
      "ess={:.3f} flow={}",
      job,
      progress.pass,
      progress.stage,
      progress.annealing_time,
      progress.share_done,
      progress.log_evidence,
      progress.conditional_ess,
      progress.flow_used ? "on" : "off");
  if (progress.flow_used)
    line += fmt::format(" r2={:.3f}", progress.validation_r2);
  if (progress.fresh_ess > 0)
    line += fmt::format(" fresh_ess={:.3f}", progress.fresh_ess);
  if (progress.max_rank > 0) line += fmt::format(" rank={}", progress.max_rank);
  line += fmt::format(" acceptance={:.3f} evaluations={}",
                      progress.acceptance_rate,
                      progress.num_energy_evaluations);
  if (progress.seconds_left)
    line += fmt::format(" seconds_left={:.0f}", *progress.seconds_left);
  return line;
}

std::vector<std::string> ProgressPicture(const StageProgress& progress,
                                         const std::vector<double>& ess_history,
                                         const Terminal& terminal) {
  const auto width = static_cast<std::size_t>(std::max(terminal.width - 1, 1));
  const std::string head =
      progress.pass == 0
          ? fmt::format("stage {:<3} ", progress.stage)
          : fmt::format("pass {} stage {:<3} ", progress.pass, progress.stage);
  const std::string tail = fmt::format(
      "  t = {}{}", Fixed(progress.annealing_time, 3), TimeLeft(progress));
  const int bar_width = std::clamp(
      terminal.width - 1 - static_cast<int>(head.size() + tail.size()), 4, 40);
  std::vector<std::string> lines;
  // Escape codes take no columns, so this line fits by its parts.
  lines.push_back(head + Bar(progress.share_done, bar_width, terminal) + tail);
  if (DisplayWidth(head) + DisplayWidth(tail) + 4 > width)
    lines.back() = Truncate(head, width);

  const std::string log_evidence =
      fmt::format("{:+.3f}", progress.log_evidence);
  const std::string ess =
      fmt::format("{:.0f} %", 100 * progress.conditional_ess);
  lines.push_back(
      Truncate(fmt::format("  log Z {}   ESS {}   {}   moves {:.0f} %",
                           log_evidence,
                           PadLeft(ess, 5),
                           CarrierText(progress, terminal.utf8),
                           100 * progress.acceptance_rate),
               width));
  if (terminal.width < kNarrow) return lines;

  std::string third =
      fmt::format("  evaluations {}", Compact(progress.num_energy_evaluations));
  if (progress.max_energy_evaluations > 0) {
    third += fmt::format(" of {}", Compact(progress.max_energy_evaluations));
  }
  third += "   ESS by stage ";
  const std::size_t room =
      width > DisplayWidth(third) ? width - DisplayWidth(third) : 0;
  const std::size_t shown =
      std::min(ess_history.size(), std::min<std::size_t>(room, 40));
  third += Sparkline(std::span(ess_history).subspan(ess_history.size() - shown),
                     1.0,
                     terminal.utf8);
  lines.push_back(Truncate(third, width));
  return lines;
}

ProgressDisplay::ProgressDisplay(std::string job,
                                 Terminal terminal,
                                 Writer write)
    : job_(std::move(job)), terminal_(terminal), write_(std::move(write)) {}

void ProgressDisplay::Erase() {
  if (painted_lines_ == 0) return;
  // Up n lines, to the first column, clear to the end of the screen.
  write_(fmt::format("\x1b[{}A\r\x1b[0J", std::exchange(painted_lines_, 0)));
}

void ProgressDisplay::Paint() {
  Terminal now = terminal_;
  const std::vector<std::string> lines =
      ProgressPicture(*newest_, ess_history_, now);
  std::string text;
  if (painted_lines_ > 0)
    text = fmt::format("\x1b[{}A\r\x1b[0J", painted_lines_);
  for (const std::string& line : lines) text += line + "\n";
  painted_lines_ = lines.size();
  write_(text);
}

void ProgressDisplay::Update(const StageProgress& progress, double now) {
  newest_ = progress;
  newest_is_written_ = false;
  ess_history_.push_back(progress.conditional_ess);
  switch (terminal_.progress) {
    case ProgressMode::kOff:
      return;
    case ProgressMode::kLive:
      Paint();
      return;
    case ProgressMode::kLines:
      if (written_at_ && now - *written_at_ < kSecondsBetweenLines) return;
      write_(ProgressLine(job_, progress) + "\n");
      written_at_ = now;
      newest_is_written_ = true;
  }
}

void ProgressDisplay::Note(std::string_view text) {
  if (terminal_.progress == ProgressMode::kOff) return;
  const std::size_t was_painted = painted_lines_;
  Erase();
  write_(fmt::format("{}\n", text));
  if (was_painted > 0) Paint();
}

void ProgressDisplay::Finish() {
  Erase();
  if (terminal_.progress == ProgressMode::kLines && newest_ &&
      !newest_is_written_) {
    write_(ProgressLine(job_, *newest_) + "\n");
    newest_is_written_ = true;
  }
}

}  // namespace ttflow::client
