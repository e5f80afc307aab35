// Progress: where a running job stands, shown on the standard error stream.

#ifndef TTFLOW_CLIENT_OUTPUT_PROGRESS_H_
#define TTFLOW_CLIENT_OUTPUT_PROGRESS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/output/terminal.h"

namespace ttflow::client {

// The newest stage of a job, as plain numbers.
struct StageProgress {
  int pass = 0;
  int stage = 0;
  double annealing_time = 0;  // [0, 1]
  double share_done = 0;      // [0, 1], of the whole job
  std::optional<double> seconds_left;
  double log_evidence = 0;
  double conditional_ess = 0;  // fraction, of this stage
  double fresh_ess = 0;        // fraction, of fresh draws; 0: none were made
  bool flow_used = false;
  double validation_r2 = 0;
  int max_rank = 0;  // 0: no interaction train
  double acceptance_rate = 0;
  std::int64_t num_energy_evaluations = 0;
  std::int64_t max_energy_evaluations = 0;  // 0: no limit
};

// "stage=16 t=0.731 log_evidence=15.060 ...", without a newline.
std::string ProgressLine(const std::string& job, const StageProgress& progress);

// The live picture: three lines, or two where it is narrower than 60 columns;
// none wider than terminal.width. `ess_history` has one fraction a stage.
std::vector<std::string> ProgressPicture(const StageProgress& progress,
                                         const std::vector<double>& ess_history,
                                         const Terminal& terminal);

// Shows progress as the terminal allows. Not thread-safe. Times are seconds on
// any steady clock and come from the caller.
class ProgressDisplay {
 public:
  using Writer = std::function<void(std::string_view)>;

  // `write` takes what goes to the standard error stream.
  ProgressDisplay(std::string job, Terminal terminal, Writer write);

  // A stage has ended: repaints, or writes a line where the last one is 10 s
  // old.
  void Update(const StageProgress& progress, double now);

  // Something else to say, above the live picture or on a line of its own.
  void Note(std::string_view text);

  // The job is over: the last line is always shown; the live picture is
  // removed, for the summary follows.
  void Finish();

 private:
  void Erase();
  void Paint();

  std::string job_;
  Terminal terminal_;
  Writer write_;
  std::optional<StageProgress> newest_;
  bool newest_is_written_ = false;
  std::optional<double> written_at_;
  std::vector<double> ess_history_;
  std::size_t painted_lines_ = 0;
};

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_OUTPUT_PROGRESS_H_
