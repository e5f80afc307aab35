// The targets on which accuracy is scored, and what is aimed at on each.

#ifndef TTFLOW_TESTS_BENCHMARKS_ACCURACY_CASES_H_
#define TTFLOW_TESTS_BENCHMARKS_ACCURACY_CASES_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/targets/target.h"

namespace ttflow::benchmarks {

// A mean absolute error of log Z within so many evaluations, and its ratio to
// the best plain setting's at equal evaluations; 0: no aim.
struct Goal {
  double error = 0;
  double evaluations = 0;
  double ratio = 0;
};

struct AccuracyCase {
  std::string label;
  Goal goal;
  std::shared_ptr<const Target> target;
  // Stands in for log Z where it is not known exactly, from long runs.
  std::optional<double> reference = std::nullopt;
  // Fewer seeds where a run takes long.
  int most_seeds = 1000;
};

// All cases; those on data sets only where `data` (made by data/prepare.sh)
// holds their tables, a note on standard error otherwise.
std::vector<AccuracyCase> AccuracyCases(const std::string& data);

}  // namespace ttflow::benchmarks

#endif  // TTFLOW_TESTS_BENCHMARKS_ACCURACY_CASES_H_
