#include "tests/benchmarks/experiments/experiment.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <utility>

#include "core/foundation/check.h"
#include "core/foundation/random.h"

namespace ttflow::benchmarks {
namespace {

constexpr int kFirstSeed = 100;
constexpr std::uint32_t kBootstrapStream = 2;

double MeanAt(const std::vector<double>& values,
              const std::vector<std::size_t>& chosen) {
  double sum = 0;
  for (const std::size_t i : chosen) sum += values[i];
  return sum / static_cast<double>(chosen.size());
}

using Pairs = std::pair<std::vector<double>, std::vector<double>>;

Pairs FinitePairs(const std::vector<double>& a, const std::vector<double>& b) {
  TTFLOW_CHECK(a.size() == b.size());
  Pairs pairs;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!std::isfinite(a[i]) || !std::isfinite(b[i])) continue;
    pairs.first.push_back(a[i]);
    pairs.second.push_back(b[i]);
  }
  return pairs;
}

}  // namespace

bool ParseExperiment(int argc,
                     char** argv,
                     const std::string& description,
                     ExperimentArguments& arguments,
                     int& exit_code) {
  CLI::App app(description);
  app.add_flag("--quick",
               arguments.quick,
               "a small part; exit code 1 if a claim does not hold");
  app.add_option("--seeds", arguments.num_seeds, "paired seeds")
      ->check(CLI::Range(2, 10000));
  app.add_option("--threads", arguments.num_threads, "threads; 0 = all");
  app.add_option("--output", arguments.output, "directory of the report");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error);
    return false;
  }
  return true;
}

Figure MeanFigure(const std::vector<double>& values) {
  const Pairs pairs = FinitePairs(values, values);
  return Bootstrap(pairs.first.size(),
                   kBootstrapStream,
                   [&](const std::vector<std::size_t>& chosen) {
                     return MeanAt(pairs.first, chosen);
                   });
}

Figure DifferenceFigure(const std::vector<double>& a,
                        const std::vector<double>& b) {
  const Pairs pairs = FinitePairs(a, b);
  return Bootstrap(pairs.first.size(),
                   kBootstrapStream,
                   [&](const std::vector<std::size_t>& chosen) {
                     return MeanAt(pairs.first, chosen) -
                            MeanAt(pairs.second, chosen);
                   });
}

Figure RatioFigure(const std::vector<double>& a, const std::vector<double>& b) {
  const Pairs pairs = FinitePairs(a, b);
  return Bootstrap(pairs.first.size(),
                   kBootstrapStream,
                   [&](const std::vector<std::size_t>& chosen) {
                     return MeanAt(pairs.first, chosen) /
                            MeanAt(pairs.second, chosen);
                   });
}

std::string NumberText(double value, int digits) {
  if (!std::isfinite(value)) return "-";
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

int RunExperiment(int argc,
                  char** argv,
                  const std::string& description,
                  int default_seeds,
                  ExperimentForm full,
                  ExperimentForm quick) {
  ExperimentArguments arguments;
  arguments.num_seeds = default_seeds;
  int exit_code = 0;
  if (!ParseExperiment(argc, argv, description, arguments, exit_code)) {
    return exit_code;
  }
  const Executor executor(arguments.num_threads);
  return arguments.quick ? quick(arguments, executor)
                         : full(arguments, executor);
}

Figure PointFigure(double value) { return {value, value, value}; }

std::string FigureText(const Figure& figure, int digits) {
  if (!std::isfinite(figure.value)) return "-";
  return NumberText(figure.value, digits) + " [" +
         NumberText(figure.lower, digits) + ", " +
         NumberText(figure.upper, digits) + "]";
}

Table::Table(std::vector<std::string> columns) : columns_(std::move(columns)) {}

void Table::AddRow(std::vector<std::string> cells) {
  TTFLOW_CHECK(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::Markdown() const {
  std::string text = "|";
  for (const std::string& column : columns_) text += " " + column + " |";
  text += "\n|";
  for (std::size_t c = 0; c < columns_.size(); ++c) text += "---|";
  text += "\n";
  for (const auto& row : rows_) {
    text += "|";
    for (const std::string& cell : row) text += " " + cell + " |";
    text += "\n";
  }
  return text;
}

std::string Table::Csv() const {
  const auto line = [](const std::vector<std::string>& cells) {
    std::string text;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      const bool quoted = cells[c].find(',') != std::string::npos;
      text += c > 0 ? "," : "";
      text += quoted ? "\"" + cells[c] + "\"" : cells[c];
    }
    return text + "\n";
  };
  std::string text = line(columns_);
  for (const auto& row : rows_) text += line(row);
  return text;
}

bool WriteReport(const std::string& directory,
                 const std::string& name,
                 const std::string& text) {
  if (directory.empty()) return true;
  const std::string path = directory + "/" + name;
  std::ofstream file(path);
  file << text;
  file.close();
  if (file.good()) return true;
  std::fprintf(stderr, "cannot write %s\n", path.c_str());
  return false;
}

bool WriteBelowMarker(const std::string& directory,
                      const std::string& name,
                      const std::string& text) {
  if (directory.empty()) return true;
  std::ifstream file(directory + "/" + name);
  std::string head(std::istreambuf_iterator<char>(file), {});
  const std::size_t marker = head.find(kReportMarker);
  head = marker == std::string::npos ? head + "\n" : head.substr(0, marker);
  return WriteReport(directory, name, head + kReportMarker + "\n\n" + text);
}

void Claims::Check(bool holds, const std::string& claim) {
  std::printf("%s: %s\n", holds ? "holds" : "DOES NOT HOLD", claim.c_str());
  std::fflush(stdout);
  all_hold_ = all_hold_ && holds;
}

std::shared_ptr<const Target> TargetOf(const std::string& name,
                                       Index dimension,
                                       const ParameterValues& parameters) {
  Violations violations;
  auto target = MakeTarget(name, dimension, parameters, violations);
  if (target != nullptr) return target;
  for (const Violation& violation : violations.items()) {
    std::fprintf(stderr,
                 "%s: %s %s\n",
                 name.c_str(),
                 violation.field.c_str(),
                 violation.description.c_str());
  }
  std::exit(1);
}

std::vector<Run> RunSeeds(const std::shared_ptr<const Target>& target,
                          const SamplerOptions& options,
                          int num_seeds,
                          const Executor& executor) {
  std::vector<Run> runs;
  for (int seed = 0; seed < num_seeds; ++seed) {
    runs.push_back(RunOnce(target, options, kFirstSeed + seed, executor));
  }
  return runs;
}

void MatchBudget(const std::shared_ptr<const Target>& target,
                 double budget,
                 const Executor& executor,
                 SamplerOptions& options) {
  constexpr Index kLeastParticles = 256;
  constexpr int kProbeSeed = 7;
  options.num_particles =
      EffectiveOptions(options, target->dimension()).num_particles;
  for (int probe = 0; probe < 2; ++probe) {
    const Run run = RunOnce(target, options, kProbeSeed, executor);
    if (run.failed) return;
    const double factor = budget / run.evaluations;
    options.num_particles = std::max(
        kLeastParticles,
        static_cast<Index>(
            std::lround(static_cast<double>(options.num_particles) * factor)));
  }
}

SamplerOptions PlainOptions(int num_moves) {
  SamplerOptions options;
  options.flow.mode = FlowMode::kOff;
  options.moves.kind = MoveChoice::kMala;
  options.moves.count = num_moves;
  return options;
}

}  // namespace ttflow::benchmarks
