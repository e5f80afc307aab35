// Contours: lines of equal value of a function on a grid, by marching squares.

#ifndef TTFLOW_TESTS_BENCHMARKS_EXPERIMENTS_CONTOURS_H_
#define TTFLOW_TESTS_BENCHMARKS_EXPERIMENTS_CONTOURS_H_

#include <array>
#include <vector>

#include "core/foundation/types.h"

namespace ttflow::benchmarks {

// One line: places in the grid as (column, row), both from 0 and in between.
// The first is repeated at the end where the line is closed; else it ends at
// the border.
using Contour = std::vector<std::array<double, 2>>;

// Returns the lines along which `values` [rows, columns], interpolated linearly
// along the grid's edges, are equal to `level`. In a saddle cell the two higher
// corners are kept apart. An edge to an infinite value is cut in its middle;
// there must be no NaN.
std::vector<Contour> Contours(const Matrix& values, double level);

}  // namespace ttflow::benchmarks

#endif  // TTFLOW_TESTS_BENCHMARKS_EXPERIMENTS_CONTOURS_H_
