// Summary: the end of a run, on the standard output.

#ifndef TTFLOW_CLIENT_OUTPUT_SUMMARY_H_
#define TTFLOW_CLIENT_OUTPUT_SUMMARY_H_

#include <cstddef>
#include <string>
#include <vector>

#include "ttflow/v1/job.pb.h"

namespace ttflow::client {

struct SummaryOptions {
  bool utf8 = true;
  std::size_t max_coordinates = 10;  // rows of the table; the rest is counted
  // Samples of each coordinate, [d][n], for the histograms; empty: none are
  // shown.
  std::vector<std::vector<double>> samples;
  std::string next;  // the commands to go on with; empty: no such line
};

// "jobs/0192...  many_well, d = 8  succeeded in 3.4 s" and what was found: log
// evidence with its error, counts, the coordinates, the warnings.
std::string SummaryText(const v1::Job& job, const SummaryOptions& options);

// "gaussian_mixture", "mixture of 3", or the flow of a draw job.
std::string WorkName(const v1::JobSpec& spec);

// "succeeded", "queued", ...
std::string StateName(v1::Job::State state);

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_OUTPUT_SUMMARY_H_
