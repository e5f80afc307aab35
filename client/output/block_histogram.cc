#include "client/output/block_histogram.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "client/output/number_format.h"

namespace ttflow::client {

std::string Sparkline(std::span<const double> values, double max, bool utf8) {
  static const char* const kBlocks[] = {
      " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  static const char* const kLetters[] = {
      " ", ".", ".", ":", ":", "+", "+", "#", "#"};
  std::string text;
  for (const double value : values) {
    int level = 0;
    if (value > 0 && max > 0) {
      level = std::clamp(static_cast<int>(std::lround(8 * value / max)), 1, 8);
    }
    text += utf8 ? kBlocks[level] : kLetters[level];
  }
  return text;
}

std::string BlockHistogram(std::span<const double> values,
                           int num_bins,
                           bool utf8) {
  std::vector<double> sorted;
  sorted.reserve(values.size());
  std::copy_if(values.begin(),
               values.end(),
               std::back_inserter(sorted),
               [](double value) { return std::isfinite(value); });
  if (sorted.empty() || num_bins < 1) return "";
  std::sort(sorted.begin(), sorted.end());
  const std::size_t tail = sorted.size() / 200;
  const double lower = sorted[tail];
  const double upper = sorted[sorted.size() - 1 - tail];
  std::vector<double> counts(static_cast<std::size_t>(num_bins), 0.0);
  const double width = (upper - lower) / num_bins;
  for (std::size_t i = tail; i < sorted.size() - tail; ++i) {
    const int bin =
        width > 0 ? static_cast<int>((sorted[i] - lower) / width) : 0;
    counts[static_cast<std::size_t>(std::clamp(bin, 0, num_bins - 1))] += 1;
  }
  const double highest = *std::max_element(counts.begin(), counts.end());
  return fmt::format("{} {} {}",
                     PadLeft(Short(lower), 6),
                     Sparkline(counts, highest, utf8),
                     Short(upper));
}

}  // namespace ttflow::client
