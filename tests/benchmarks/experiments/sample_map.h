// SampleMap: samples of the plane over contours of their density, in panels
// side by side, as SVG.

#ifndef TTFLOW_TESTS_BENCHMARKS_EXPERIMENTS_SAMPLE_MAP_H_
#define TTFLOW_TESTS_BENCHMARKS_EXPERIMENTS_SAMPLE_MAP_H_

#include <string>
#include <vector>

#include "core/foundation/types.h"
#include "core/targets/target_registry.h"

namespace ttflow::benchmarks {

// The part of the plane that is drawn.
struct MapWindow {
  double left = 0;
  double right = 0;
  double bottom = 0;
  double top = 0;
};

// Log density of a target in the plane, unnormalised, on a grid of its window.
struct DensityMap {
  MapWindow window;
  Matrix log_density;  // [rows, columns], the first row at the bottom
};

// Evaluates a two-dimensional target on a grid of so many columns, squares.
// CHECK-fails where it cannot be evaluated.
DensityMap MakeDensityMap(const Target& target,
                          const MapWindow& window,
                          Index num_columns);

struct MapPanel {
  std::string title;
  Matrix samples;  // [N, 2 or more], the first two coordinates; may be empty
};

// Returns the SVG text. Contours are drawn `drops` (in nats) below the highest
// value of the log density: .5, 2 and 4.5 are 1, 2 and 3 standard deviations of
// a normal mode. Samples outside the window are left out.
std::string SampleMapSvg(const std::string& title,
                         const DensityMap& density,
                         const std::vector<double>& drops,
                         const std::vector<MapPanel>& panels);

}  // namespace ttflow::benchmarks

#endif  // TTFLOW_TESTS_BENCHMARKS_EXPERIMENTS_SAMPLE_MAP_H_
