// Block histograms: a coordinate's distribution in a few characters.

#ifndef TTFLOW_CLIENT_OUTPUT_BLOCK_HISTOGRAM_H_
#define TTFLOW_CLIENT_OUTPUT_BLOCK_HISTOGRAM_H_

#include <span>
#include <string>

namespace ttflow::client {

// One character a value, its height by values[i] / max, "▁" to "█" (or ". : #"
// where the terminal has no UTF-8); a zero is a space.
std::string Sparkline(std::span<const double> values, double max, bool utf8);

// "-2.4 ▂▅▂   ▁▇█▅ 2.3": counts of `values` in `num_bins` equal bins between
// the 0.5 % and 99.5 % quantiles, with these limits. Empty for no values;
// values that are not finite are skipped.
std::string BlockHistogram(std::span<const double> values,
                           int num_bins,
                           bool utf8);

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_OUTPUT_BLOCK_HISTOGRAM_H_
