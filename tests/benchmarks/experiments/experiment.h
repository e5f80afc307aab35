// Experiment: what the programs that settle open questions share: their
// arguments, intervals over paired seeds, tables, and claims that are checked.

#ifndef TTFLOW_TESTS_BENCHMARKS_EXPERIMENTS_EXPERIMENT_H_
#define TTFLOW_TESTS_BENCHMARKS_EXPERIMENTS_EXPERIMENT_H_

#include <memory>
#include <string>
#include <vector>

#include "core/foundation/executor.h"
#include "core/sampler/sampler_options.h"
#include "core/targets/target_registry.h"
#include "tests/benchmarks/score.h"

namespace ttflow::benchmarks {

// The arguments of every experiment.
struct ExperimentArguments {
  bool quick = false;  // a small part that checks the direction of the claims
  int num_seeds = 5;   // paired: every setting sees the same ones
  int num_threads = 1;
  std::string output;  // directory of the report, plots and CSV; empty: none
};

// Reads --quick, --seeds, --threads and --output; `arguments` holds the
// defaults. Returns false, and sets the exit code, where the program shall end
// at once (--help, a fault).
bool ParseExperiment(int argc,
                     char** argv,
                     const std::string& description,
                     ExperimentArguments& arguments,
                     int& exit_code);

// The main function of an experiment: reads the arguments, with so many seeds
// by default, and runs the full or the quick form. Returns the exit code.
using ExperimentForm = int (*)(const ExperimentArguments& arguments,
                               const Executor& executor);
int RunExperiment(int argc,
                  char** argv,
                  const std::string& description,
                  int default_seeds,
                  ExperimentForm full,
                  ExperimentForm quick);

// Mean of the values, and of a - b and a / b over paired seeds (of the means),
// with 95 % intervals from 2000 bootstrap resamplings of the seeds. Values that
// are not finite take no part; in the last two neither do their pairs.
Figure MeanFigure(const std::vector<double>& values);
Figure DifferenceFigure(const std::vector<double>& a,
                        const std::vector<double>& b);
Figure RatioFigure(const std::vector<double>& a, const std::vector<double>& b);

// A single value as a figure without an interval.
Figure PointFigure(double value);

// "0.123 [0.100, 0.140]" with so many digits after the point; "-" without
// values.
std::string FigureText(const Figure& figure, int digits);
std::string NumberText(double value, int digits);

// Rows of cells under named columns.
class Table {
 public:
  explicit Table(std::vector<std::string> columns);
  // CHECK-fails unless there is a cell for every column.
  void AddRow(std::vector<std::string> cells);
  std::string Markdown() const;
  std::string Csv() const;

 private:
  std::vector<std::string> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// Writes <directory>/<name>; nothing where the directory is empty. Prints a
// message and returns false if it cannot.
bool WriteReport(const std::string& directory,
                 const std::string& name,
                 const std::string& text);

// Replaces all that follows the line kReportMarker in <directory>/<name> by
// `text`, so that what is written by hand above it stays; appends the marker
// where it is missing. Otherwise as WriteReport.
inline constexpr char kReportMarker[] =
    "<!-- The program writes what follows. -->";
bool WriteBelowMarker(const std::string& directory,
                      const std::string& name,
                      const std::string& text);

// The claims of an experiment, printed as they are checked.
class Claims {
 public:
  void Check(bool holds, const std::string& claim);
  // 0 if all held, else 1.
  int exit_code() const { return all_hold_ ? 0 : 1; }

 private:
  bool all_hold_ = true;
};

// A target by name, dimension (0: its default) and parameters. Ends the program
// with a message if there is none.
std::shared_ptr<const Target> TargetOf(const std::string& name,
                                       Index dimension,
                                       const ParameterValues& parameters = {});

// Runs seeds 100, 101, ...
std::vector<Run> RunSeeds(const std::shared_ptr<const Target>& target,
                          const SamplerOptions& options,
                          int num_seeds,
                          const Executor& executor);

// Sets the number of particles so that a run spends about `budget` evaluations,
// by two runs.
void MatchBudget(const std::shared_ptr<const Target>& target,
                 double budget,
                 const Executor& executor,
                 SamplerOptions& options);

// Plain tempered SMC with `num_moves` MALA moves a stage.
SamplerOptions PlainOptions(int num_moves);

}  // namespace ttflow::benchmarks

#endif  // TTFLOW_TESTS_BENCHMARKS_EXPERIMENTS_EXPERIMENT_H_
