// Bootstrap: figures with intervals, by resampling runs.

#ifndef TTFLOW_TESTS_BENCHMARKS_BOOTSTRAP_H_
#define TTFLOW_TESTS_BENCHMARKS_BOOTSTRAP_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace ttflow::benchmarks {

// A figure with its 95 % bootstrap interval.
struct Figure {
  double value = 0;
  double lower = 0;
  double upper = 0;
};

// The statistic of all of `count` runs, given their indices, and its interval
// from 2000 resamplings with replacement; NaN without runs. `stream` numbers
// the random numbers: the same for figures that are compared.
Figure Bootstrap(
    std::size_t count,
    std::uint32_t stream,
    const std::function<double(const std::vector<std::size_t>&)>& statistic);

}  // namespace ttflow::benchmarks

#endif  // TTFLOW_TESTS_BENCHMARKS_BOOTSTRAP_H_
