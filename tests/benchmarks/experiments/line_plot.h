// LinePlot: curves with intervals in panels side by side, as SVG.

#ifndef TTFLOW_TESTS_BENCHMARKS_EXPERIMENTS_LINE_PLOT_H_
#define TTFLOW_TESTS_BENCHMARKS_EXPERIMENTS_LINE_PLOT_H_

#include <string>
#include <vector>

#include "tests/benchmarks/score.h"

namespace ttflow::benchmarks {

struct PlotPoint {
  double x = 0;
  Figure y;  // drawn where it is finite, its interval as a bar
};

struct PlotSeries {
  std::string label;  // the same label, the same colour in all panels
  std::vector<PlotPoint> points;
};

struct PlotPanel {
  std::string title;
  std::vector<PlotSeries> series;
};

struct PlotLabels {
  std::string title;
  std::string x;
  std::string y;       // or empty
  bool log_y = false;  // decimal logarithm; values must be positive
};

// Returns the SVG text: panels of one size, each with its own vertical range,
// one legend below.
std::string LinePlotSvg(const PlotLabels& labels,
                        const std::vector<PlotPanel>& panels);

}  // namespace ttflow::benchmarks

#endif  // TTFLOW_TESTS_BENCHMARKS_EXPERIMENTS_LINE_PLOT_H_
