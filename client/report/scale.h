// Scale: from data to pixels, and round numbers to label it with.

#ifndef TTFLOW_CLIENT_REPORT_SCALE_H_
#define TTFLOW_CLIENT_REPORT_SCALE_H_

#include <string>
#include <vector>

namespace ttflow::client {

// Maps [lower, upper] to pixels [from, to], linearly or by logarithm (then both
// ends are positive). from > to turns the axis around, as SVG's y wants.
struct Scale {
  double lower = 0;
  double upper = 1;
  double from = 0;
  double to = 1;
  bool logarithmic = false;

  double operator()(double value) const;
};

struct Tick {
  double value = 0;
  std::string label;
};

// About `wanted` ticks at round numbers (1, 2 or 5 times a power of ten; whole
// powers of ten on a logarithmic scale) within the scale's ends.
std::vector<Tick> Ticks(const Scale& scale, int wanted);

struct Interval {
  double lower = 0;
  double upper = 1;
};

// The interval that holds `values` but for the share `tail` at each end,
// widened by `margin` of its width at each end. Values that are not finite are
// skipped; an empty or single-valued list gives an interval of width 2 around
// it.
Interval RobustInterval(std::vector<double> values, double tail, double margin);

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_REPORT_SCALE_H_
